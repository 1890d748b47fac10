"""Who bought something may cancel it, until work on it or money for it is there."""

from tests.builders import as_clerk, as_customer, customer, filled_cart, level_of, on_sale, value
from tests.orders.sales import at_once, check_out, collect, conflict, invalid, pay

PURCHASES = "/api/v1/purchases"


async def cancel(client, purchase, headers, **body):
    return await client.post(f"{PURCHASES}/{purchase['id']}/cancel", json=body, headers=headers)


async def bought_by(client, database, owner=None, **more):
    """Return a product, the headers of who bought three of it, and the purchase."""
    milk = on_sale(database, **more)
    cart = filled_cart(database, (milk, 3), owner=owner)
    answer = await check_out(client, cart)
    assert answer.status_code == 201, answer.text
    return milk, cart.headers, answer.json()


class TestCancel:
    async def test_by_a_guest_and_by_a_customer(self, client, database):
        for owner, body in ((None, {}), (customer(database), {"reason": "I am away"})):
            milk, headers, purchase = await bought_by(client, database, owner)
            answer = await cancel(client, purchase, headers, **body)
            assert answer.status_code == 200, answer.text
            found = answer.json()
            assert (found["status"], found["cancel_reason"]) == ("cancelled", body.get("reason"))
            assert level_of(database, milk).allocated == 0
            again = await client.get(f"{PURCHASES}/{purchase['id']}", headers=headers)
            assert again.json() == found
            conflict(await cancel(client, purchase, headers), "purchase_ended")
            query = "SELECT login_id FROM audit_log WHERE subject = %(subject)s"
            said = value(database, query, subject=f"purchase:{purchase['id']}")
            assert said == (owner.login_id if owner else None)

    async def test_is_somebody_elses(self, client, database):
        _, own, purchase = await bought_by(client, database, customer(database))
        _, guest, _ = await bought_by(client, database)
        strangers = guest, as_customer(database)
        for headers in strangers:
            assert (await cancel(client, purchase, headers)).status_code == 404
        assert (await cancel(client, purchase, own)).status_code == 200
        for headers in strangers:
            assert (await cancel(client, purchase, headers)).status_code == 404

    async def test_is_the_shops_to_do_once_something_was_paid(self, client, database):
        milk, headers, purchase = await bought_by(client, database)
        await pay(client, database, purchase, "0.01")
        conflict(await cancel(client, purchase, headers), "paid")
        assert level_of(database, milk).allocated == 3
        answer = await cancel(client, purchase, as_clerk(database), reason="asked for")
        assert answer.json()["refunded"] == "0.01"

    async def test_ends_with_hand_over(self, client, database):
        _, headers, purchase = await bought_by(client, database)
        await pay(client, database, purchase)
        await collect(client, database, purchase)
        conflict(await cancel(client, purchase, headers), "purchase_ended")

    async def test_or_pays_whoever_is_first(self, client, database):
        for _ in range(3):
            _, headers, purchase = await bought_by(client, database)
            cancelled, paid = await at_once(
                cancel(client, purchase, headers), pay(client, database, purchase)
            )
            assert {cancelled.status_code, paid.status_code} in ({200, 409}, {409, 201})

    async def test_asks_staff_why_and_nobody_else_for_money(self, client, database):
        _, headers, purchase = await bought_by(client, database)
        invalid(await cancel(client, purchase, as_clerk(database)), "/reason")
        wrong = await cancel(client, purchase, headers, method="cash", reference="slip")
        invalid(wrong, "/method", "/reference")
