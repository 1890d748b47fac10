"""What nobody fetches, and what cannot be served any more: lists for staff, and how it ends."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import as_clerk, customer, level_of, on_sale, rows, stocked, value
from tests.inventory.promises import consistent, expire, promised
from tests.orders.sales import bought, collect, conflict, invalid, pay, read
from tests.support.clients import client_at, shop_with
from tests.support.settings import TIME_ZONE

PURCHASES = "/api/v1/purchases"
DAYS = 7


def moment(text):
    return datetime.fromisoformat(text)


def days_behind(text):
    """Return the same time of the day, in the shop, so many days after."""
    return moment(text).astimezone(ZoneInfo(TIME_ZONE)) + timedelta(days=DAYS)


def long_ago(database, purchase, days=DAYS + 1, paid="5.00"):
    """Have a purchase be placed, and so much of it paid, so many days before."""
    query = """
        UPDATE purchase SET placed_at = placed_at - make_interval(days => %(days)s) WHERE id = %(id)s;
        INSERT INTO payment (purchase_id, kind, method, amount, at)
        VALUES (%(id)s, 'payment', 'card', %(paid)s, now() - make_interval(days => %(days)s))
    """
    rows(database, query, id=purchase["id"], days=days, paid=paid)


async def listed(client, who, query):
    """Return the ids of those of `who` that a list has, page by page."""
    found, url = [], f"{PURCHASES}?limit=2&{query}"
    while url:
        answer = await client.get(url, headers=who.headers)
        assert answer.status_code == 200, answer.text
        found += [each["id"] for each in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
    return found


async def cancel(client, database, purchase, **body):
    url = f"{PURCHASES}/{purchase['id']}/cancel"
    body = {"reason": "nobody came"} | body
    return await client.post(url, json=body, headers=as_clerk(database))


def wasted(database, purchase):
    """Return (line, lot, quantity, reason) of what was thrown away of a purchase."""
    found = rows(
        database,
        "SELECT * FROM stock_movement WHERE purchase_id = %(id)s AND kind = 'waste' ORDER BY id",
        id=purchase["id"],
    )
    return [(each.purchase_line_id, each.stock_id, each.quantity, each.reason) for each in found]


class TestCollectBy:
    async def test_is_days_behind_the_last_payment_or_the_slot(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 2))
        assert purchase["collect_by"] is None
        await pay(client, database, purchase, "1.00")
        assert (await read(client, database, purchase))["collect_by"] is None
        await pay(client, database, purchase, "4.00")
        paid = await read(client, database, purchase)
        assert moment(paid["collect_by"]) == days_behind(paid["payments"][-1]["at"])
        slot = "slot_start = now() - interval '2 days', slot_end = now() + interval '%(days)s days'"
        for days, behind in ((3, "slot"), (-1, "payments")):
            query = f"UPDATE purchase SET {slot} WHERE id = %(id)s"
            rows(database, query, id=purchase["id"], days=days)
            found = await read(client, database, purchase)
            last = found["slot"]["end"] if behind == "slot" else found["payments"][-1]["at"]
            assert moment(found["collect_by"]) == days_behind(last)
        ended = (await collect(client, database, purchase)).json()
        assert ended["collect_by"] is None


class TestAbandoned:
    async def test_lists_what_is_paid_and_was_not_fetched_the_oldest_first(self, client, database):
        who, milk = customer(database), on_sale(database, stock=20)
        names = ("oldest", "partly", "late", "slot", "middle", "fetched", "last", "fresh")
        made = {name: await bought(client, database, (milk, 2), owner=who) for name in names}
        for name in ("oldest", "slot", "middle", "fetched", "last"):
            long_ago(database, made[name])
        for name in ("partly", "late"):
            long_ago(database, made[name], paid="4.00")
        await pay(client, database, made["late"], "1.00")  # just now
        await pay(client, database, made["fresh"])
        query = "UPDATE purchase SET slot_start = now(), slot_end = now() WHERE id = %(id)s"
        rows(database, query, id=made["slot"]["id"])
        await collect(client, database, made["fetched"])
        abandoned = [made[name]["id"] for name in ("oldest", "middle", "last")]
        assert await listed(client, who, "abandoned=true") == abandoned
        assert await listed(client, who, "abandoned=true&status=placed") == abandoned
        assert await listed(client, who, "abandoned=true&status=collected") == []
        assert await listed(client, who, "abandoned=true&overdue=true") == []
        rows(
            database, "UPDATE purchase SET contact_name = 'Zaza' WHERE id = %(id)s", id=abandoned[1]
        )
        for part in ("zaza", "za"):
            assert await listed(client, who, f"abandoned=true&q={part}") == abandoned[1:2]
        invalid(
            await client.get(f"{PURCHASES}?abandoned=1.5", headers=as_clerk(database)),
            "/query/abandoned",
        )

    async def test_a_setting_says_after_how_many_days(self, client, database, make_settings):
        who, milk = customer(database), on_sale(database)
        purchase = await bought(client, database, (milk, 2), owner=who)
        long_ago(database, purchase, days=3)
        assert await listed(client, who, "abandoned=true") == []
        settings = make_settings(shop={"days_to_collect": 2, "abandoned_goods": "restock"})
        async with shop_with(settings) as started, client_at(started) as other:
            assert await listed(other, who, "abandoned=true") == [purchase["id"]]
            assert (await cancel(other, database, purchase)).status_code == 200
        assert (level_of(database, milk).on_hand, level_of(database, milk).allocated) == (10, 0)


class TestShort:
    async def test_lists_what_waits_for_expired_goods_the_oldest_first(self, client, database):
        who, milk = customer(database), on_sale(database, stock=None)
        lot = stocked(database, milk, 9)
        made = [await bought(client, database, (milk, 2), owner=who) for _ in range(4)]
        sound = await bought(client, database, (on_sale(database), 1), owner=who)
        await pay(client, database, made[2])
        expire(database, lot)
        ids = [each["id"] for each in made]
        assert await listed(client, who, "short=true") == ids
        stocked(database, milk, 5)
        # It goes to who has paid first, then to the oldest; one of the next two is half a promise.
        assert await listed(client, who, "short=true") == [ids[1], ids[3]]
        assert await listed(client, who, "short=true&status=cancelled") == []
        assert await listed(client, customer(database), "short=true") == []
        assert sound["status"] == "placed"


class TestCancel:
    async def test_throws_away_what_was_promised_of_each_lot(self, client, database):
        milk, bread = on_sale(database, stock=None), on_sale(database)
        old, new = stocked(database, milk, 2), stocked(database, milk, 9)
        purchase = await bought(client, database, (bread, 1), (milk, 3))
        of_bread, of_milk = [line["id"] for line in purchase["lines"]]
        await pay(client, database, purchase)
        expire(database, old)
        (shelf,) = set(promised(database, {"id": purchase["id"]})) - {old.id, new.id}
        answer = await cancel(client, database, purchase, goods="waste")
        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["refunded"]) == ("cancelled", "10.00")
        assert answer.json()["lines"][1]["returned"] == "0.000"
        assert wasted(database, purchase) == [
            (of_milk, old.id, -2, "nobody came"),
            (of_milk, new.id, -1, "nobody came"),
            (of_bread, shelf, -1, "nobody came"),
        ]
        assert (level_of(database, milk).on_hand, level_of(database, milk).allocated) == (8, 0)
        consistent(database, milk)
        consistent(database, bread)
        conflict(await cancel(client, database, purchase, goods="waste"), "purchase_ended")
        query = "SELECT detail ->> 'goods' FROM audit_log WHERE subject = %(subject)s"
        assert value(database, query, subject=f"purchase:{purchase['id']}") == "waste"

    @pytest.mark.parametrize(
        ("days", "paid", "goods", "left"),
        [
            (DAYS + 1, "5.00", {}, 8),
            (DAYS + 1, "5.00", {"goods": "restock"}, 10),
            (DAYS + 1, "4.99", {}, 10),
            (DAYS - 1, "5.00", {}, 10),
        ],
        ids=["abandoned", "but sold again", "not paid", "not late"],
    )
    async def test_goes_by_the_rule_unless_staff_says_otherwise(
        self, client, database, days, paid, goods, left
    ):
        milk = on_sale(database)
        purchase = await bought(client, database, (milk, 2))
        long_ago(database, purchase, days, paid)
        ended = (await cancel(client, database, purchase, **goods)).json()
        assert (ended["status"], ended["refunded"], ended["collect_by"]) == (
            "cancelled",
            paid,
            None,
        )
        assert (level_of(database, milk).on_hand, level_of(database, milk).allocated) == (left, 0)

    async def test_is_for_staff_to_say(self, client, database):
        who, milk = customer(database), on_sale(database)
        purchase = await bought(client, database, (milk, 2), owner=who)
        url = f"{PURCHASES}/{purchase['id']}/cancel"
        for goods in ("waste", "restock"):
            invalid(await client.post(url, json={"goods": goods}, headers=who.headers), "/goods")
        assert (await client.post(url, json={}, headers=who.headers)).status_code == 200
        assert level_of(database, milk).on_hand == 10
