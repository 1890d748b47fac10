"""What staff says of slots, and which windows follow from it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.builders import as_clerk, today, value
from tests.orders.slots.conftest import DAY, EVERY_DAY
from tests.support.settings import TIME_ZONE

PLAN = "/api/v1/slots/plan"


def at(day, hour):
    """Return how the API writes the moment when the shop's clock shows that hour."""
    moment = datetime.combine(day, datetime.min.time(), ZoneInfo(TIME_ZONE)).replace(hour=hour)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def starts(found):
    return [slot["start"] for slot in found]


class TestWindows:
    async def test_are_those_of_the_days_hours(self, database, plan, slots):
        day = today(database) + timedelta(days=2)
        hours = {"opens": "08:00", "closes": "10:00", "cutoff_minutes": 90}
        assert (await plan([EVERY_DAY[0] | hours])).status_code == 200
        first, second = await slots(day)
        until = datetime.fromisoformat(first.pop("order_until"))
        assert until == datetime.fromisoformat(first["start"]) - timedelta(minutes=90)
        assert first == {"start": at(day, 8), "end": at(day, 9), "places_left": 2, "open": True}
        assert (second["start"], second["end"]) == (at(day, 9), at(day, 10))

    async def test_of_an_exception_are_its_own(self, database, plan, slots):
        closed, other, usual = (today(database) + timedelta(days=n) for n in (1, 2, 3))
        own = DAY | {"opens": "10:00", "closes": "11:00", "capacity": 7}
        await plan(
            exceptions=[
                {"date": str(closed), "windows": []},
                {"date": str(other), "windows": [own]},
            ]
        )
        assert await slots(closed) == []
        (only,) = await slots(other)
        assert (only["start"], only["places_left"]) == (at(other, 10), 7)
        assert len(await slots(usual)) in {23, 24}

    async def test_come_and_go_with_their_pattern(self, database, plan, slots):
        days = [today(database) + timedelta(days=n) for n in range(1, 4)]
        pattern = EVERY_DAY[0] | {"opens": "09:00", "closes": "10:00"}
        await plan([pattern | {"starts_on": str(days[1]), "ends_on": str(days[1])}])
        assert starts(await slots()) == [at(days[1], 9)]

    async def test_are_of_weekdays(self, database, plan, slots):
        days = [today(database) + timedelta(days=n) for n in range(1, 8)]
        names = EVERY_DAY[0]["weekdays"]
        hours = DAY | {"opens": "09:00", "closes": "10:00"}
        await plan([hours | {"weekdays": [names[days[3].weekday()]]}], days_ahead=7)
        assert starts(await slots())[-1] == at(days[3], 9)
        assert all([bool(await slots(day)) == (day == days[3]) for day in days])

    async def test_that_are_over_or_too_far_ahead_are_none(self, database, plan, slots):
        await plan(days_ahead=2)
        found = await slots()
        assert datetime.fromisoformat(found[0]["end"]) > datetime.now(UTC)
        assert found[-1]["end"] == at(today(database) + timedelta(days=3), 0)
        assert await slots(today(database) - timedelta(days=1)) == []
        assert await slots(today(database) + timedelta(days=3)) == []

    async def test_wrong_days_are_refused(self, client):
        answer = await client.get("/api/v1/slots", params={"from": "tomorrow"})
        assert answer.status_code == 422


class TestThePlan:
    async def test_is_read_as_it_was_written(self, client, database, plan):
        first = EVERY_DAY[0] | {"cutoff_minutes": 30, "starts_on": "2020-01-01", "ends_on": None}
        patterns = [
            first | {"weekdays": ["monday", "friday"], "opens": "12:00"},
            first | {"weekdays": ["saturday"], "closes": "11:55", "minutes": 715},
        ]
        windows = [DAY | {"closes": "08:00", "cutoff_minutes": 0}]
        exceptions = [
            {"date": "2020-12-24", "windows": windows},
            {"date": "2020-12-25", "windows": []},
        ]
        answer = await plan(patterns, exceptions)
        found = answer.json()
        assert (found["days_ahead"], found["patterns"]) == (3, patterns)
        assert found["exceptions"] == exceptions
        again = await client.get(PLAN, headers=as_clerk(database))
        assert again.json() == found
        assert again.headers["ETag"] == answer.headers["ETag"] == f'"v{found["version"]}"'

    async def test_changes_for_who_knows_its_version(self, plan):
        first = await plan()
        assert (await plan()).json() == first.json()
        second = await plan(days_ahead=1, headers={"If-Match": first.headers["ETag"]})
        assert second.json()["version"] == first.json()["version"] + 1
        late = await plan(headers={"If-Match": first.headers["ETag"]})
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")

    async def test_a_change_is_noted(self, database, plan):
        closed = {"date": "2020-12-24", "windows": []}
        await plan(exceptions=[closed])
        await plan()
        detail = value(
            database,
            "SELECT detail FROM audit_log WHERE action = 'slots.updated' ORDER BY id DESC LIMIT 1",
        )
        assert detail["exceptions"] == {"added": [], "removed": [closed]}
        assert detail["patterns"] == {"added": [], "removed": []}

    async def test_refuses_what_is_no_hours(self, plan):
        for changed, pointer in (
            ({"opens": "08:01"}, "/opens"),
            ({"closes": "24:05"}, "/closes"),
            ({"opens": "24:00"}, ""),
            ({"opens": "00:30"}, ""),
            ({"minutes": 10}, "/minutes"),
            ({"capacity": 0}, "/capacity"),
            ({"weekdays": []}, "/weekdays"),
            ({"starts_on": "2020-01-02", "ends_on": "2020-01-01"}, ""),
        ):
            answer = await plan([EVERY_DAY[0] | changed])
            errors = [error["pointer"] for error in answer.json().get("errors", [])]
            assert (changed, errors) == (changed, [f"/patterns/0{pointer}"])

    async def test_has_no_two_windows_at_one_time(self, plan):
        for one, other, clash in (
            ({}, {"opens": "10:00", "closes": "12:00"}, True),
            ({"closes": "10:00"}, {"opens": "10:00"}, False),
            ({"weekdays": ["monday"]}, {"weekdays": ["tuesday", "monday"]}, True),
            ({"weekdays": ["monday"]}, {"weekdays": ["tuesday"]}, False),
            ({"ends_on": "2020-01-01"}, {"starts_on": "2020-01-01"}, True),
            ({"ends_on": "2020-01-01"}, {"starts_on": "2020-01-02"}, False),
        ):
            answer = await plan([EVERY_DAY[0] | one, EVERY_DAY[0] | other])
            errors = [error["pointer"] for error in answer.json().get("errors", [])]
            assert (one, other, errors) == (one, other, ["/patterns/1"] if clash else [])

    async def test_nor_on_a_day_that_is_an_exception(self, plan):
        day = {"date": "2020-12-24", "windows": [DAY, DAY | {"opens": "23:00"}]}
        answer = await plan(exceptions=[day, day])
        assert [error["pointer"] for error in answer.json()["errors"]] == [
            "/exceptions/0/windows/1",
            "/exceptions/1/date",
            "/exceptions/1/windows/1",
        ]
