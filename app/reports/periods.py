"""The days of a report, and the weeks and months that they are in. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from app.core.web import FieldError, Invalid

Time = Literal["day", "week", "month"]
TIMES: frozenset[str] = frozenset({"day", "week", "month"})

LONGEST = 3 * 365 + 1
"""Of how many days a report is at most: three years, one of them a leap year."""

YEAR = 366
"""Of how many days a report is at most that looks at each by itself."""

_USUAL = 30


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `since` through `until`."""

    since: date
    until: date

    def keys(self, by: Time) -> Iterator[str]:
        """Yield each day, week or month that the period has a part of, in order."""
        last = None
        for place in range((self.until - self.since).days + 1):
            key = key_of(by, self.since + timedelta(days=place))
            if key != last:
                yield key
            last = key


def period_of(
    since: date | None, until: date | None, today: date, longest: int = LONGEST
) -> Period:
    """Return the days of a report: the last thirty where nothing is said. Raises Invalid."""
    until = until or (max(since, today) if since else today)
    since = since or date.fromordinal(max(until.toordinal() - _USUAL + 1, 1))
    if since > until:
        raise _wrong("must not be behind `to`")
    if (until - since).days >= longest:
        raise _wrong(f"must be at most {longest} days before the day behind `to`")
    return Period(since, until)


def key_of(by: Time, day: date) -> str:
    """Return what a day's row is called: 2026-01-31, the ISO week 2026-W05, or 2026-01."""
    match by:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        case "month":
            return day.isoformat()[:7]


def _wrong(message: str) -> Invalid:
    return Invalid("The query has wrong parameters.", errors=[FieldError("/query/from", message)])
