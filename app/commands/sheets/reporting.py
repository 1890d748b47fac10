"""What an import did or would do, in sentences."""

from collections.abc import Iterator
from itertools import islice

from app.commands.counting import counted
from app.commands.sheets.cells import listed
from app.commands.sheets.comparing import Plan
from app.commands.sheets.faults import quoted
from app.commands.sheets.opening import Opening

MOST_LINES = 50
_MOST_CODES = 20


def first_of(lines: Iterator[str], total: int, most: int = MOST_LINES) -> Iterator[str]:
    """Yield the first `most` of the lines, and how many of `total` are not shown."""
    yield from islice(lines, most)
    if total > most:
        yield f"… and {total - most} more."


def summary(plan: Plan, *, dry_run: bool) -> Iterator[str]:
    """Yield what a file of the catalogue changes; of a dry run, row by row."""
    created, changed = plan.created, plan.changed
    rows = counted(len(created) + len(changed) + plan.unchanged, "row")
    would_be = "would be " if dry_run else ""
    yield f"{rows}, {len(created)} {would_be}created, {len(changed)} {would_be}changed, {plan.unchanged} unchanged."
    if dry_run:
        yield from first_of(_changes(plan), len(created) + len(changed))


def _changes(plan: Plan) -> Iterator[str]:
    for change in plan.changed:
        values = change.line.values
        new = ", ".join(
            f"{name} {_shown(old)} -> {_shown(values[name])}" for name, old in change.old.items()
        )
        yield f"line {change.line.number}, {values['code']}: {new}"
    for line in plan.created:
        yield f"line {line.number}, {line.values['code']}: new"


def _shown(value: object) -> str:
    return "nothing" if value in (None, "", []) else quoted(_word(value))


def _word(value: object) -> object:
    if isinstance(value, list):
        return listed(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def stock_summary(opening: Opening, *, dry_run: bool) -> Iterator[str]:
    """Yield what a file of opening stock brings, and which products it leaves alone."""
    lots = sum(map(len, opening.lots))
    rows = counted(lots + opening.skipped_lots, "row")
    yield f"{rows}, {counted(lots, 'lot')} {'would be ' if dry_run else ''}received."
    if opening.skipped:
        shown = ", ".join(opening.skipped[:_MOST_CODES])
        more = len(opening.skipped) - _MOST_CODES
        yield (
            f"{counted(opening.skipped_lots, 'lot')} left out, because these products had stock before: {shown}"
            + (f" and {more} more." if more > 0 else ".")
        )
