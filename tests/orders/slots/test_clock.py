"""Windows on the days on which the clock changes, against a clock that is read minute by minute."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MINUTE = timedelta(minutes=1)
# Forward and back: by an hour at night, at midnight, to the day before; by half an hour; by two; and never.
DAYS = (
    *(("Europe/Berlin", date(2025, 3, 30)), ("Europe/Berlin", date(2025, 10, 26))),
    *(("America/Santiago", date(2025, 9, 6)), ("America/Santiago", date(2025, 4, 5))),
    *(("Africa/Cairo", date(2025, 4, 25)), ("Africa/Cairo", date(2025, 10, 30))),
    *(("America/Havana", date(2025, 3, 9)), ("America/Havana", date(2025, 11, 2))),
    *(("America/St_Johns", date(2006, 4, 2)), ("America/St_Johns", date(2006, 10, 29))),
    *(("Australia/Lord_Howe", date(2025, 10, 5)), ("Australia/Lord_Howe", date(2025, 4, 6))),
    *(("Antarctica/Troll", date(2025, 3, 30)), ("Antarctica/Troll", date(2025, 10, 26))),
    ("Asia/Kolkata", date(2025, 3, 30)),
)


@pytest.fixture(scope="module")
def windows(cluster, worker_id):
    """Return the windows of a day, and of those beside it, in a zone, as (start, end) in UTC."""
    made = cluster.clone(f"clock_{worker_id}")
    with closing(psycopg2.connect(made.owner_url)) as connection, connection.cursor() as cursor:

        def of(zone, day, *hours):
            cursor.execute("SET LOCAL TIME ZONE %s", (zone,))
            for opens, closes, minutes in hours:
                cursor.execute(
                    """
                    INSERT INTO slot_hours (place, weekday, opens, closes, minutes, capacity, cutoff)
                    SELECT 0, weekday, %s, %s, %s, 1, 0 FROM generate_series(1, 7) AS weekday
                    """,
                    (opens, closes, minutes),
                )
            cursor.execute(
                "SELECT starts_at, ends_at FROM slot_windows(%s, %s) ORDER BY starts_at",
                (day - timedelta(days=1), day + timedelta(days=1)),
            )
            found = [
                (start.astimezone(UTC), end.astimezone(UTC)) for start, end in cursor.fetchall()
            ]
            connection.rollback()
            return found

        yield of
    cluster.drop(made.name)


@cache
def clock(zone, day):
    """Return what the clock shows at each minute of some days around one."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    there = ZoneInfo(zone)
    moments = [noon + n * MINUTE for n in range(-3 * 1440, 3 * 1440)]
    return [(moment, moment.astimezone(there).replace(tzinfo=None)) for moment in moments]


def first(zone, day, shown):
    """Return the first moment at which the clock shows that, or more."""
    return next(moment for moment, shows in clock(zone, day) if shows >= shown)


def expected(zone, day, *hours):
    """Return what windows() has to."""
    found = []
    for beside in (-1, 0, 1):
        midnight = datetime.combine(day + timedelta(days=beside), datetime.min.time())
        for opens, closes, minutes in hours:
            for start in range(opens, closes, minutes):
                ends = (first(zone, day, midnight + n * MINUTE) for n in (start, start + minutes))
                found.append(tuple(ends))
    return sorted((start, end) for start, end in found if start < end)


@st.composite
def hours(draw):
    """Hours of a day, in steps of five minutes."""
    minutes = 5 * draw(st.integers(3, 48))
    count = draw(st.integers(1, 1440 // minutes))
    opens = 5 * draw(st.integers(0, (1440 - count * minutes) // 5))
    return opens, opens + count * minutes, minutes


@given(st.sampled_from(DAYS), hours())
@settings(max_examples=150)
def test_windows_follow_the_clock(windows, place, of_day):
    assert windows(*place, of_day) == expected(*place, of_day)


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_a_day_of_windows_has_neither_gaps_nor_overlaps(windows, zone, day):
    found = windows(zone, day, (0, 720, 15), (720, 1440, 60))
    assert all(end == start for (_, end), (start, _) in pairwise(found))
    midnight = datetime.combine(day, datetime.min.time())
    ends = [first(zone, day, midnight + timedelta(days=n)) for n in (-1, 2)]
    assert [found[0][0], found[-1][1]] == ends


def of_day(found, day, zone):
    """Return (start, end) of the windows of a day, as its clock shows them, and how long each is."""
    there = ZoneInfo(zone)
    shown = [(s.astimezone(there), e.astimezone(there), (e - s) / MINUTE) for s, e in found]
    return [(f"{s:%H:%M}", f"{e:%H:%M}", long) for s, e, long in shown if s.date() == day]


@pytest.mark.parametrize(
    ("day", "night"),
    [
        # From 02:00 to 03:00 the clock is never: that window is not there.
        (date(2025, 3, 30), [("01:00", "03:00", 60), ("03:00", "04:00", 60)]),
        # It is twice: one window for both.
        (
            date(2025, 10, 26),
            [("01:00", "02:00", 60), ("02:00", "03:00", 120), ("03:00", "04:00", 60)],
        ),
    ],
)
def test_the_hour_that_is_left_out_and_the_one_that_is_there_twice(windows, day, night):
    found = of_day(windows("Europe/Berlin", day, (60, 240, 60)), day, "Europe/Berlin")
    assert found == night
    assert of_day(windows("Europe/Berlin", day, (600, 660, 60)), day, "Europe/Berlin") == [
        ("10:00", "11:00", 60)
    ]
