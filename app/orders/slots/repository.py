"""Statements about pick-up slots, and the plan that they follow from."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from app.core.database import Manager, Statement, TurnsManager, json_array, json_object
from app.orders.slots.schemas import WEEKDAYS, Hours, NewPlan

_SLOT = json_object("""
    'start', rfc3339(w.starts_at), 'end', rfc3339(w.ends_at), 'order_until', rfc3339(w.order_until),
    'places_left', greatest(w.capacity - w.taken, 0), 'open', w.order_until > now() AND w.taken < w.capacity""")

LIST = Statement(
    f"""
    SELECT {
        json_object(
            "'required', EXISTS (SELECT FROM slot_hours h WHERE coalesce(h.day, h.ends_on, 'infinity') >= CURRENT_DATE)",
            slots="w.slots",
        )
    }
    FROM (
        SELECT {json_array(_SLOT, "w.starts_at")} AS slots
    FROM (
        SELECT v.*, coalesce((SELECT s.taken FROM slot s WHERE s.starts_at = v.starts_at), 0) AS taken
        FROM slot_plan p
        CROSS JOIN LATERAL slot_windows(
            greatest(%(from)s::date, CURRENT_DATE), least(%(until)s::date, CURRENT_DATE + p.days_ahead)) v
        WHERE v.ends_at > now()
    ) w) w
    """,
    read=True,
)

# A row of slot_hours, named h, as its time is written.
_HOURS = """
    'opens', to_char(make_interval(mins => h.opens), 'HH24:MI'), 'closes', to_char(make_interval(mins => h.closes), 'HH24:MI'),
    'minutes', h.minutes, 'capacity', h.capacity, 'cutoff_minutes', h.cutoff"""
_PATTERNS = f"""(
    SELECT {json_array(json_object(f"{_HOURS}, 'weekdays', h.weekdays, 'starts_on', h.starts_on, 'ends_on', h.ends_on"), "h.place")}
    FROM (
        SELECT place, opens, closes, minutes, capacity, cutoff, starts_on, ends_on,
               array_agg(('{{{",".join(WEEKDAYS)}}}'::text[])[weekday] ORDER BY weekday) AS weekdays
        FROM slot_hours WHERE weekday IS NOT NULL
        GROUP BY place, opens, closes, minutes, capacity, cutoff, starts_on, ends_on
    ) h)"""
_EXCEPTIONS = f"""(
    SELECT {json_array(json_object("'date', e.day", windows="e.windows"), "e.day")}
    FROM (
        SELECT x.day, (
            SELECT {json_array(json_object(_HOURS), "h.place")} FROM slot_hours h WHERE h.day = x.day) AS windows
        FROM slot_exception x
    ) e)"""
_PLAN = json_object(
    "'days_ahead', p.days_ahead, 'version', p.version, 'updated_at', rfc3339(p.updated_at)",
    patterns=_PATTERNS,
    exceptions=_EXCEPTIONS,
)

READ = Statement(f"SELECT {_PLAN}, p.version FROM slot_plan p", read=True)
LOCK = Statement(f"SELECT {_PLAN}, p.version FROM slot_plan p FOR NO KEY UPDATE OF p")
CLEAR = Statement("WITH hours AS (DELETE FROM slot_hours) DELETE FROM slot_exception")
FILL_DAYS = Statement("INSERT INTO slot_exception (day) SELECT unnest(%(days)s::date[])")
FILL_HOURS = Statement(
    """
    INSERT INTO slot_hours (place, weekday, day, starts_on, ends_on, opens, closes, minutes, capacity, cutoff)
    SELECT * FROM unnest(
        %(place)s::int[], %(weekday)s::int[], %(day)s::date[], %(starts_on)s::date[], %(ends_on)s::date[],
        %(opens)s::int[], %(closes)s::int[], %(minutes)s::int[], %(capacity)s::int[], %(cutoff)s::int[])
    """
)
STAMP = Statement("UPDATE slot_plan SET days_ahead = %(days_ahead)s")

_FORGET = Statement(
    """
    DELETE FROM slot WHERE starts_at = ANY (ARRAY(
        SELECT starts_at FROM slot WHERE ends_at < now() - make_interval(days => %(days)s)
        ORDER BY ends_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    """
)


class FoundPlan(NamedTuple):
    """The plan: its JSON, and its version."""

    json: str
    version: int


class SlotRepository:
    """Pick-up slots in the database of `manager`; `lists` reads what anybody may ask for."""

    def __init__(self, manager: Manager, lists: TurnsManager) -> None:
        self._manager = manager
        self._lists = lists

    async def list(self, from_day: date | None, until_day: date | None) -> str:
        """Return the JSON of the windows of those days."""
        found: str = await self._lists.fetch_value(LIST, **{"from": from_day, "until": until_day})
        return found

    async def read(self) -> FoundPlan:
        """Return the plan."""
        return FoundPlan(*(await self._manager.fetch(READ))[0])

    async def lock(self) -> FoundPlan:
        """Return the plan; nobody else changes it until the transaction's end."""
        return FoundPlan(*(await self._manager.fetch(LOCK))[0])

    async def replace(self, plan: NewPlan) -> None:
        """Have this be the plan."""
        rows = list(_rows(plan))
        names = FILL_HOURS.names
        await self._manager.run(CLEAR)
        await self._manager.run(FILL_DAYS, days=[each.date for each in plan.exceptions])
        await self._manager.run(FILL_HOURS, **{n: [row.get(n) for row in rows] for n in names})
        await self._manager.run(STAMP, days_ahead=plan.days_ahead)

    async def forget(self, limit: int, days: int) -> int:
        """Delete up to `limit` counts of windows that have been over for so many days; return how many."""
        return await self._manager.run(_FORGET, limit=limit, days=days)


def _rows(plan: NewPlan) -> Iterator[dict[str, Any]]:
    for place, pattern in enumerate(plan.patterns):
        for weekday in pattern.weekdays:
            yield _row(place, pattern) | {"weekday": WEEKDAYS.index(weekday) + 1}
    for exception in plan.exceptions:
        for place, hours in enumerate(exception.windows):
            yield _row(place, hours) | {"day": exception.date}


def _row(place: int, hours: Hours) -> dict[str, Any]:
    values = hours.model_dump(exclude={"weekdays", "cutoff_minutes"})
    return values | {"place": place, "cutoff": hours.cutoff_minutes}
