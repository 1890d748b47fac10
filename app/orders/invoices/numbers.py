"""What a document's number says."""

import re
from typing import NamedTuple

_PRINTED = re.compile(r"([a-z][a-z0-9]{0,19})-([0-9]{4})-([0-9]{6}|[1-9][0-9]{6,8})", re.ASCII)


class Number(NamedTuple):
    """The place of a document in its series and year."""

    series: str
    year: int
    number: int


def parsed(printed: str) -> Number | None:
    """Return what `web-2026-000123` says, None for what is no document's number."""
    match = _PRINTED.fullmatch(printed)
    return match and Number(match[1], int(match[2]), int(match[3]))
