import uuid
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from app.core.web.paging import Page
from app.orders.purchases.schemas import Purchase
from tests.builders import (
    as_clerk,
    as_customer,
    customer,
    filled_cart,
    guest_cart,
    level_of,
    on_sale,
    rows,
    unique,
)
from tests.orders.sales import bought, check_out, invalid, pay, sold

PURCHASES = "/api/v1/purchases"
NOBODYS = f"{PURCHASES}/{uuid.UUID(int=0)}"


class TestRead:
    async def test_anonymous(self, client):
        assert (await client.get(NOBODYS)).status_code == 401

    @pytest.mark.parametrize("path", [NOBODYS, f"{PURCHASES}/1"])
    async def test_missing(self, client, database, path):
        assert (await client.get(path, headers=as_clerk(database))).status_code == 404

    async def test_somebody_elses_is_missing(self, client, database):
        milk = on_sale(database)
        guests = await bought(client, database, (milk, 1))
        customers = await bought(client, database, (milk, 1), owner=customer(database))
        others = filled_cart(database, (milk, 1))
        await check_out(client, others)
        for purchase in (guests, customers):
            for headers in (others.headers, as_customer(database)):
                answer = await client.get(f"{PURCHASES}/{purchase['id']}", headers=headers)
                assert answer.status_code == 404

    async def test_the_carts_token_opens_its_purchase(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        purchase = (await check_out(client, cart)).json()
        answer = await client.get(f"{PURCHASES}/{purchase['id']}", headers=cart.headers)
        assert answer.json() == purchase

    async def test_a_customer_and_staff_read_it(self, client, database):
        who = customer(database)
        purchase = await bought(client, database, (on_sale(database), 1), owner=who)
        for headers in (who.headers, as_clerk(database)):
            answer = await client.get(f"{PURCHASES}/{purchase['id']}", headers=headers)
            assert answer.json() == purchase

    async def test_shows_lines_payments_and_sums(self, client, database):
        purchase = await sold(client, database, (on_sale(database, price="2.00"), 3))
        await client.post(
            f"{PURCHASES}/{purchase['id']}/refunds",
            json={
                "amount": "2.00",
                "method": "cash",
                "reason": "sour",
                "returned": [{"line": purchase["lines"][0]["id"], "quantity": "1"}],
            },
            headers=as_clerk(database),
        )
        answer = await client.get(f"{PURCHASES}/{purchase['id']}", headers=as_clerk(database))
        found = Purchase.model_validate_json(answer.content)
        assert (found.paid, found.refunded, found.due) == (6, 2, 0)
        assert [(p.kind, p.amount, p.reason) for p in found.payments] == [
            ("payment", 6, ""),
            ("refund", 2, "sour"),
        ]
        assert found.lines[0].returned == 1


class TestList:
    async def test_anonymous(self, client):
        assert (await client.get(PURCHASES)).status_code == 401

    async def test_forbidden_for_carts(self, client, database):
        answer = await client.get(PURCHASES, headers=guest_cart(database).headers)
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("status=lost", "/query/status"),
            ("overdue=late", "/query/overdue"),
            ("since=yesterday", "/query/since"),
            ("since=2026-01-01", "/query/since"),
            ("limit=101", "/query/limit"),
            ("q=", "/query/q"),
            ("customer=1", "/query/customer"),
            ("cursor=abc", "/query/cursor"),
        ],
    )
    async def test_wrong_parameters(self, client, database, query, pointer):
        invalid(await client.get(f"{PURCHASES}?{query}", headers=as_clerk(database)), pointer)

    async def test_a_customer_sees_ones_own_newest_first(self, client, database):
        who, milk = customer(database), on_sale(database)
        made = [await bought(client, database, (milk, 1), owner=who) for _ in range(3)]
        await bought(client, database, (milk, 1), owner=customer(database))
        answer = await client.get(PURCHASES, headers=who.headers)
        assert answer.json() == {"items": made[::-1], "next": None}
        Page[Purchase].model_validate_json(answer.content)

    async def test_in_pages_both_ways(self, client, database):
        who, milk = customer(database), on_sale(database)
        made = [(await bought(client, database, (milk, 1), owner=who))["id"] for _ in range(5)]
        for query, expected in (("", made[::-1]), ("&status=placed", made)):
            seen, url = [], f"{PURCHASES}?limit=2{query}"
            while url:
                answer = await client.get(url, headers=who.headers)
                assert len(answer.json()["items"]) <= 2
                seen += [found["id"] for found in answer.json()["items"]]
                url = answer.links.get("next", {}).get("url")
            assert seen == expected

    async def test_by_status(self, client, database):
        who, milk = customer(database), on_sale(database)
        first = await bought(client, database, (milk, 1), owner=who)
        second = await bought(client, database, (milk, 1), owner=who)
        await pay(client, database, second)
        await client.post(f"{PURCHASES}/{second['id']}/collect", headers=as_clerk(database))
        for status, expected in (
            ("placed", [first["id"]]),
            ("collected", [second["id"]]),
            ("cancelled", []),
        ):
            answer = await client.get(f"{PURCHASES}?status={status}", headers=who.headers)
            assert [found["id"] for found in answer.json()["items"]] == expected

    async def test_overdue_until_it_is_paid_or_ended(self, client, database):
        who, milk = customer(database), on_sale(database)
        partly, unpaid, paid, in_time = [
            await bought(client, database, (milk, 2), owner=who) for _ in range(4)
        ]
        await pay(client, database, partly, "1.00", "card")
        await pay(client, database, partly, "0.50")
        for amount in ("1.00", "4.00"):
            await pay(client, database, paid, amount)
        late = [purchase["id"] for purchase in (partly, unpaid, paid)]
        query = "UPDATE purchase SET pay_by = placed_at WHERE id = ANY(%(ids)s::uuid[])"
        rows(database, query, ids=late)

        async def listed(more=""):
            url = f"{PURCHASES}?overdue=true{more}"
            answer = await client.get(url, headers=who.headers)
            return [found["id"] for found in answer.json()["items"]]

        assert await listed() == await listed("&status=placed") == late[:2]
        assert await listed("&status=cancelled") == []
        await pay(client, database, unpaid)
        assert await listed() == late[:1]
        answer = await client.post(
            f"{PURCHASES}/{partly['id']}/cancel",
            json={"reason": "nobody came", "reference": "slip 4711"},
            headers=as_clerk(database),
        )
        ended = answer.json()
        assert (ended["status"], ended["paid"], ended["refunded"]) == ("cancelled", "1.50", "1.50")
        what = ("kind", "method", "amount", "reference", "reason")
        assert [tuple(payment[name] for name in what) for payment in ended["payments"][2:]] == [
            ("refund", "card", "1.00", "slip 4711", "nobody came"),
            ("refund", "cash", "0.50", "slip 4711", "nobody came"),
        ]
        assert level_of(database, milk).allocated == 6
        assert await listed() == []
        assert in_time["status"] == "placed"

    async def test_by_time(self, client, database):
        who, milk = customer(database), on_sale(database)
        made = [await bought(client, database, (milk, 1), owner=who) for _ in range(3)]
        second = datetime.fromisoformat(made[1]["placed_at"])
        moment = timedelta(microseconds=1)
        for since, until, expected in (
            (second, second + moment, made[1:2]),
            (second + moment, None, made[2:]),
            (None, second, made[:1]),
        ):
            times = {"since": since, "until": until}
            params = {name: at.isoformat() for name, at in times.items() if at}
            answer = await client.get(PURCHASES, params=params, headers=who.headers)
            assert answer.json()["items"] == made[made.index(expected[0]) :][: len(expected)]

    async def test_staff_finds_by_name_phone_and_number(self, client, database):
        milk = on_sale(database)
        name = f"Żaneta {unique('w')}%_"
        digits = str(uuid.uuid4().int)[:9]
        phone = f"+48 {digits[:3]} {digits[3:6]} {digits[6:]}"
        cart = filled_cart(database, (milk, 1))
        made = (await check_out(client, cart, contact_name=name, contact_phone=phone)).json()
        await bought(client, database, (milk, 1))
        headers = as_clerk(database)
        for q in (name, name.upper(), name.replace("Ż", "Z"), f"{name[7:]}", digits, phone[4:11]):
            found = (await client.get(f"{PURCHASES}?q={quote(q)}", headers=headers)).json()["items"]
            assert made["id"] in [one["id"] for one in found], q
        found = (await client.get(f"{PURCHASES}?q={quote(name)}", headers=headers)).json()["items"]
        assert [one["id"] for one in found] == [made["id"]]
        params = {"q": made["invoice_number"], "limit": 100}
        found = (await client.get(PURCHASES, params=params, headers=headers)).json()["items"]
        assert made["id"] in [one["id"] for one in found]

    @pytest.mark.parametrize("q", ["%", "_%_", "\\", "9" * 100, "'; --", "-", "+()"])
    async def test_looks_for_anything(self, client, database, q):
        made = await bought(client, database, (on_sale(database), 1))
        answer = await client.get(f"{PURCHASES}?q={quote(q)}", headers=as_clerk(database))
        assert answer.status_code == 200
        assert made["id"] not in [found["id"] for found in answer.json()["items"]]
