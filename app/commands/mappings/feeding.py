"""How the cells of other people become one of ours. Pure.

What is no number or day stays as it is, for the schemas to refuse; what is nothing that a source looks for is None.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache, partial
from operator import itemgetter

from app.commands.mappings.amounts import amount, fits
from app.commands.mappings.format import Feed, Source, Writing
from app.commands.sheets.cells import BLANKS, UnclearError, meant
from app.commands.sheets.columns import Column

Step = Callable[[str], str]
Pick = Callable[[str], str | None]
Gather = Callable[[list[str]], str]
Read = Callable[[list[str]], str | None]

_LONGEST_CODE = 40
_KEPT = 10_000
_BETWEEN = ", "
# What is left of these letters without their signs is not what people write for them, or there are no signs to leave out.
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"}
)  # fmt: skip


def slug(text: str) -> str:
    """Return a code for a name: the same one for names that differ in case and signs alone.

    What is written in other letters, or is too long for a code, has a number at its end that tells it from others.
    """
    text = text.strip(BLANKS).casefold()
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    code = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    foreign = any(c.isalnum() and not c.isascii() for c in plain)
    if not foreign and (not text or 0 < len(code) <= _LONGEST_CODE):
        return code
    number = f"{zlib.crc32(text.encode()):08x}"
    return f"{code[: _LONGEST_CODE - 1 - len(number)] or 'x'}-{number}"


def share(text: str, marks: frozenset[str]) -> str:
    """Return a percentage as a share of one: 7 and 7 % are 0.07, and so is 0.07, but not 0.07 %."""
    number = _number(text.replace("%", ""), marks)
    if number is None:
        return text
    percent = "%" in text or number >= 1
    return _written(number / 100 if percent else number, marks)


def rounded(text: str, places: int, marks: frozenset[str]) -> str:
    """Return a number with so many decimals, rounded half up; it may have an exponent, as `real` of PostgreSQL has."""
    number = _number(text, marks)
    try:
        unit = Decimal(1).scaleb(-places)
        return text if number is None else _written(number.quantize(unit, ROUND_HALF_UP), marks)
    except InvalidOperation:
        return text


def _number(text: str, marks: frozenset[str]) -> Decimal | None:
    try:
        number = Decimal(meant(text, "number", marks))
    except (InvalidOperation, UnclearError):
        return None
    return number if number.is_finite() else None


def _written(number: Decimal, marks: frozenset[str]) -> str:
    """Return a number as the file would have it."""
    text = format(number, "f")
    return text.replace(".", ",") if marks == {","} else text


def bare(text: str, writing: Writing) -> str:
    """Return a number without its currency and the marks between its thousands."""
    for word in writing.currency:
        small = text.casefold()
        if small.endswith(word.casefold()):
            text = text[: -len(word)].rstrip(BLANKS)
        elif small.startswith(word.casefold()):
            text = text[len(word) :].lstrip(BLANKS)
    if (mark := writing.thousands) and mark in text:
        mark = re.escape(mark)
        if re.fullmatch(rf"-?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:[^0-9][0-9]+)?", text):
            return re.sub(rf"{mark}(?=[0-9]{{3}}(?![0-9]))", "", text)
    return text


def day(text: str, forms: Sequence[str]) -> str:
    """Return a date of one of these forms as 2026-01-31."""
    for form in forms:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return text


def _look(source: Source) -> Step:
    """Return what makes of one cell what it says."""
    word = _word(source)
    if source.each:
        return _each(word, source.each)

    def look(cell: str) -> str:
        text = cell.strip(BLANKS)
        if source.split:
            text = next(filter(None, (part.strip(BLANKS) for part in text.split(source.split))), "")
        return word(text)

    return look


def _word(source: Source) -> Step:
    words = {word.casefold(): value for word, value in source.words.items()}
    other = words.get("*")
    return lambda text: words.get(text.casefold(), text if other is None or not text else other)


def _each(word: Step, signs: str) -> Step:
    """Return what looks all parts of a list up, with one of these signs between two."""
    between = re.compile(f"[{re.escape(signs)}]")
    return lambda cell: _BETWEEN.join(
        filter(None, (word(part.strip(BLANKS)) for part in between.split(cell)))
    )


def _once(text: str, named: set[str]) -> str:
    """Return the words of a list that are not `named` yet, and name them."""
    words = [word for word in dict.fromkeys(text.split(_BETWEEN)) if word not in named]
    named.update(words)
    return _BETWEEN.join(words)


def _picks(source: Source, writing: Writing, marks: frozenset[str]) -> Iterator[Pick]:
    """Yield what takes something out of a text."""
    if source.find:
        yield partial(_found, pattern=source.find)
    if source.measure:
        yield partial(_measured, wanted=source.measure, writing=writing, marks=marks)


def _found(text: str, pattern: re.Pattern[str]) -> str | None:
    match = pattern.search(text)
    return next(filter(None, match.groups()), None) if match else None


def _measured(text: str, wanted: str, writing: Writing, marks: frozenset[str]) -> str | None:
    found = amount(text)
    if found is None:
        return None
    written, times, unit = found
    number = _number(bare(written, writing), marks)
    if number is None or not fits(number * times):
        return None
    return unit if wanted == "unit" else _written(number * times, marks)


def _steps(
    source: Source, column: Column, writing: Writing, marks: frozenset[str]
) -> Iterator[Step]:
    if column.form == "number" or source.round is not None:
        yield partial(bare, writing=writing)
    if column.form == "date" and writing.dates:
        yield partial(day, forms=writing.dates)
    if source.percent:
        yield partial(share, marks=marks)
    if source.round is not None:
        yield partial(rounded, places=source.round, marks=marks)
        if column.form != "number":
            # Where several values stand in one cell of ours, a comma is between two.
            yield lambda text: text.replace(",", ".")
    if source.prefix:
        yield lambda text: f"{source.prefix}{text}"
    if source.slug:
        yield slug


def _finish(
    source: Source, column: Column, writing: Writing, marks: frozenset[str]
) -> Callable[[str], str | None]:
    """Return what makes of what some cells say what the source says: None where it is not understood."""
    picks = list(_picks(source, writing, marks))
    steps = list(_steps(source, column, writing, marks))

    @lru_cache(_KEPT)
    def finish(text: str) -> str | None:
        for pick in picks:
            if not text:
                break
            found = pick(text)
            if found is None:
                return None
            text = found
        for step in steps if text else ():
            text = step(text)
        return text

    return finish


def _gather(source: Source, places: Sequence[int]) -> Gather:
    """Return what takes what the cells of a row say, of those at `places`."""
    look = lru_cache(_KEPT)(_look(source))
    if len(places) == 1:
        (place,) = places
        return lambda row: look(row[place])
    if source.join is not None:
        between = _BETWEEN if source.each else source.join
        return lambda row: between.join(filter(None, [look(row[p]) for p in places]))
    return lambda row: next(filter(None, (look(row[p]) for p in places)), "")


def feeding(
    feed: Feed, column: Column, places: Sequence[int], writing: Writing, marks: frozenset[str]
) -> Read:
    """Return what makes the cell of `column` of a row, of its cells at `places`; it returns None where it cannot."""
    default = feed.default or ""
    if len(places) == 1 and feed.model_fields_set <= {"headings"} and column.form == "text":
        return itemgetter(places[0])
    gather, finish = _gather(feed, places), _finish(feed, column, writing, marks)

    def read(row: list[str]) -> str | None:
        found = finish(_once(gather(row), set()) if feed.each else gather(row))
        return default if found == "" else found

    return read


def feeding_parts(
    feed: Feed,
    column: Column,
    places: Sequence[Sequence[int]],
    writing: Writing,
    marks: frozenset[str],
) -> Read:
    """Return what makes the cell of `column` of a row, of the cells that each of the parts has at `places`.

    It returns None where it cannot. Of a cell that no part can read, the others are no reason to do without it.
    """
    default = feed.default or ""
    parts = [
        (part.each, _gather(part, at), _finish(part, column, writing, marks))
        for part, at in zip(feed.parts, places, strict=True)
        if at
    ]

    def read(row: list[str]) -> str | None:
        said: list[str] = []
        named: set[str] = set()
        unread, understood = set(), set()
        for listed, gather, finish in parts:
            text = gather(row)
            found = finish(_once(text, named) if listed else text)
            if found is None:
                unread.add(text)
            elif found:
                understood.add(text)
                said.append(found)
        if unread - understood and not (said and feed.join is None):
            return None
        return (
            feed.join.join(said) or default if feed.join is not None else next(iter(said), default)
        )

    return read


def fed_by(feed: Feed, places: Sequence[int]) -> Callable[[list[str]], list[int]]:
    """Return what says which of the cells at `places` made the cell: all that are joined, or the one that counts."""
    if feed.parts:
        return lambda row: [place for place in places if row[place].strip(BLANKS)] or [places[0]]
    if feed.join is not None:
        return lambda _: list(places)
    look = _look(feed)
    return lambda row: [next((place for place in places if look(row[place])), places[0])]
