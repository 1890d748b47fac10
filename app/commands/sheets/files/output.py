"""Rows as files that spreadsheets open and `import` takes back: CSV, and workbooks (XLSX)."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import click

from app.commands.sheets.cells import guarded, unguarded
from app.commands.sheets.columns import Column

MOST_ROWS = 1_048_576
"""How many rows a sheet of a workbook can have, its heading counted."""

# In characters: the arrow of a filter, and what no column is made wider than by itself.
_ARROW, _WIDEST = 3, 60
# What a spreadsheet keeps of a number, and the first day that it counts right: 1900-02-29 was one for it.
_FIGURES, _FIRST_DAY = 15, dt.date(1900, 3, 1)
# A workbook says when it was made. This one says the same always: equal rows are equal bytes.
_MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - it goes into the file as it stands
_NOT_TEXT = {"number", "date"}


class TooManyRowsError(click.ClickException):
    """More rows than a workbook's sheet can have. The sentence says so."""


def write_csv(output: TextIO, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> int:
    """Write a heading and rows, and return how many rows there were."""
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    count = 0
    for row in written(columns, rows):
        writer.writerow([_cell(value) for value in row])
        count += 1
    return count


def written(
    columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> Iterator[Sequence[object]]:
    """Yield rows with several values of a cell as they are written in one."""
    notations = [(p, c.notation) for p, c in enumerate(columns) if c.notation is not None]
    for row in rows:
        cells = list(row)
        for place, notation in notations:
            cells[place] = notation.write(cells[place]) if cells[place] else None
        yield cells


def _cell(value: object) -> object:
    match value:
        case bool():
            return _yes_or_no(value)
        case str():
            return guarded(value)
    return value


def _yes_or_no(value: bool) -> str:  # noqa: FBT001 - it is what is written
    # Not true and false, which spreadsheets translate.
    return "yes" if value else "no"


def write_workbook(
    path: Path, name: str, columns: Sequence[Column], rows: Iterable[Sequence[object]]
) -> int:
    """Write a workbook with a sheet of that name, row by row, and return how many rows there were.

    Codes, barcodes and all other text are text there, and never a formula. Nothing is at `path` before all rows were
    read. Raises TooManyRowsError, and OSError where the file cannot be written.
    """
    with closing(_Sheet(path, name, columns)) as sheet:
        count = 0
        for count, row in enumerate(written(columns, rows), 1):
            if count == MOST_ROWS:
                raise TooManyRowsError(
                    f"A sheet has no more than {MOST_ROWS:,} rows, and these are more: export them as CSV."
                )
            sheet.write(count, row)
        sheet.save(count)
        return count


class _Sheet:
    """A workbook of one sheet, in the making."""

    def __init__(self, path: Path, name: str, columns: Sequence[Column]) -> None:
        # Not at the top: what serves requests has no use for it.
        from xlsxwriter import Workbook  # noqa: PLC0415 - as above

        self._workbook = Workbook(str(path), {"constant_memory": True})
        self._workbook.set_properties({"created": _MADE})
        self._sheet = self._workbook.add_worksheet(name)
        self._columns = columns
        self._text = self._workbook.add_format({"num_format": "@"})
        self._date = self._workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._number = cache(self._format_of_number)
        self._widths = [len(column.name) + _ARROW for column in columns]
        bold = self._workbook.add_format({"bold": True})
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, column.name, bold)

    def _format_of_number(self, places: int) -> Any:
        return self._workbook.add_format({"num_format": f"0.{'0' * places}" if places else "0"})

    def write(self, line: int, row: Sequence[object]) -> None:
        """Write the values of a row."""
        for place, value in enumerate(row):
            if value is not None:
                self._put(line, place, value)

    def _put(self, line: int, place: int, value: object) -> None:
        match value:
            case bool():
                self._put_text(line, place, _yes_or_no(value))
            case Decimal() | int() if len((number := Decimal(value)).as_tuple().digits) <= _FIGURES:
                places = max(-int(number.as_tuple().exponent), 0)
                self._sheet.write_number(line, place, float(value), self._number(places))
            case dt.date() if value >= _FIRST_DAY:
                self._sheet.write_datetime(line, place, value, self._date)
            case _:
                self._put_text(line, place, str(value))

    def _put_text(self, line: int, place: int, text: str) -> None:
        # In a cell that is text no formula has to be guarded against; but import takes a guard away from any.
        text = f"'{text}" if unguarded(text) != text else text
        self._widths[place] = max(self._widths[place], min(len(text), _WIDEST))
        if text.startswith("<r>"):
            # The library would take it for its own mark-up, but not in pieces.
            self._sheet.write_rich_string(line, place, text[:1], self._text, text[1:], self._text)
        else:
            self._sheet.write_string(line, place, text, self._text)

    def save(self, count: int) -> None:
        """Write the file. Raises OSError."""
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - as in __init__

        for place, (column, width) in enumerate(zip(self._columns, self._widths, strict=True)):
            # What is typed in below stays text too.
            form = None if column.form in _NOT_TEXT else self._text
            self._sheet.set_column(place, place, width, form)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{count + 1}"})
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, count, len(self._columns) - 1)
        try:
            self._workbook.close()
        except FileCreateError as error:
            raise error.args[0] from None

    def close(self) -> None:
        """Let go of the rows, which wait in a file of the system's."""
        self._sheet.row_data_fh.close()
