"""The checks, in the order in which they run.

A check is a coroutine function that is given a running Shop. It raises AssertionError where the way to serve the
shop is at fault, NotApplicable where what is checked does not exist there, and may return a word for the table.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from conformance.shop import Shop

Run = Callable[[Shop], Awaitable[str | None]]

CHECKS: list["Check"] = []


class NotApplicable(Exception):  # noqa: N818 - no error: the text says why there is nothing to check
    """What a check is about does not exist on this way to serve the shop."""


@dataclass(frozen=True)
class Check:
    """One column of the table.

    `seconds` bound a run of it. `ways` are the names of those that it is for, all where it is empty.
    """

    name: str
    run: Run
    seconds: float
    ways: frozenset[str]

    @property
    def what(self) -> str:
        """The first sentence of the check's docstring: what is checked."""
        return (self.run.__doc__ or self.name).strip().splitlines()[0]


def check(name: str, *, seconds: float = 30, ways: tuple[str, ...] = ()) -> Callable[[Run], Run]:
    """Register the function below as the check `name`, after those that are there already."""

    def register(run: Run) -> Run:
        CHECKS.append(Check(name, run, seconds, frozenset(ways)))
        return run

    return register
