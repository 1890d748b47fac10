"""What an import did or would do, in sentences."""

from collections.abc import Iterator
from itertools import islice

from app.commands.counting import counted
from app.commands.sheets.columns import Column
from app.commands.sheets.faults import on_lines, quoted
from app.commands.sheets.plans.catalogue import Plan
from app.commands.sheets.plans.opening import Opening
from app.commands.sheets.plans.people import People
from app.commands.sheets.plans.prices import Repricing, Repricings
from app.commands.sheets.plans.synonyms import Rewording
from app.commands.sheets.sheet import Sheet

MOST_LINES = 50
_MOST_CODES = 20


def first_of(lines: Iterator[str], total: int, most: int = MOST_LINES) -> Iterator[str]:
    """Yield the first `most` of the lines, and how many of `total` are not shown."""
    yield from islice(lines, most)
    if total > most:
        yield f"… and {total - most} more."


def summary(plan: Plan, sheet: Sheet, *, dry_run: bool) -> Iterator[str]:
    """Yield what a file of the catalogue changes; of a dry run, row by row."""
    created, changed = plan.created, plan.changed
    rows = counted(len(created) + len(changed) + plan.unchanged, "row")
    would_be = "would be " if dry_run else ""
    yield f"{rows}, {len(created)} {would_be}created, {len(changed)} {would_be}changed, {plan.unchanged} unchanged."
    if dry_run:
        yield from first_of(_changes(plan, sheet), len(created) + len(changed))


def _changes(plan: Plan, sheet: Sheet) -> Iterator[str]:
    columns = {column.name: column for column in sheet.columns}
    for change in plan.changed:
        values = change.line.values
        new = ", ".join(
            f"{name} {_shown(old, columns[name])} -> {_shown(values[name], columns[name])}"
            for name, old in change.old.items()
        )
        yield f"line {change.line.number}, {sheet.called(values)}: {new}"
    for line in plan.created:
        yield f"line {line.number}, {sheet.called(line.values)}: new"


def _shown(value: object, column: Column) -> str:
    if value in (None, "", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return quoted("yes" if value else "no")
    return quoted(column.notation.write(value) if column.notation else value)


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


def prices_summary(repricings: Repricings, *, dry_run: bool) -> Iterator[str]:
    """Yield of how many products a file plans prices to come; of a dry run, which and from when on."""
    changed = len(repricings.changed)
    products = counted(repricings.products, "product")
    would_be = "would be " if dry_run else ""
    yield f"{products}, {changed} {would_be}planned anew, {repricings.products - changed} unchanged."
    if dry_run:
        yield from first_of(map(_repriced, repricings.changed), changed)


def _repriced(one: Repricing) -> str:
    planned, new = (
        ", ".join(f"{price} from {day}" for day, price in sorted(prices.items())) or "nothing"
        for prices in (one.planned, one.new)
    )
    return f"line {one.lines[0].number}, {one.code}: {planned} -> {new}"


def synonyms_summary(rewording: Rewording, *, dry_run: bool) -> Iterator[str]:
    """Yield how many groups of words are new and how many go; of a dry run, which."""
    added = [group for group in rewording.groups if group not in rewording.before]
    removed = [group for group in rewording.before if group not in rewording.groups]
    would_be = "would be " if dry_run else ""
    groups = counted(len(rewording.groups), "group")
    unchanged = len(rewording.groups) - len(added)
    yield f"{groups}, {len(added)} {would_be}added, {len(removed)} {would_be}removed, {unchanged} unchanged."
    if dry_run:
        lines = [f"added: {', '.join(group)}" for group in added]
        lines += [f"removed: {', '.join(group)}" for group in removed]
        yield from first_of(iter(lines), len(lines))


def people_summary(people: People, *, dry_run: bool) -> Iterator[str]:
    """Yield whose accounts a file opens, without a word about anybody."""
    rows = counted(len(people.new) + len(people.known), "row")
    opened = counted(len(people.new), "account")
    yield f"{rows}, {opened} {'would be ' if dry_run else ''}opened."
    if people.known:
        left_out = counted(len(people.known), "row")
        where = on_lines([line.number for line in people.known])
        yield f"{left_out} left out, because the address has an account: {where}."
    if people.new:
        yield "They have no password: staff gives them one (PUT /api/v1/customers/{id}/password)."
