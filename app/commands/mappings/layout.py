"""The layout of a file whose columns are called otherwise."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from app.commands.counting import counted
from app.commands.mappings.feeding import bare, fed_by, feeding, feeding_parts
from app.commands.mappings.format import Feed, KindMapping, Writing
from app.commands.sheets.cells import BLANKS
from app.commands.sheets.checking import accepting
from app.commands.sheets.columns import Column
from app.commands.sheets.faults import Fault, SheetError, quoted
from app.commands.sheets.files.reading import Table, plain
from app.commands.sheets.layout import (
    decimal_marks,
    demanded,
    marks_beside,
    named_places,
    not_read,
    repeated,
    width,
)
from app.commands.sheets.sheet import Sheet

_MOST_NAMES = 3


@dataclass(slots=True)
class _Optional:
    """A column that may be left out: of how many rows it was, and what stood there first, under which heading."""

    column: Column
    accepts: Callable[[str], bool]
    refused: int = 0
    first: tuple[str, str] | None = None


class MappedColumns:
    """How the rows of a table become cells of a sheet's columns, by a mapping."""

    def __init__(
        self,
        table: Table,
        sheet: Sheet,
        writing: Writing,
        mapping: KindMapping,
        *,
        ignore_unknown: bool,
    ) -> None:
        """Find the columns of `table`; raise SheetError if the mapping does not fit to its heading."""
        self.width = width(table)
        self._heading = table.heading
        self._feeds = mapping.columns
        self._found = self._find(table, sheet, mapping, ignore_unknown=ignore_unknown)
        self.columns = sheet.named(self._found)
        self.defaults: Mapping[str, str] = {
            name: feed.default
            for name, feed in mapping.columns.items()
            if feed.default is not None and name not in self._found
        }
        self.called: Mapping[str, str] = _called(mapping)
        writing, self.marks = self._writing_of(table, writing)
        self._readers = [self._reader(column, writing) for column in self.columns]
        self._optional = self._optionals(sheet)
        self._needed = [
            (place, column.form == "number")
            for place, column in enumerate(self.columns)
            if column.name in mapping.needs
        ]
        self._needs = " or ".join(
            self._heading[self._found[self.columns[place].name][0]].strip(BLANKS)
            for place, _ in self._needed
        )
        names = [column.name for column in self.columns]
        self._key = [names.index(name) for name in sheet.key] if mapping.distinct else None
        self._seen: set[tuple[str, ...]] = set()
        self._lacking = self._again = 0

    def _find(
        self, table: Table, sheet: Sheet, mapping: KindMapping, *, ignore_unknown: bool
    ) -> dict[str, list[int]]:
        """Return the places of what feeds each column that the file has something for."""
        read = mapping.headings
        ignored = [plain(pattern) for pattern in mapping.ignore]
        headings = list(named_places(table))
        unknown, self._not_read = [], []
        for _, name, shown in headings:
            if name in read:
                continue
            if ignore_unknown or any(fnmatchcase(name, pattern) for pattern in ignored):
                self._not_read.append(shown)
            else:
                unknown.append(shown)
        self._places = {name: place for place, name, _ in headings}
        found = {name: self._at(feed.named) for name, feed in mapping.columns.items()}
        found = {name: fed for name, fed in found.items() if fed}
        sentences = [
            f"column {shown} is not in the mapping (--ignore-unknown leaves it out)"
            for shown in unknown
        ]
        sentences += repeated(name for _, name, _ in headings if name in read)
        sentences += [
            _missing(name, mapping.columns.get(name))
            for name in demanded(sheet)
            if name not in found
        ]
        if sentences:
            raise SheetError(Fault(table.line, sentence) for sentence in sentences)
        return found

    def _at(self, headings: Iterable[str]) -> list[int]:
        """Return where these stand, those that the file has, each once."""
        keys = dict.fromkeys(map(plain, headings))
        return [self._places[key] for key in keys if key in self._places]

    def _writing_of(self, table: Table, said: Writing) -> tuple[Writing, frozenset[str]]:
        """Return how the file is written as it turns out, and the decimal marks of its numbers.

        A file that contradicts the mapping has both marks, so that what could be either number is refused.
        """
        places = {
            place
            for column in self.columns
            for source in (self._feeds[column.name], *self._feeds[column.name].parts)
            if column.form == "number" or source.round is not None
            for place in self._at(source.headings)
        }

        def number(cell: str) -> str:
            return bare(cell.strip(f"{BLANKS}%"), said)

        if said.decimal is None:
            return said, decimal_marks(table, places, number)
        other = "." if said.decimal == "," else ","
        if other in marks_beside(other, table, places, number):
            return said.model_copy(update={"thousands": None}), frozenset(",.")
        return said, frozenset(said.decimal)

    def _reader(self, column: Column, writing: Writing) -> Callable[[list[str]], str | None]:
        feed = self._feeds[column.name]
        if feed.parts:
            places = [self._at(part.headings) for part in feed.parts]
            return feeding_parts(feed, column, places, writing, self.marks)
        return feeding(feed, column, self._found[column.name], writing, self.marks)

    def _optionals(self, sheet: Sheet) -> Mapping[int, _Optional]:
        return {
            place: _Optional(column, accepting(sheet, column, self.marks))
            for place, column in enumerate(self.columns)
            if self._feeds[column.name].optional
        }

    def cells(self, row: list[str]) -> Sequence[str] | None:
        """Return a row's cells, one for each of `columns`; None if the mapping leaves it out."""
        made = [read(row) for read in self._readers]
        for place, optional in self._optional.items():
            if (cell := made[place]) is None or (cell and not optional.accepts(cell)):
                optional.refused += 1
                optional.first = optional.first or self._written(optional.column, row)
                made[place] = ""
        cells = [
            self._written(column, row)[1] if cell is None else cell
            for column, cell in zip(self.columns, made, strict=True)
        ]
        for place, number in self._needed:
            if _nothing(cells[place], number=number):
                self._lacking += 1
                return None
        if self._key is not None:
            key = tuple(cells[place] for place in self._key)
            if key in self._seen:
                self._again += 1
                return None
            self._seen.add(key)
        return cells

    @property
    def notes(self) -> Sequence[str]:
        """What is left out, and what is assumed instead of a column."""
        return list(self._notes())

    def _notes(self) -> Iterator[str]:
        if self._not_read:
            yield not_read(self._not_read)
        if self.defaults:
            said = ", ".join(f"{name} {quoted(value)}" for name, value in self.defaults.items())
            yield f"Not in the file, and taken from the mapping for what is new: {said}."
        for optional in self._optional.values():
            if optional.first:
                heading, cell = optional.first
                rows = counted(optional.refused, "row")
                yield f"Left out: {optional.column.name} of {rows}, which it cannot be made of, the first {heading} {quoted(cell)}."
        if self._lacking:
            yield f"Left out: {counted(self._lacking, 'row')} with nothing under {self._needs}."
        if self._again:
            yield f"Left out: {counted(self._again, 'row')} of what stood further up."

    def written(self, name: str, row: list[str]) -> tuple[str, str] | None:
        """Return the headings that feed a column, and what stands under them in a row; None if nothing feeds it."""
        column = next((column for column in self.columns if column.name == name), None)
        return None if column is None else self._written(column, row)

    def _written(self, column: Column, row: list[str]) -> tuple[str, str]:
        places = fed_by(self._feeds[column.name], self._found[column.name])(row)
        heading = " + ".join(self._heading[place].strip(BLANKS) for place in places)
        return heading, " ".join(row[place].strip(BLANKS) for place in places)


def _nothing(cell: str, *, number: bool) -> bool:
    return not cell or (number and (cell.startswith("-") or not cell.strip("0.,")))


def _called(mapping: KindMapping) -> Mapping[str, str]:
    return {
        name: f"{name} (as {_either(feed)})" for name, feed in mapping.columns.items() if feed.named
    }


def _either(feed: Feed) -> str:
    """Return what a column may be called, or the most likely names of many."""
    return " or ".join(map(quoted, feed.named[:_MOST_NAMES]))


def _missing(name: str, feed: Feed | None) -> str:
    if feed is None or not feed.named:
        return f"the mapping says nothing of {name}, which every file needs"
    return f"there is no column {_either(feed)}, which {name} would be made of"
