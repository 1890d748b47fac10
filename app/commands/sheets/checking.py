"""Rows of cells as values that the API's schemas allow, or as faults: what can be said without asking the shop."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationError, create_model
from pydantic_core import ErrorDetails

from app.commands.sheets.cells import BLANKS, UnclearError, meant
from app.commands.sheets.columns import Column
from app.commands.sheets.faults import Fault, SheetError, quoted
from app.commands.sheets.files.reading import Table
from app.commands.sheets.layout import Layout, required
from app.commands.sheets.sheet import Sheet
from app.core.web.schema import Schema
from app.product.plu import plu5
from app.product.products.barcodes import written_in

Advance = Callable[[int], object]
"""What is told of each number of rows that is done."""

# What of pydantic's errors is a sentence of ours, made by schema.wrong().
_OURS = "wrong_value"
# Of these forms, the column's own words are clearer to who has a spreadsheet than the API's.
_SAID_BY_COLUMN = frozenset({"number", "date"})
# Of these, many cells are alike: so many are read once.
_FEW = frozenset({"number", "date", "choice", "flag"})
_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: where it begins, and all values of its schema; those of absent columns are defaults."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: the rows that are right by themselves, and the faults of all others."""

    layout: Layout
    lines: list[Line]
    faults: list[Fault]

    @property
    def columns(self) -> list[Column]:
        """The columns that the file has."""
        return self.layout.columns


def read_content(
    table: Table, sheet: Sheet, layout: Layout, advance: Advance = lambda _: None
) -> Content:
    """Return what is in `table`, as a file of the kind `sheet`."""
    lines: list[Line] = []
    faults: list[Fault] = []
    reader = _RowReader(sheet, layout)
    try:
        for number, row in table.rows():
            advance(1)
            found = reader.read(number, row)
            if isinstance(found, dict):
                lines.append(Line(number, found))
            elif found:
                faults += found
    except SheetError as error:
        faults += error.faults
    return Content(layout, lines, [*faults, *_repeated(lines, sheet, layout)])


def row_schema(sheet: Sheet, given: Iterable[str]) -> type[Schema]:
    """Return the schema of a row with just the columns `given`: no other is demanded of it."""
    fields: dict[str, Any] = {name: (Any, None) for name in required(sheet) if name not in given}
    if sheet.key == ("code",):
        # Who makes a thing by the API has no use for it: that is how it begins.
        fields["active"] = (bool, True)
    fields |= {
        column.name: _in_a_cell(sheet, column) for column in sheet.columns if column.notation
    }
    made: type[Schema] = create_model("Row", __base__=sheet.schema, **fields)
    return made


def _in_a_cell(sheet: Sheet, column: Column) -> tuple[Any, Any]:
    """Return the field of a column that has several values in a cell, as the shop keeps them."""
    assert column.notation  # noqa: S101 - the caller has looked
    known = sheet.schema.model_fields[column.name]
    read = BeforeValidator(column.notation.read)
    kind: Any = known.rebuild_annotation()
    return Annotated[kind, read, AfterValidator(_plain)], known.get_default(
        call_default_factory=True
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.model_dump() if isinstance(value, Schema) else value


class _RowReader:
    """Reads cells as the values of one row, or says what is wrong with them."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self._names = [column.name for column in layout.columns]
        self._readers = [(c.name, _reader(c, layout.marks)) for c in layout.columns]
        self._schema = row_schema(sheet, [*self._names, *layout.defaults])
        self._layout = layout
        self._by_name = {column.name: column for column in sheet.columns}

    def read(self, number: int, row: list[str]) -> dict[str, Any] | list[Fault] | None:
        """Return the values of the row on that line, or its faults; None if it is left out."""
        wide = self._layout.width
        if len(row) < wide or any(cell.strip(BLANKS) for cell in row[wide:]):
            sentence = (
                f"the row has {len(row)} cells and the heading {wide}: a cell with a separator in it"
                " must stand in quotes, and one that is empty must be there all the same"
            )
            return [Fault(number, sentence)]
        cells = self._layout.cells(row)
        return None if cells is None else self._read(number, cells)

    def _read(self, number: int, cells: Sequence[str]) -> dict[str, Any] | list[Fault]:
        defaults = self._layout.defaults
        given = {**defaults}
        unclear: dict[str, Fault] = {}
        for (name, read), cell in zip(self._readers, cells, strict=True):
            if not cell:
                continue
            try:
                if text := read(cell):
                    given[name] = text
            except UnclearError as error:
                unclear[name] = Fault(number, str(error), name, cell)
        try:
            values = self._schema.model_validate_strings(given)
        except ValidationError as error:
            written = {**defaults, **dict(zip(self._names, cells, strict=True))}
            refused = self._refusals(number, error, written, given)
            return [*unclear.values(), *(f for f in refused if f.column not in unclear)]
        return list(unclear.values()) or values.__dict__

    def _refusals(
        self,
        number: int,
        error: ValidationError,
        cells: Mapping[str, str],
        given: Mapping[str, str],
    ) -> Iterator[Fault]:
        for detail in error.errors(include_url=False, include_input=False):
            name, *steps = map(str, detail["loc"] or [""])
            if not name:
                ours = detail["type"] == _OURS
                yield Fault(number, str(detail["ctx"]["message"]) if ours else detail["msg"])
            elif detail["type"] == "missing":
                lack = f"lacks {steps[-1]}" if steps else "is empty"
                yield Fault(number, lack, name)
            else:
                # Of several barcodes in a cell, the one that is meant.
                several = steps and self._by_name[name].form == "barcodes"
                cell = given[name].split()[int(steps[0])] if several else cells[name]
                yield Fault(number, self._refusal(name, detail), name, cell.strip(BLANKS))

    def _refusal(self, name: str, detail: ErrorDetails) -> str:
        column = self._by_name[name]
        if detail["type"] == _OURS and column.form not in _SAID_BY_COLUMN:
            return str(detail["ctx"]["message"])
        return f"must be {column.says}"


def accepting(sheet: Sheet, column: Column, marks: frozenset[str]) -> Callable[[str], bool]:
    """Return what says whether a cell is a value of the column, all others left aside."""
    schema, read = row_schema(sheet, [column.name]), _reader(column, marks)

    @lru_cache(_KEPT)
    def accepts(cell: str) -> bool:
        try:
            schema.model_validate_strings({column.name: read(cell)})
        except (UnclearError, ValidationError):
            return False
        return True

    return accepts


def _reader(column: Column, marks: frozenset[str]) -> Callable[[str], str]:
    """Return what says what a cell of the column means; raises UnclearError."""
    read = partial(meant, form=column.form, marks=marks)
    # Prices, rates, units: the same few in all rows.
    return lru_cache(_KEPT)(read) if column.refers or column.form in _FEW else read


def _repeated(lines: Sequence[Line], sheet: Sheet, layout: Layout) -> list[Fault]:
    """Return a fault for each row that names the same thing, or the same barcode or PLU, as another one."""
    faults = []
    if sheet.changes or sheet.key == ("email",):
        # A code has no capitals, or counts them; an e-mail address does not.
        form = str.lower if sheet.key == ("email",) else str
        faults += _alike(
            lines, lambda line: [(sheet.key[-1], form(key := sheet.called(line.values)), key)]
        )
    names = {column.name for column in layout.columns}
    if names & {"gtin", "other_barcodes"}:
        faults += _alike(
            lines,
            lambda line: (
                (each.column, each.number, each.gtin) for each in written_in(line.values)
            ),
        )
    if "plu" in names:
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
        says = f"{' = '.join(texts)} is there {len(found)} times"
        faults += [Fault(number, says, " or ".join(columns)) for number in found]
    return faults
