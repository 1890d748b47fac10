"""A rule of the tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that holds for every row, and the query for the rows that break it.

    The query's first column names the row, its second says what is wrong with it.
    """

    name: str
    query: str
