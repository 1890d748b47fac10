"""A purchase has a place in a slot, and leaves it when it is cancelled."""

from datetime import datetime, timedelta

import pytest

from app.commands.consistency import breaches, snapshot
from app.core.wiring import wired
from app.orders.purchases.service import Purchases
from tests.builders import (
    as_clerk,
    customer,
    filled_cart,
    level_of,
    on_sale,
    rows,
    stocked,
    today,
    unique,
    value,
)
from tests.orders.sales import GUEST, at_once, check_out, conflict, invalid, pay, read
from tests.orders.slots.conftest import DAY, EVERY_DAY

FAR_AHEAD = "9999-12-31T08:00:00Z"


@pytest.fixture
def order(client, database):
    """Check out a cart with one of a product in it, and return the answer."""
    bread = on_sale(database, stock=100)

    async def place(slot=None, *, owner=None, sold=bread):
        asked = {} if slot is None else {"slot": slot["start"]}
        return await check_out(client, filled_cart(database, (sold, 1), owner=owner), **asked)

    return place


@pytest.fixture
async def slot(plan, slots):
    """One of the day after tomorrow, with two places."""
    await plan()
    return (await slots())[-30]


@pytest.fixture
def places(slots):
    """Return how many places of a slot are left, and whether it is open."""

    async def left(slot):
        (found,) = [each for each in await slots() if each["start"] == slot["start"]]
        return found["places_left"], found["open"]

    return left


class TestCheckout:
    async def test_takes_a_place(self, client, database, order, slot, places):
        made = (await order(slot, owner=customer(database))).json()
        assert made["slot"] == {"start": slot["start"], "end": slot["end"]}
        assert await places(slot) == (1, True)
        assert (await read(client, database, made))["slot"] == made["slot"]
        found = await client.get(
            "/api/v1/purchases", params={"slot": slot["start"]}, headers=as_clerk(database)
        )
        assert [each["id"] for each in found.json()["items"]] == [made["id"]]

    async def test_is_paid_at_the_latest_when_it_is_collected(self, database, order, slot):
        """A guest, who says of himself what he likes, has no longer than he has without slots."""
        theirs = (await order(slot, owner=customer(database))).json()
        assert theirs["pay_by"] == slot["end"]
        guests = (await order(slot)).json()
        placed, due = (datetime.fromisoformat(guests[name]) for name in ("placed_at", "pay_by"))
        assert due - placed == timedelta(minutes=30)

    async def test_of_a_full_slot_is_refused_and_promises_nothing(
        self, database, order, slot, places
    ):
        milk = on_sale(database, stock=1)
        assert [(await order(slot)).status_code for _ in range(2)] == [201, 201]
        assert await places(slot) == (0, False)
        conflict(await order(slot, sold=milk), "slot_full")
        assert level_of(database, milk).allocated == 0

    async def test_what_is_sold_out_takes_no_place(self, database, order, slot, places):
        conflict(await order(slot, sold=on_sale(database, stock=None)), "out_of_stock")
        assert await places(slot) == (2, True)

    async def test_names_a_slot_that_there_is(self, plan, order, slot):
        between = slot["start"].replace(":00.", ":01.")
        for named in (None, {"start": FAR_AHEAD}, {"start": between}):
            answer = await order(named)
            invalid(answer, "/slot")
            code = "slot_required" if named is None else "no_such_slot"
            assert (named, answer.json()["code"]) == (named, code)
        await plan(days_ahead=1)
        assert (await order(slot)).json()["code"] == "no_such_slot"

    async def test_past_the_cut_off_is_refused(self, plan, slots, order, slot):
        conflict(await order({"start": "2020-01-01T08:00:00Z"}), "slot_closed")
        await plan([EVERY_DAY[0] | {"cutoff_minutes": 10_080}])
        found = (await slots())[-1]
        assert (found["places_left"], found["open"]) == (2, False)
        conflict(await order(found), "slot_closed")

    async def test_is_asked_for_no_slot_where_there_are_none(self, database, plan, order):
        """Neither are patterns that are over any, nor days on which it is closed."""
        assert (await order()).json()["slot"] is None
        closed = {"date": str(today(database)), "windows": []}
        await plan([EVERY_DAY[0] | {"ends_on": "2020-12-31"}], [closed])
        assert (await order()).status_code == 201
        await plan([], [closed | {"windows": [DAY]}])
        assert (await order()).json()["code"] == "slot_required"

    async def test_takes_what_keeps_until_then_first(self, database, order, slot):
        milk = on_sale(database, stock=None)
        tomorrow = today(database) + timedelta(days=1)
        stocked(database, milk, 5, expires_on=tomorrow)
        later = stocked(database, milk, 5, expires_on=tomorrow + timedelta(days=30))
        assert (await order(slot, sold=milk)).status_code == 201
        query = "SELECT stock_id FROM allocation"
        assert value(database, query) == later.id

    async def test_again_with_its_key_takes_no_second_place(self, client, database, slot, places):
        cart = filled_cart(database, (on_sale(database), 1))
        headers = cart.headers | {"Idempotency-Key": unique()}
        url, body = f"/api/v1/carts/{cart.id}/checkout", GUEST | {"slot": slot["start"]}
        first, second = [await client.post(url, json=body, headers=headers) for _ in range(2)]
        assert first.json() == second.json()
        assert await places(slot) == (1, True)

    async def test_keeps_its_slot_whatever_the_plan_says_later(
        self, client, database, plan, slots, order, slot
    ):
        made = (await order(slot)).json()
        await plan([EVERY_DAY[0] | {"capacity": 1}])
        (found,) = [each for each in await slots() if each["start"] == slot["start"]]
        assert (found["places_left"], found["open"]) == (0, False)
        conflict(await order(slot), "slot_full")
        await plan([])
        assert await slots() == []
        assert (await read(client, database, made))["slot"] == made["slot"]

    async def test_by_the_version_before_is_asked_for_none(self, database, order, slot):
        cart = filled_cart(database, (on_sale(database), 1))
        query = "SELECT outcome FROM place_order(%(cart)s, 'Jan', '600', NULL, 'EUR', 60, 3, 1, 5, NULL)"
        assert value(database, query, cart=cart.id) == "placed"


class TestCancelling:
    async def test_by_staff_leaves_the_place(self, client, database, order, slot, places):
        made = [(await order(slot)).json() for _ in range(2)]
        url = f"/api/v1/purchases/{made[0]['id']}/cancel"
        cancel = client.post(url, json={"reason": "x"}, headers=as_clerk(database))
        assert (await cancel).status_code == 200
        assert await places(slot) == (1, True)
        assert (await read(client, database, made[0]))["slot"] == made[0]["slot"]

    async def test_all_of_one_number_leaves_all(self, client, database, order, slot, places):
        for _ in range(2):
            await order(slot)
        body = {"contact_phone": GUEST["contact_phone"], "reason": "x"}
        url = "/api/v1/purchases/cancel-unpaid"
        answer = await client.post(url, json=body, headers=as_clerk(database))
        assert answer.json()["count"] == 2
        assert await places(slot) == (2, True)

    async def test_by_tidy_leaves_the_place(
        self, client, database, application, order, slot, places
    ):
        unpaid, paid = [(await order(slot)).json() for _ in range(2)]
        await pay(client, database, paid)
        rows(database, "UPDATE purchase SET pay_by = now() - interval '1 minute'")
        with application.app_context():
            assert await wired(Purchases).cancel_unpaid(1000) == 1
        assert (await read(client, database, unpaid))["status"] == "cancelled"
        assert await places(slot) == (1, True)

    async def test_and_checking_out_at_once(self, client, database, order, slot, places):
        """Whoever comes when a place is given back has it or has not; none is lost, none is there twice."""
        made = [(await order(slot)).json() for _ in range(2)]
        headers = as_clerk(database)
        await at_once(
            *(
                client.post(
                    f"/api/v1/purchases/{each['id']}/cancel", json={"reason": "x"}, headers=headers
                )
                for each in made
            ),
            *(order(slot) for _ in range(6)),
        )
        taken = value(database, "SELECT taken FROM slot")
        assert await places(slot) == (2 - taken, taken < 2)
        with snapshot(database.app_url) as cursor:
            assert breaches(cursor) == []
