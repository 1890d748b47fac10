"""Rows of cells as values that the API's schemas allow, or as faults: what can be said without asking the shop."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationError, create_model
from pydantic_core import ErrorDetails

from app.commands.sheets.cells import BLANKS, UnclearError, decimal_mark, meant
from app.commands.sheets.faults import Fault, SheetError, quoted
from app.commands.sheets.kinds import Column, Sheet
from app.commands.sheets.reading import Table, plain
from app.core.web.schema import Schema
from app.product.plu import plu5
from app.product.products.barcodes import OtherBarcode, OtherBarcodes, written_in

Advance = Callable[[int], object]
"""What is told of each number of rows that is done."""

# What of pydantic's errors is a sentence of ours, made by schema.wrong().
_OURS = "wrong_value"
# Of these forms, the column's own words are clearer to who has a spreadsheet than the API's.
_SAID_BY_COLUMN = frozenset({"number", "date"})


def _split(text: str) -> list[dict[str, str]]:
    return [dict(zip(("gtin", "pieces"), each.split("*", 1), strict=True)) for each in text.split()]


def _values(found: list[OtherBarcode]) -> list[dict[str, Any]]:
    return [each.model_dump() for each in found]


# As the shop keeps them, made of what cells.py makes of a cell.
_IN_A_CELL = Annotated[OtherBarcodes, BeforeValidator(_split), AfterValidator(_values)]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: where it begins, and all values of its schema; those of absent columns are defaults."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: its columns, the rows that are right by themselves, and the faults of all others."""

    columns: list[Column]
    lines: list[Line]
    faults: list[Fault]


def read_content(
    table: Table, sheet: Sheet, *, ignore_unknown: bool, advance: Advance = lambda _: None
) -> Content:
    """Return what is in `table`, as a file of the kind `sheet`.

    Raises SheetError if its heading is not of that kind.
    """
    places = _places(table, sheet, ignore_unknown=ignore_unknown)
    columns = sheet.named(places)
    lines: list[Line] = []
    faults: list[Fault] = []
    marks = _decimal_marks(table, columns, places)
    reader = _RowReader(sheet, places, marks, _width(table.heading))
    try:
        for number, cells in table.rows():
            advance(1)
            found = reader.read(cells)
            if isinstance(found, dict):
                lines.append(Line(number, found))
            else:
                faults += [Fault(number, sentence) for sentence in found]
    except SheetError as error:
        faults += error.faults
    return Content(columns, lines, [*faults, *_repeated(lines, sheet, places)])


def row_schema(sheet: Sheet, given: Iterable[str]) -> type[Schema]:
    """Return the schema of a row with just the columns `given`: no other is demanded of it."""
    fields: dict[str, Any] = {name: (Any, None) for name in required(sheet) if name not in given}
    if sheet.key == "code":
        # Who makes a thing by the API has no use for it: that is how it begins.
        fields["active"] = (bool, True)
    if "other_barcodes" in sheet.schema.model_fields:
        fields["other_barcodes"] = (_IN_A_CELL, [])
    made: type[Schema] = create_model("Row", __base__=sheet.schema, **fields)
    return made


def required(sheet: Sheet) -> list[str]:
    """Return the columns without which nothing can be added."""
    return [name for name, field in sheet.schema.model_fields.items() if field.is_required()]


def _width(heading: list[str]) -> int:
    """Return how many columns there are; separators behind the last heading make none."""
    return max((place for place, name in enumerate(heading, 1) if name.strip()), default=0)


def _places(table: Table, sheet: Sheet, *, ignore_unknown: bool) -> dict[str, int]:
    """Return where each known column stands."""
    known = [column.name for column in sheet.columns]
    names = [plain(name) for name in table.heading[: _width(table.heading)]]
    unknown = [
        quoted(table.heading[place]) if name else f"{place + 1}, which has no name,"
        for place, name in enumerate(names)
        if name not in known
    ]
    if unknown and ignore_unknown:
        table.notes.append(f"Not read: {', '.join(unknown)}.")
        unknown = []
    sentences = [
        f"column {name} is none of {sheet.name}; those are {', '.join(known)}"
        " (--ignore-unknown leaves others out)"
        for name in unknown
    ]
    sentences += [
        f"column {quoted(name)} is there {count} times"
        for name, count in Counter(names).items()
        if count > 1 and name in known
    ]
    # What is there already needs no more than its code.
    demanded = [sheet.key] if sheet.key == "code" else required(sheet)
    sentences += [f"column {quoted(name)} is missing" for name in demanded if name not in names]
    if sentences:
        raise SheetError(Fault(table.line, sentence) for sentence in sentences)
    return {name: place for place, name in enumerate(names) if name in known}


def _decimal_marks(
    table: Table, columns: Iterable[Column], places: Mapping[str, int]
) -> frozenset[str]:
    """Return the marks that the file's numbers have beyond doubt."""
    numbers = [places[column.name] for column in columns if column.form == "number"]
    marks = _marks_beside(",", table, numbers)
    return marks | _marks_beside(".", table, numbers) if "," in marks else marks


def _marks_beside(mark: str, table: Table, places: Iterable[int]) -> frozenset[str]:
    """Return what the cells at `places` that have `mark` in them say of decimal marks."""
    cells = set()
    with suppress(
        SheetError
    ):  # where the file cannot be read further, which is said when its rows are
        for _, row in table.rows():
            cells |= {row[place] for place in places if place < len(row) and mark in row[place]}
    return frozenset(map(decimal_mark, cells)) - {""}


class _RowReader:
    """Reads cells as the values of one row, or says what is wrong with them."""

    def __init__(
        self, sheet: Sheet, places: Mapping[str, int], marks: frozenset[str], width: int
    ) -> None:
        self._schema = row_schema(sheet, places)
        self._columns = [(column, places[column.name]) for column in sheet.named(places)]
        self._places = places
        self._by_name = {column.name: column for column in sheet.columns}
        self._marks = marks
        self._width = width

    def read(self, cells: list[str]) -> dict[str, Any] | list[str]:
        """Return the values, or sentences."""
        if len(cells) < self._width or any(cell.strip(BLANKS) for cell in cells[self._width :]):
            return [
                (
                    f"the row has {len(cells)} cells and the heading {self._width}: a cell with a separator in it"
                    " must stand in quotes, and one that is empty must be there all the same"
                )
            ]
        given: dict[str, str] = {}
        unclear: dict[str, str] = {}
        for column, place in self._columns:
            cell = cells[place]
            if not cell:
                continue
            try:
                if text := meant(cell, column.form, self._marks):
                    given[column.name] = text
            except UnclearError as error:
                unclear[column.name] = f"{column.name} {quoted(cell)} {error}"
        try:
            row = self._schema.model_validate_strings(given)
        except ValidationError as error:
            return [*unclear.values(), *self._refusals(error, cells, unclear, given)]
        return list(unclear.values()) or row.__dict__

    def _refusals(
        self,
        error: ValidationError,
        cells: list[str],
        unclear: Mapping[str, str],
        given: Mapping[str, str],
    ) -> Iterator[str]:
        for detail in error.errors(include_url=False, include_input=False):
            name, *steps = map(str, detail["loc"] or [""])
            if name in unclear:
                continue
            if not name:
                yield str(detail["ctx"]["message"]) if detail["type"] == _OURS else detail["msg"]
            elif detail["type"] == "missing":
                yield f"{name} is empty"
            else:
                # Of several in a cell, the one that is meant.
                cell = given[name].split()[int(steps[0])] if steps else cells[self._places[name]]
                yield f"{name} {quoted(cell.strip(BLANKS))} {self._refusal(name, detail)}"

    def _refusal(self, name: str, detail: ErrorDetails) -> str:
        column = self._by_name[name]
        if detail["type"] == _OURS and column.form not in _SAID_BY_COLUMN:
            return str(detail["ctx"]["message"])
        return f"must be {column.says}"


def _repeated(lines: Sequence[Line], sheet: Sheet, places: Collection[str]) -> list[Fault]:
    """Return a fault for each row that names the same thing, or the same barcode or PLU, as another one."""
    faults = []
    if sheet.key == "code":
        faults += _alike(lines, lambda line: [("code", line.values["code"], line.values["code"])])
    if "gtin" in places or "other_barcodes" in places:
        faults += _alike(
            lines,
            lambda line: (
                (each.column, each.number, each.gtin) for each in written_in(line.values)
            ),
        )
    if "plu" in places:
        faults += _alike(
            lines, lambda line: (("plu", plu5(plu), plu) for plu in [line.values["plu"]] if plu)
        )
    return faults


def _alike(
    lines: Sequence[Line], named: Callable[[Line], Iterable[tuple[str, str, str]]]
) -> list[Fault]:
    """Return the faults of lines that name the same: `named` gives its column, the same in all spellings, and this one.

    What one line has twice is no matter of others.
    """
    first: dict[str, int] = {}
    repeated = {
        key
        for line in lines
        for _, key, _ in named(line)
        if first.setdefault(key, line.number) != line.number
    }
    same: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for line in lines if repeated else ():
        for column, key, text in named(line):
            if key in repeated:
                same[key][line.number] = (column, quoted(text))
    faults = []
    for found in same.values():
        columns, texts = (list(dict.fromkeys(words)) for words in zip(*found.values(), strict=True))
        sentence = f"{' or '.join(columns)} {' = '.join(texts)} is there {len(found)} times"
        faults += [Fault(number, sentence) for number in found]
    return faults
