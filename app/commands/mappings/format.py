"""What a mapping may say: how a file is written, and for each kind of thing which of its headings feed our columns."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

import click
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    create_model,
)

from app.commands.sheets.checking import row_schema
from app.commands.sheets.columns import Column
from app.commands.sheets.files.reading import Dialect, plain
from app.commands.sheets.kinds import SHEETS
from app.commands.sheets.sheet import Sheet
from app.core.web.schema import wrong

_PASSWORD = re.compile("passw|pwd|kennwort")


class _Part(BaseModel):
    # A number is what a person writes for 0.07, and TOML has no decimals.
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _encoding(name: str) -> str:
    with suppress(UnicodeError):
        try:
            b" ".decode(name)
        except LookupError:
            raise wrong("must be an encoding like utf-8 or cp1252") from None
    return name


def _another(mark: str | None, info: ValidationInfo) -> str | None:
    if mark and mark == info.data.get("decimal"):
        raise wrong("must be another mark than decimal")
    return mark


def _date_form(form: str) -> str:
    if not {"%d", "%m"} <= set(re.findall("%.", form)) or not re.search("%[Yy]", form):
        raise wrong("must have a day, a month and a year, as %d/%m/%Y has")
    return form


def _sign(mark: str) -> str:
    if len(mark) != 1 or mark.isalnum() or mark in '"\r\n':
        raise wrong("must be one sign, and no quote")
    return mark


Sign = Annotated[str, AfterValidator(_sign)]
Some = Annotated[str, StringConstraints(min_length=1)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pattern(text: object) -> re.Pattern[str]:
    with suppress(re.error, TypeError):
        pattern: re.Pattern[str] = re.compile(text, re.IGNORECASE)  # type: ignore[call-overload] # or a TypeError
        if pattern.groups:
            return pattern
    raise wrong("must be a regular expression with a group")


OneOrMore = Annotated[tuple[Some, ...], BeforeValidator(_listed)]
"""A text, or a list of them."""


class Writing(_Part):
    """How a file is written; what is left out is found, and where it cannot be, nothing is guessed.

    `decimal` and `thousands` are the marks in numbers, `currency` what may stand before or behind an amount, `dates`
    the forms of dates (Python's strptime). Without `quotes` a quote is a sign like any other.
    """

    delimiter: Sign | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    quotes: StrictBool = True
    decimal: Literal[".", ","] | None = None
    thousands: Annotated[Sign | None, AfterValidator(_another)] = None
    currency: OneOrMore = ()
    dates: Annotated[
        tuple[Annotated[str, AfterValidator(_date_form)], ...], BeforeValidator(_listed)
    ] = ()

    @property
    def dialect(self) -> Dialect:
        """What the reader of files has to know of it."""
        return Dialect(
            delimiter=self.delimiter,
            encoding=self.encoding,
            quotes=self.quotes,
            decimal=self.decimal,
        )


class Source(_Part):
    """What is made of one cell or of some, step by step, in this order.

    Of the headings `from` the first whose cell says something counts, or with `join` all of them, with that between.
    `split` takes the first part of a list; `each` has all parts looked up in `words`, of a list with any of these signs.
    `words` are cells, in any case, and what they mean; `*` is any other. `find` takes what the first group that matches
    has. `measure` takes the number or the unit of an amount. `percent` makes 7 or 7 % of a number to 0.07; below 1
    without the sign it is the share itself. `round` is how many decimals to round to, half up. `prefix` comes in front,
    and `slug` makes a code of a name.
    """

    headings: OneOrMore = Field(default=(), alias="from")
    join: str | None = None
    split: Some | None = None
    each: Some | None = None
    words: Mapping[str, str] = {}
    find: Annotated[re.Pattern[str], BeforeValidator(_pattern)] | None = None
    measure: Literal["number", "unit"] | None = None
    percent: StrictBool = False
    round: Annotated[int, Field(ge=0, le=4)] | None = None
    prefix: str = ""
    slug: StrictBool = False


class Feed(Source):
    """What a column of ours is made of: a source, or `parts`, each with steps of its own.

    Of these the first that says something counts, or with `join` all of them. `default` is for empty cells, and, where
    the file has no such heading, for what is new. What our column could not be is left out if it is `optional`.
    """

    parts: tuple[Source, ...] = ()
    optional: StrictBool = False
    default: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """All headings that it is made of."""
        return (*self.headings, *(each for part in self.parts for each in part.headings))


def _feed(value: object) -> object:
    if isinstance(value, str | list):
        return {"from": value}
    if not isinstance(value, dict | Feed):
        raise wrong("must be a heading, a list of headings, or a table")
    return value


class KindMapping(_Part):
    """What files of one kind have.

    `ignore` are headings that are left out, with * for any letters. Rows in which one of `needs` is empty, or no number
    above 0, are left out, and, with `distinct`, rows whose key, the code in most, was there before.
    """

    columns: Mapping[str, Annotated[Feed, BeforeValidator(_feed)]]
    ignore: OneOrMore = ()
    needs: OneOrMore = ()
    distinct: StrictBool = False

    @property
    def headings(self) -> set[str]:
        """All headings that feed something, as they are compared."""
        return {plain(heading) for feed in self.columns.values() for heading in feed.named}


_KINDS: Any = dict.fromkeys(SHEETS, (KindMapping | None, None))
_Document = create_model("_Document", __base__=_Part, file=(Writing, Writing()), **_KINDS)


class MappingError(click.ClickException):
    """A mapping that cannot be used; the sentence says why, and by which key."""


class MappingFile:
    """A mapping: `file` is how files are written."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        """Check what the TOML file of that name says. Raises MappingError."""
        self._name = name
        try:
            checked = _Document.model_validate(document)
        except ValidationError as error:
            raise self._wrong(_first(error)) from None
        self.file: Writing = checked.file  # type: ignore[attr-defined] # made above
        said = {kind: getattr(checked, kind) for kind in SHEETS}
        self._kinds: dict[str, KindMapping] = {k: v for k, v in said.items() if v is not None}
        for kind, mapping in self._kinds.items():
            for fault in _faults(SHEETS[kind], mapping):
                raise self._wrong(f"{kind}.{fault}")

    def of(self, kind: str) -> KindMapping:
        """Return what files of that kind have. Raises MappingError if nothing is said of them."""
        if kind not in self._kinds:
            said = ", ".join(self._kinds) or "nothing"
            raise MappingError(f"{self._name} says nothing of {kind}, only of {said}.")
        return self._kinds[kind]

    def _wrong(self, sentence: str) -> MappingError:
        return MappingError(f"{self._name}: {sentence}.")


def _first(error: ValidationError) -> str:
    """Return the first fault of what pydantic found, with its key."""
    detail = error.errors(include_url=False)[0]
    key = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        return f"{key} is no key of a mapping"
    said = re.sub("^(?:Input|String) should", "must", detail["msg"])
    return f"{key} {'is missing' if detail['type'] == 'missing' else said}"


def _faults(sheet: Sheet, mapping: KindMapping) -> Iterator[str]:
    """Yield what does not fit to the columns that there are."""
    columns = {column.name: column for column in sheet.columns}
    keys = {name: f"columns.{name}" for name in mapping.columns}
    for name, key in [*keys.items(), *((name, f"needs: {name}") for name in mapping.needs)]:
        if name not in columns:
            yield f"{key} is none of {sheet.name}; those are {', '.join(columns)}"
    for name, feed in mapping.columns.items():
        yield from (f"{keys[name]}{fault}" for fault in _faults_of(sheet, columns[name], feed))


def _faults_of(sheet: Sheet, column: Column, feed: Feed) -> Iterator[str]:
    """Yield what does not fit to a column, behind its key."""
    if any(_PASSWORD.search(re.sub("[^a-z]", "", heading.casefold())) for heading in feed.named):
        yield ".from names a password, and those are never imported"
    if column.form != "number" and (feed.percent or feed.round is not None):
        yield f".{'percent' if feed.percent else 'round'} is for numbers"
    if feed.parts and feed.headings:
        yield ".from is for a column without parts"
    if feed.default is not None:
        try:
            row_schema(sheet, [column.name]).model_validate_strings({column.name: feed.default})
        except ValidationError:
            yield f".default must be {column.says}"
