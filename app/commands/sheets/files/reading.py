"""Files as spreadsheets write them, as rows of cells with the lines that they begin on."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.commands.sheets.faults import one_fault, quoted
from app.commands.sheets.files.workbook import SIGNATURES, workbook_rows

Row = tuple[int, list[str]]

_SEPARATORS = ",;\t"
_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ACCENTED_WORD = re.compile(r"\w*[^\x00-\x7f]\w*")
_SAVE_AGAIN = "save it as CSV in UTF-8"


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was opened: its heading as it is written, and `rows()` to go through the rest, often.

    Blank rows are left out. `rows()` raises SheetError where the file cannot be read further. `notes` are sentences
    about what had to be assumed.
    """

    heading: list[str]
    line: int
    rows: Callable[[], Iterator[Row]]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a file is written. What is None is found out.

    Without `quotes` a quote is a sign like any other. `decimal` is the mark in the numbers of the file's text, and so
    in what a workbook's numbers are shown as.
    """

    delimiter: str | None = None
    encoding: str | None = None
    quotes: bool = True
    decimal: str | None = None


def plain(heading: str) -> str:
    """Return how a column's name is compared: in small letters, blanks and hyphens as underscores."""
    return re.sub(r"[\s_-]+", "_", heading.strip().casefold())


def open_table(path: Path, known: Collection[str], dialect: Dialect = Dialect()) -> Table:
    """Open a CSV file, in whatever encoding and with whatever separator, or a workbook.

    `known` are names of columns, by which the separator is found. Raises SheetError, and OSError if the file
    cannot be read.
    """
    data = path.read_bytes()
    notes: list[str] = []
    if data.startswith(SIGNATURES):
        rows = workbook_rows(data, notes, dialect.decimal or ".")
    else:
        rows = _csv_rows(_text(data, notes, dialect.encoding), known, dialect)
    first = next(rows(), None)
    if first is None:
        raise one_fault("the file is empty")
    line, heading = first
    return Table(heading, line, lambda: (row for row in rows() if row[0] > line), notes)


def _text(data: bytes, notes: list[str], said: str | None) -> str:
    for mark, encoding in _MARKED:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    if said:
        return _decoded(data, said)
    if b"\0" in data[:2]:
        return _decoded(data, "utf-16-be" if data[:1] == b"\0" else "utf-16-le")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        _refuse_mixture(data, error.start)
    text = _decoded(data, "cp1252")
    word = _ACCENTED_WORD.search(text)
    notes.append(
        "The file is not UTF-8 and was read as Windows-1252 (Western European)"
        + (f": {quoted(word[0])}. If that is wrong, {_SAVE_AGAIN}." if word else ".")
    )
    return text


def _refuse_mixture(data: bytes, wrong: int) -> None:
    """Raise SheetError for bytes that are UTF-8 elsewhere, though not from `wrong` on."""
    # A character of several bytes hardly ever comes about by chance in another encoding.
    character = next((c for c in data.decode("utf-8", "ignore") if not c.isascii()), None)
    if character is not None:
        place = _line(data, data.index(character.encode()))
        raise one_fault(
            f"the file is UTF-8 on line {place} and something else here, so that no reading of all of it is safe:"
            f" {_SAVE_AGAIN} where it was made",
            _line(data, wrong),
        )


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise one_fault(
            f"the file is no text in an encoding that is known here: {_SAVE_AGAIN}",
            _line(data, error.start),
        ) from None


def _csv_rows(text: str, known: Collection[str], dialect: Dialect) -> Callable[[], Iterator[Row]]:
    separator, skipped = _separator(text, known, dialect.delimiter)

    def rows() -> Iterator[Row]:
        # newline="" leaves line breaks to the csv module. Not splitlines(), which knows more of them.
        lines = io.StringIO(text, newline="")
        for _ in range(skipped):
            lines.readline()
        reader = csv.reader(
            lines,
            delimiter=separator,
            quoting=csv.QUOTE_MINIMAL if dialect.quotes else csv.QUOTE_NONE,
            strict=True,
        )
        while True:
            begins = skipped + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise one_fault(_QUOTES, begins) from None
            # The first one nearly always says something, and asking all of them takes its time.
            if (cells and cells[0].strip()) or any(cell and not cell.isspace() for cell in cells):
                yield begins, cells

    return rows


_QUOTES = 'a quote that opens a cell of the row that begins here is not closed, or the cell has quotes in it that are not doubled ("")'


def _separator(text: str, known: Collection[str], given: str | None) -> tuple[str, int]:
    """Return what stands between columns, and how many lines say only that."""
    first, _, _ = text.partition("\n")
    if said := re.fullmatch(r"\"?sep=(.)\"?[,;\t]*\r?", first, re.IGNORECASE):
        return said[1], 1
    if given:
        return given, 0
    heading = next((line for line in io.StringIO(text) if line.strip(' \t\r\n,;"')), "")

    def names(separator: str) -> int:
        return sum(plain(cell.strip().strip('"')) in known for cell in heading.split(separator))

    return max(_SEPARATORS, key=names), 0
