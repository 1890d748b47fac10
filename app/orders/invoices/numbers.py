"""What a document's number says."""

import re
from typing import NamedTuple

WEB = "web"
"""The series of what was handed over at no till."""

_PRINTED = re.compile(r"([a-z0-9][a-z0-9-]{0,59})-([0-9]{4})-([0-9]{6}|[1-9][0-9]{6,8})", re.ASCII)


class Number(NamedTuple):
    """The place of a document in its series and year."""

    series: str
    year: int
    number: int


def is_web(till: str) -> bool:
    """Say whether a till's name is that of WEB's series, or of one that it has behind a restore."""
    return re.fullmatch(rf"{WEB}[0-9]*", till, re.ASCII) is not None


def parsed(printed: str) -> Number | None:
    """Return what `web-2026-000123` says, None for what is no document's number."""
    match = _PRINTED.fullmatch(printed)
    return match and Number(match[1], int(match[2]), int(match[3]))
