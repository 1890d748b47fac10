"""Reading CSV files: every wrong value is found, and named by its line and column."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from app.core.errors import FieldError
from app.core.schema import Schema

Row = TypeVar("Row", bound=Schema)

MAX_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file: the line (1 is the heading), the column if it is one, and a sentence."""

    line: int
    column: str | None
    message: str

    def __str__(self) -> str:
        place = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{place}: {self.message}"


class TableError(Exception):
    """A file that cannot be taken; `faults` says why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__(f"{len(self.faults)} faults")


@dataclass(frozen=True, slots=True)
class Line(Generic[Row]):
    """A row of a file, and the line that it begins on."""

    number: int
    row: Row

    def faults(self, errors: Iterable[FieldError]) -> list[Fault]:
        """Return a row's errors, whose pointers start at its columns, as faults of this line."""
        return [
            Fault(self.number, error.pointer.strip("/") or None, error.message) for error in errors
        ]


def read_table(
    path: Path, schema: type[Row], key: str | None = None
) -> tuple[list[Line[Row]], list[Fault]]:
    """Return the rows of the CSV file `path` as instances of `schema`, and the faults of the others.

    UTF-8, with or without a byte order mark; the first line names the columns, in any order, and those
    with a default may be missing. An empty cell is a value left out. `key` is the column that no two
    rows may share. Raises TableError if it is not such a file at all, OSError if it cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TableError([Fault(line, None, "is not UTF-8 text")]) from None
    # Not splitlines(), which also ends a line at characters that a cell may hold.
    reader = csv.DictReader(io.StringIO(text), strict=True)
    lines: list[Line[Row]] = []
    faults: list[Fault] = []
    try:
        _check_heading(reader.fieldnames or [], schema)
        begins = reader.line_num + 1
        for cells in reader:
            _take(begins, cells, schema, lines, faults)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise TableError([*faults, Fault(reader.line_num, None, str(error))]) from None
    return lines, [*faults, *_repeated(lines, key)]


def _check_heading(columns: Iterable[str], schema: type[Schema]) -> None:
    given = list(columns)
    known = schema.model_fields
    faults = [
        Fault(1, name, "is not a column of this kind of file")
        for name in given
        if name not in known
    ]
    faults += [Fault(1, name, "is there twice") for name in known if given.count(name) > 1]
    faults += [
        Fault(1, name, "is missing")
        for name, field in known.items()
        if field.is_required() and name not in given
    ]
    if faults:
        raise TableError(faults)


def _take(
    number: int,
    cells: dict[str | None, str | None],
    schema: type[Row],
    lines: list[Line[Row]],
    faults: list[Fault],
) -> None:
    if None in cells or None in cells.values():
        faults.append(Fault(number, None, "does not have as many cells as there are columns"))
        return
    try:
        row = schema.model_validate_strings({name: cell for name, cell in cells.items() if cell})
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False):
            column = str(wrong["loc"][0]) if wrong["loc"] else None
            message = "must not be empty" if wrong["type"] == "missing" else wrong["msg"]
            faults.append(Fault(number, column, message))
    else:
        lines.append(Line(number, row))


def _repeated(lines: Iterable[Line[Row]], key: str | None) -> list[Fault]:
    if key is None:
        return []
    first: dict[str, int] = {}
    faults = []
    for line in lines:
        value = getattr(line.row, key)
        if first.setdefault(value, line.number) != line.number:
            faults.append(Fault(line.number, key, f"{value} stands on line {first[value]} already"))
    return faults
