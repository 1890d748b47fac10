"""What is handed over at a till has a number of the till's and is in its report; what was paid elsewhere is bridged."""

from decimal import Decimal

from tests.builders import as_clerk, on_sale, unique, value
from tests.orders.counter.counting import SESSIONS, line, opened, report, sell
from tests.orders.sales import back, bought, conflict, invalid, read

PURCHASES = "/api/v1/purchases"


async def pay(client, database, purchase, **body):
    url = f"{PURCHASES}/{purchase['id']}/payments"
    body = {"amount": purchase["total"], "method": "cash", **body}
    assert (await client.post(url, json=body, headers=as_clerk(database))).status_code == 201


async def collect(client, database, purchase, till):
    url, query = f"{PURCHASES}/{purchase['id']}/collect", {"till": till}
    return await client.post(url, params=query, headers=as_clerk(database))


def bridged(found):
    """Return what a report's money makes of its invoices."""
    taken = sum(Decimal(each["taken"]) - Decimal(each["refunded"]) for each in found["takings"])
    return taken + Decimal(found["redeemed"]) - Decimal(found["prepaid"])


class TestReports:
    async def test_say_vat_and_what_was_paid_elsewhere(self, client, database):
        front, other = await opened(client, database), await opened(client, database)
        milk = on_sale(database, price="1.07", vat_rate="0.0700", stock=100)
        # Paid here and collected there; paid nowhere in a drawer and collected here; and sold here.
        waits = await bought(client, database, (milk, 2))
        await pay(client, database, waits, till=front["till"])
        carded = await bought(client, database, (milk, 3))
        await pay(client, database, carded, method="card")
        assert (await collect(client, database, carded, front["till"])).status_code == 200
        await sell(client, database, line(milk), till=front["till"])
        found = await report(client, database, front)
        assert found["vat"] == [{"rate": "0.0700", "gross": "4.28", "net": "4.00", "vat": "0.28"}]
        assert (found["invoiced"], found["prepaid"], found["redeemed"]) == ("4.28", "2.14", "3.21")
        assert bridged(found) == Decimal("4.28")
        assert (await collect(client, database, waits, other["till"])).status_code == 200
        there = await report(client, database, other)
        assert (there["invoiced"], there["prepaid"], there["redeemed"]) == ("2.14", "0.00", "2.14")

    async def test_have_what_was_given_back(self, client, database):
        session = await opened(client, database)
        milk = on_sale(database, price="1.07", vat_rate="0.0700")
        sale = await sell(client, database, line(milk, "3"), till=session["till"])
        purchase = await read(client, database, {"id": sale["purchase"]})
        body = {
            "reason": "sour",
            "lines": [back(purchase, milk) | {"goods": "waste"}],
            "till": session["till"],
        }
        url = f"{PURCHASES}/{purchase['id']}/refunds"
        answer = await client.post(url, json=body, headers=as_clerk(database))
        assert answer.json()["credit_note"].startswith(f"{session['till']}-")
        found = await report(client, database, session)
        assert found["vat"] == [{"rate": "0.0700", "gross": "2.14", "net": "2.00", "vat": "0.14"}]
        assert bridged(found) == Decimal(found["invoiced"]) == Decimal("2.14")


class TestNumbers:
    async def test_are_each_tills_own_and_go_on_in_the_next_session(self, client, database):
        milk, till = on_sale(database), unique("1-till")
        numbers = []
        for _ in range(2):
            session = await opened(client, database, till=till)
            numbers += [(await sell(client, database, line(milk), till=till))["number"]]
            url = f"{SESSIONS}/{session['id']}/close"
            await client.post(url, json={"counted": "0"}, headers=as_clerk(database))
        year = value(database, "SELECT extract(year FROM CURRENT_DATE)::integer")
        assert numbers == [f"{till}-{year}-{number:06}" for number in (1, 2)]
        read_back = await client.get(f"/api/v1/documents/{numbers[1]}", headers=as_clerk(database))
        assert read_back.json()["number"] == numbers[1]

    async def test_of_the_web_are_no_tills(self, client, database):
        for name in ("web", "web261129223110"):
            body = {"till": name, "float": "0"}
            answer = await client.post(SESSIONS, json=body, headers=as_clerk(database))
            invalid(answer, "/till")

    async def test_nothing_is_handed_over_at_a_closed_till(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        await pay(client, database, purchase)
        conflict(await collect(client, database, purchase, unique("till")), "till_closed")
        assert (await read(client, database, purchase))["status"] == "placed"
