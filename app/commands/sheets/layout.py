"""Which cells of a file are whose: by the names of its columns, unless a mapping says otherwise (commands/mappings)."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Protocol

from app.commands.sheets.cells import decimal_mark
from app.commands.sheets.columns import Column
from app.commands.sheets.faults import Fault, SheetError, quoted
from app.commands.sheets.files.reading import Table, plain
from app.commands.sheets.sheet import Sheet

_MOST_NAMES = 20


class Layout(Protocol):
    """How the rows of a table become cells of a sheet's columns.

    `columns` are those that the file has, and `width` is how many cells a row of it has. `marks` are the decimal marks
    that its numbers have beyond doubt. `defaults` has the cells, by column, of what is new where the file has no such
    column, and `called` what a column that is missing would be called in it. `notes` are sentences about what is left
    out, complete when all rows were read.
    """

    columns: list[Column]
    width: int
    marks: frozenset[str]
    defaults: Mapping[str, str]
    called: Mapping[str, str]

    @property
    def notes(self) -> Sequence[str]:
        """What is left out."""

    def cells(self, row: list[str]) -> Sequence[str] | None:
        """Return a row's cells, one for each of `columns`; None if it is to be left out."""


class NamedColumns:
    """The layout of a file whose columns have the sheet's own names."""

    def __init__(self, table: Table, sheet: Sheet, *, ignore_unknown: bool) -> None:
        """Find the columns of `table`; raise SheetError if its heading is not of that sheet."""
        self.width = width(table)
        self.notes: list[str] = []
        places = self._find(table, sheet, ignore_unknown=ignore_unknown)
        self.columns = sheet.named(places)
        self._places = [places[column.name] for column in self.columns]
        # Of one place it would return no tuple.
        self._all = itemgetter(*self._places) if len(self._places) > 1 else self._only
        self.defaults: Mapping[str, str] = {}
        self.called: Mapping[str, str] = {}
        numbers = [places[column.name] for column in self.columns if column.form == "number"]
        self.marks = decimal_marks(table, numbers)

    def _find(self, table: Table, sheet: Sheet, *, ignore_unknown: bool) -> dict[str, int]:
        """Return where each known column stands."""
        known = [column.name for column in sheet.columns]
        found = list(named_places(table))
        unknown = [shown for _, name, shown in found if name not in known]
        if unknown and ignore_unknown:
            self.notes.append(not_read(unknown))
            unknown = []
        sentences = [f"column {name} is none of {sheet.name}" for name in unknown]
        if unknown:
            sentences[-1] += (
                f"; those are {', '.join(known)}, in the first row (--ignore-unknown leaves others out;"
                " --from de reads German headings, and a mapping any others)"
            )
        names = [name for _, name, _ in found if name in known]
        sentences += repeated(names)
        sentences += [
            f"column {quoted(name)} is missing" for name in demanded(sheet) if name not in names
        ]
        if sentences:
            raise SheetError(Fault(table.line, sentence) for sentence in sentences)
        return {name: place for place, name, _ in found if name in known}

    def _only(self, row: list[str]) -> tuple[str]:
        return (row[self._places[0]],)

    def cells(self, row: list[str]) -> Sequence[str]:
        """Return a row's cells, one for each of `columns`."""
        found: tuple[str, ...] = self._all(row)
        return found


def width(table: Table) -> int:
    """Return how many columns there are; separators behind the last heading make none."""
    return max((place for place, name in enumerate(table.heading, 1) if name.strip()), default=0)


def required(sheet: Sheet) -> list[str]:
    """Return the columns without which nothing can be added."""
    return [name for name, field in sheet.schema.model_fields.items() if field.is_required()]


def demanded(sheet: Sheet) -> list[str]:
    """Return the columns that every file needs: of what may be there already, no more than its key."""
    return list(sheet.key) if sheet.changes else required(sheet)


def named_places(table: Table) -> Iterator[tuple[int, str, str]]:
    """Yield where each column stands, its name as it is compared, and as a fault has it."""
    for place, written in enumerate(table.heading[: width(table)]):
        name = plain(written)
        yield place, name, quoted(written) if name else f"{place + 1}, which has no name,"


def not_read(names: Sequence[str]) -> str:
    """Return the sentence about columns that are left out."""
    shown = ", ".join(names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"Not read: {shown}{more}."


def repeated(names: Iterable[str]) -> list[str]:
    """Return a sentence about each name that more than one column has."""
    return [
        f"column {quoted(name)} is there {count} times"
        for name, count in Counter(names).items()
        if count > 1
    ]


def decimal_marks(
    table: Table, places: Iterable[int], bare: Callable[[str], str] = str
) -> frozenset[str]:
    """Return the marks that the numbers at `places` have beyond doubt; `bare` is a cell without its currency."""
    places = list(places)
    marks = marks_beside(",", table, places, bare)
    return marks | marks_beside(".", table, places, bare) if "," in marks else marks


def marks_beside(
    mark: str, table: Table, places: Collection[int], bare: Callable[[str], str]
) -> frozenset[str]:
    """Return what the cells at `places` that have `mark` in them say of decimal marks."""
    cells = set()
    with suppress(
        SheetError
    ):  # where the file cannot be read further, which is said when its rows are
        for _, row in table.rows():
            for place in places:
                if place < len(row) and mark in row[place]:
                    cells.add(row[place])
    return frozenset(decimal_mark(bare(cell)) for cell in cells) - {""}
