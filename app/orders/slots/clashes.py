"""Which hours of a plan would make two windows at one time."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from app.orders.slots.schemas import Hours, NewPlan, Pattern


def clashes(plan: NewPlan) -> Iterator[tuple[str, str]]:
    """Yield where in a plan there is what does not go with something before it, as a JSON pointer, and why."""
    yield from _among("/patterns", plan.patterns)
    seen: set[date] = set()
    for number, exception in enumerate(plan.exceptions):
        if exception.date in seen:
            yield f"/exceptions/{number}/date", "is there twice"
        seen.add(exception.date)
        yield from _among(f"/exceptions/{number}/windows", exception.windows)


def _among(pointer: str, hours: Sequence[Hours]) -> Iterator[tuple[str, str]]:
    for (first, one), (second, other) in combinations(enumerate(hours), 2):
        if _at_one_time(one, other):
            yield f"{pointer}/{second}", f"has windows at the same time as {pointer}/{first}"


def _at_one_time(one: Hours, other: Hours) -> bool:
    if one.opens >= other.closes or other.opens >= one.closes:
        return False
    if not (isinstance(one, Pattern) and isinstance(other, Pattern)):
        return True  # both are of one day
    return (
        not set(one.weekdays).isdisjoint(other.weekdays)
        and (one.starts_on or date.min) <= (other.ends_on or date.max)
        and (other.starts_on or date.min) <= (one.ends_on or date.max)
    )
