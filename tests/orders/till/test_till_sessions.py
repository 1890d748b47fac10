"""A till from its float to its count: what is in its report, and nothing else is."""

import asyncio
from decimal import Decimal

from tests.builders import as_clerk, clerk, insert, on_sale, rows, unique
from tests.orders.sales import at_once, bought, collect, conflict, invalid, pay, read, sold
from tests.support.clients import client_at, shop_with

SESSIONS = "/api/v1/till-sessions"
PURCHASES = "/api/v1/purchases"


async def opened(client, database, **body):
    """Return a new session at a till of its own."""
    body = {"till": unique("till"), "float": "100.00", **body}
    answer = await client.post(SESSIONS, json=body, headers=as_clerk(database))
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{SESSIONS}/{answer.json()['id']}"
    return answer.json()


async def ask(client, database, session, what="", **body):
    """Read a session, or do something with it."""
    url = f"{SESSIONS}/{session['id']}{what and '/' + what}"
    if what:
        return await client.post(url, json=body, headers=as_clerk(database))
    return (await client.get(url, headers=as_clerk(database))).json()


async def take(client, database, session, purchase, **body):
    """Take money for a purchase at the till of a session."""
    body = {"amount": purchase["total"], "method": "cash", "till": session["till"], **body}
    url = f"{PURCHASES}/{purchase['id']}/payments"
    return await client.post(url, json=body, headers=as_clerk(database))


async def give_back(client, database, session, purchase, amount, method="cash"):
    """Give money back at the till of a session."""
    body = {"amount": amount, "method": method, "reason": "sour", "till": session["till"]}
    url = f"{PURCHASES}/{purchase['id']}/refunds"
    return await client.post(url, json=body, headers=as_clerk(database))


class TestReport:
    async def test_of_a_day(self, client, database):
        session = await opened(client, database)
        milk = on_sale(database, price="2.50", stock=100)
        first, second = [await bought(client, database, (milk, 2)) for _ in range(2)]
        assert (await take(client, database, session, first)).status_code == 201
        for amount, method in (("2.00", "cash"), ("3.00", "card")):
            answer = await take(client, database, session, second, amount=amount, method=method)
            assert answer.json()["session"] == session["id"]
        await collect(client, database, first)
        assert (await give_back(client, database, session, first, "1.50")).status_code == 201
        # What is taken elsewhere is no part of it.
        await sold(client, database, (milk, 1))
        for kind, amount in (("pay_in", "20.00"), ("pay_out", "7.25")):
            answer = await ask(
                client, database, session, "movements", kind=kind, amount=amount, reason="bank"
            )
            assert answer.status_code == 201
        more = {"kind": "pay_out", "amount": "118.26", "reason": "bank"}
        conflict(await ask(client, database, session, "movements", **more), "not_in_drawer")
        found = await ask(client, database, session)
        assert found["status"] == "open"
        cash = {"payments": 2, "taken": "7.00", "refunds": 1, "refunded": "1.50"}
        card = {"payments": 1, "taken": "3.00", "refunds": 0, "refunded": "0.00"}
        assert found["takings"] == [{"method": "card", **card}, {"method": "cash", **cash}]
        assert [(m["kind"], m["amount"]) for m in found["movements"]] == [
            ("pay_in", "20.00"),
            ("pay_out", "7.25"),
        ]
        # 100.00 + 7.00 - 1.50 + 20.00 - 7.25
        assert (found["expected"], found["counted"], found["number"]) == ("118.25", None, None)
        closed = await ask(client, database, session, "close", counted="118.00", note="a coin")
        assert closed.json() | {"closed_at": None} == found | {
            "status": "closed",
            "number": 1,
            "counted": "118.00",
            "difference": "-0.25",
            "note": "a coin",
        }
        assert await ask(client, database, session) == closed.json()

    async def test_a_cancelled_purchase_is_refunded_at_the_till(self, client, database):
        session = await opened(client, database)
        purchase = await bought(client, database, (on_sale(database, price="2.50"), 2))
        await take(client, database, session, purchase)
        body = {"reason": "not wanted", "till": session["till"]}
        url = f"{PURCHASES}/{purchase['id']}/cancel"
        assert (await client.post(url, json=body, headers=as_clerk(database))).status_code == 200
        found = await ask(client, database, session)
        assert found["takings"][0]["refunded"] == "5.00"
        assert found["expected"] == "100.00"


class TestNumbers:
    async def test_have_no_gaps_at_each_till(self, client, database):
        till = unique("till")
        numbers = []
        for _ in range(3):
            session = await opened(client, database, till=till)
            # One that was not opened takes no number.
            again = {"till": till, "float": "0.00"}
            answer = await client.post(SESSIONS, json=again, headers=as_clerk(database))
            conflict(answer, "till_open")
            answer = await ask(client, database, session, "close", counted="100.00")
            numbers.append(answer.json()["number"])
        assert numbers == [1, 2, 3]
        listed = await client.get(SESSIONS, params={"till": till}, headers=as_clerk(database))
        assert [item["number"] for item in listed.json()["items"]] == [3, 2, 1]
        assert all(item["difference"] == "0.00" for item in listed.json()["items"])
        query = {"till": till, "open": "true"}
        listed = await client.get(SESSIONS, params=query, headers=as_clerk(database))
        assert listed.json()["items"] == []

    async def test_two_who_close_one_till_close_it_once(self, client, database):
        session = await opened(client, database)
        answers = await at_once(
            *(ask(client, database, session, "close", counted="100.00") for _ in range(4))
        )
        assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]

    async def test_two_who_open_one_till_open_it_once(self, client, database):
        who = clerk(database).headers
        body = {"till": unique("till"), "float": "10.00"}
        answers = await at_once(*(client.post(SESSIONS, json=body, headers=who) for _ in range(4)))
        assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


class TestClosed:
    async def test_takes_nothing_any_more(self, client, database):
        session = await opened(client, database)
        purchase = await bought(client, database, (on_sale(database), 1))
        assert (await ask(client, database, session, "close", counted="0")).status_code == 200
        conflict(await take(client, database, session, purchase), "till_closed")
        conflict(
            await ask(
                client, database, session, "movements", kind="pay_in", amount="1", reason="x"
            ),
            "till_closed",
        )
        conflict(await ask(client, database, session, "close", counted="0"), "till_closed")
        conflict(await take(client, database, {"till": "nowhere"}, purchase), "till_closed")
        assert (await read(client, database, purchase))["payments"] == []

    async def test_has_all_that_was_under_way(self, client, database):
        """Whatever order they come in: what was taken is in the report, and all else was refused."""
        session = await opened(client, database)
        cheap = on_sale(database, price="1.00", stock=100)
        purchases = [await bought(client, database, (cheap, 1)) for _ in range(12)]
        taking = [take(client, database, session, purchase) for purchase in purchases]

        async def close():
            await asyncio.sleep(0)
            return await ask(client, database, session, "close", counted="100.00")

        *answers, closed = await at_once(*taking, close())
        assert {a.status_code for a in answers} <= {201, 409}
        taken = sum(answer.status_code == 201 for answer in answers)
        assert closed.json()["expected"] == f"{100 + taken}.00"
        count = "SELECT count(*) AS n FROM payment WHERE session_id = %(id)s"
        assert rows(database, count, id=session["id"])[0].n == taken


class TestCash:
    async def test_is_rounded_to_the_smallest_coin(self, make_settings, database):
        settings = make_settings(shop={"cash_rounding": "0.05"})
        async with shop_with(settings) as shop, client_at(shop) as client:
            session = await opened(client, database)
            purchase = await bought(client, database, (on_sale(database, price="2.48"), 1))
            answer = await take(client, database, session, purchase, tendered="5.00")
            paid = answer.json()
            assert (paid["amount"], paid["rounding"], paid["change"]) == ("2.48", "0.02", "2.50")
            assert (await read(client, database, purchase))["due"] == "0.00"
            card = await bought(client, database, (on_sale(database, price="2.48"), 1))
            answer = await take(client, database, session, card, method="card")
            assert answer.json()["rounding"] == "0.00"
            await collect(client, database, purchase)
            answer = await give_back(client, database, session, purchase, "1.01")
            assert answer.json()["payments"][0]["rounding"] == "-0.01"
            found = await ask(client, database, session)
        assert found["expected"] == "101.50"
        assert found["rounding"] == "0.03"

    async def test_tendered_has_to_be_enough_and_cash(self, client, database):
        session = await opened(client, database)
        purchase = await bought(client, database, (on_sale(database, price="2.48"), 1))
        invalid(await take(client, database, session, purchase, tendered="2.47"), "/tendered")
        answer = await take(client, database, session, purchase, tendered="3.00", method="card")
        invalid(answer, "/tendered")


class TestBooks:
    async def test_are_by_when_money_moved(self, client, database):
        session = await opened(client, database)
        purchase = await bought(client, database, (on_sale(database, price="2.50"), 2))
        await take(client, database, session, purchase, amount="4.00")
        await take(client, database, session, purchase, amount="1.00", method="card")
        await pay(client, database, await bought(client, database, (on_sale(database), 1)))
        found = []
        query = {"session": session["id"], "limit": 1}
        while query.get("cursor", "") is not None:
            page = await client.get("/api/v1/payments", params=query, headers=as_clerk(database))
            found += page.json()["items"]
            query["cursor"] = page.json()["next"]
        assert [(item["amount"], item["purchase"]) for item in found] == [
            ("1.00", purchase["id"]),
            ("4.00", purchase["id"]),
        ]
        assert found[0]["purchase_number"] == purchase["invoice_number"]

    async def test_of_a_time(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        for at in ("2001-01-01T00:00:00Z", "2001-01-02T00:00:00Z"):
            insert(
                database,
                "payment",
                purchase_id=purchase["id"],
                kind="payment",
                method="card",
                amount=Decimal("0.01"),
                at=at,
            )
        query = {"since": "2001-01-01T00:00:00Z", "until": "2001-01-02T00:00:00Z"}
        page = await client.get("/api/v1/payments", params=query, headers=as_clerk(database))
        assert [item["at"][:10] for item in page.json()["items"]] == ["2001-01-01"]
