"""What a file would change in the shop, or what in the shop forbids it. Nothing is written here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg2 import extensions

from app.commands.sheets.checking import Advance, Content, Line
from app.commands.sheets.columns import Column
from app.commands.sheets.faults import Fault, SheetError, quoted
from app.commands.sheets.layout import required
from app.commands.sheets.notation import listed
from app.commands.sheets.plans.taken import taken
from app.commands.sheets.sheet import Sheet
from app.core.web import FieldError, Invalid

Refused = Callable[[Mapping[str, Any]], Iterable[FieldError]]
"""Says which values, by column, this shop refuses though they are right."""

_ROWS_AT_ONCE = 2000
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Change:
    """A row that differs from what the shop has: `old` are the shop's values of the columns that do."""

    line: Line
    old: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of which none refers to another one."""

    created: list[Line] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do, step by step, and how many rows of the file are as the shop has them already."""

    steps: list[Step]
    unchanged: int

    @property
    def created(self) -> list[Line]:
        """The rows that are new to the shop."""
        return [line for step in self.steps for line in step.created]

    @property
    def changed(self) -> list[Change]:
        """The rows that the shop has otherwise."""
        return [change for step in self.steps for change in step.changed]


def compare(
    cursor: extensions.cursor,
    sheet: Sheet,
    content: Content,
    advance: Advance = lambda _: None,
    refused: Refused = lambda _: (),
) -> Plan:
    """Return what `content` would change; what is `refused` in this shop is so of what is new, by column.

    Raises SheetError with all that is wrong, the file's own faults included.
    """
    created: list[Line] = []
    changed: list[Change] = []
    faults = [*content.faults, *_unknown(cursor, content.columns, content.lines)]
    for line, known in _with_current(cursor, sheet, content):
        advance(1)
        if known is None:
            created.append(line)
            new = line.values
        elif old := _differing(line, known):
            changed.append(Change(line, old))
            new = {name: line.values[name] for name in old}
        else:
            continue
        faults += _misfits(sheet, content, line, known)
        faults += _faults(line, refused(new))
    faults += _unknown(cursor, sheet.named(content.layout.defaults), created)
    names = {column.name for column in content.columns}
    faults += taken(cursor, content, names)
    if "unit" in names:
        faults += _units_in_use(cursor, changed)
    levels: dict[str, int] = {}
    if "parent" in names:
        faults += _place(cursor, content.lines, levels)
    if faults:
        raise SheetError(faults)
    return Plan(_steps(created, changed, levels), len(content.lines) - len(created) - len(changed))


def _steps(
    created: Iterable[Line], changed: Iterable[Change], levels: Mapping[str, int]
) -> list[Step]:
    steps: dict[int, Step] = defaultdict(Step)
    for line in created:
        steps[_level(line, levels)].created.append(line)
    for change in changed:
        steps[_level(change.line, levels)].changed.append(change)
    return [step for _, step in sorted(steps.items())]


def _level(line: Line, levels: Mapping[str, int]) -> int:
    return levels[line.values["code"]] if levels else 1


def known_codes(cursor: extensions.cursor, table: str, codes: Iterable[str]) -> set[str]:
    """Return which of the codes `table` has."""
    cursor.execute(
        f"SELECT code FROM {table} WHERE code = ANY(%s::text[])",  # noqa: S608 - the table is ours
        (list(codes),),
    )
    return {code for (code,) in cursor.fetchall()}


def _unknown(
    cursor: extensions.cursor, columns: Iterable[Column], lines: Sequence[Line]
) -> Iterator[Fault]:
    """Yield the faults of codes that name nothing, neither in the shop nor, for a parent, in the file."""
    for column in columns:
        if column.lists:
            yield from _unknown_in_lists(cursor, column, lines)
        if not column.refers:
            continue
        named = {line.values[column.name] for line in lines} - {None}
        known = known_codes(cursor, column.refers, named)
        if column.name == "parent":
            known |= {line.values["code"] for line in lines}
        for line in lines:
            value = line.values[column.name]
            if value is not None and value not in known:
                yield Fault(line.number, "is not known", column.name, value)


def _with_current(
    cursor: extensions.cursor, sheet: Sheet, content: Content
) -> Iterator[tuple[Line, dict[str, Any] | None]]:
    """Yield each row with the values of all columns that the shop has for it; None where it has none."""
    names = [column.name for column in sheet.columns]
    values = ", ".join(column.of("t") for column in sheet.columns)
    # Of a key of two columns, these may be more than the rows.
    named = " AND ".join(column.among("t") for column in sheet.named(sheet.key))
    query = f"SELECT {values} FROM {sheet.table} t WHERE {named}"  # noqa: S608 - all are ours
    compared = {column.name for column in content.columns}
    for start in range(0, len(content.lines), _ROWS_AT_ONCE):
        lines = content.lines[start : start + _ROWS_AT_ONCE]
        cursor.execute(query, [[line.values[name] for line in lines] for name in sheet.key])
        rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
        current = {sheet.called(row): row for row in rows}
        for line in lines:
            known = current.get(sheet.called(line.values))
            if known is not None:
                for name in names:
                    if name not in compared:
                        line.values[name] = known[name]
            yield line, known


def _differing(line: Line, known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: old for name, old in known.items() if old != line.values[name]}


def _unknown_in_lists(
    cursor: extensions.cursor, column: Column, lines: Sequence[Line]
) -> Iterator[Fault]:
    named = {code for line in lines for code in line.values[column.name]}
    unknown = named - known_codes(cursor, column.lists, named)
    for line in lines:
        for code in line.values[column.name]:
            if code in unknown:
                yield Fault(line.number, "is not known", column.name, code)


def _misfits(
    sheet: Sheet, content: Content, line: Line, known: Mapping[str, Any] | None
) -> Iterator[Fault]:
    """Yield what keeps a row from being added, or its values from fitting together."""
    layout = content.layout
    names = {column.name for column in layout.columns} | set(layout.defaults)
    missing = [layout.called.get(name, name) for name in required(sheet) if name not in names]
    if known is None and missing:
        says = f"is not in the shop yet, and to add it the file needs {', '.join(missing)} too"
        yield Fault(line.number, says, sheet.key[-1], sheet.called(line.values))
        return
    try:
        sheet.check(line.values)
    except Invalid as problem:
        yield from _faults(line, problem.errors)


def _faults(line: Line, errors: Iterable[FieldError]) -> Iterator[Fault]:
    for error in errors:
        _, name, *steps = error.pointer.split("/")
        value = line.values[name]
        # Of several in a cell, the one that is meant.
        shown = listed([value[int(steps[0])]]) if steps else value
        yield Fault(line.number, error.message, name, shown)


def _units_in_use(cursor: extensions.cursor, changed: Iterable[Change]) -> Iterator[Fault]:
    changes = {change.line.values["code"]: change for change in changed if "unit" in change.old}
    cursor.execute(
        "SELECT p.code FROM product p WHERE p.code = ANY(%s::text[]) AND unit_in_use(p.id)",
        (list(changes),),
    )
    for (code,) in cursor.fetchall():
        line, old = changes[code].line, changes[code].old["unit"]
        says = f"cannot replace {old} of the product {code}: its stock, an order, an article or a count is in that"
        yield Fault(line.number, says, "unit", line.values["unit"])


def _place(
    cursor: extensions.cursor, lines: Sequence[Line], levels: dict[str, int]
) -> Iterator[Fault]:
    """Set the level of each category of the file, and yield the faults of those that have no place in the tree."""
    cursor.execute(
        "SELECT c.code, p.code FROM category c LEFT JOIN category p ON p.id = c.parent_id"
    )
    parents: dict[str, str | None] = dict(cursor.fetchall())
    parents |= {line.values["code"]: line.values["parent"] for line in lines}
    of_file = {line.values["code"]: line for line in lines}
    blamed = set()
    for code in parents:
        path = [code]
        while (above := parents.get(path[-1])) is not None and len(path) <= _DEEPEST:
            path.append(above)
        if code in of_file:
            levels[code] = len(path)
        if len(path) > _DEEPEST:
            # The shop's own tree is right, so one of the file's rows made it so.
            blamed.add(next(one for one in path if one in of_file and parents[one] is not None))
    for code in blamed:
        line = of_file[code]
        says = f"must not lie below {quoted(code)}, nor so deep that a category would be on a level below the eighth"
        yield Fault(line.number, says, "parent", line.values["parent"])
