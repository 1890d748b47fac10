"""What became of a purchase and of its money stands in `event`, in order, whoever did it."""

from tests.builders import as_clerk, on_sale, rows
from tests.orders.sales import bought, collect, conflict, pay

PURCHASES = "/api/v1/purchases"


def happened(database, purchase):
    """Return the kinds of a purchase's events, in order, and the payments that they name."""
    found = rows(
        database,
        "SELECT kind, detail FROM event WHERE purchase_id = %(id)s::uuid ORDER BY id",
        id=purchase["id"],
    )
    return [(row.kind, row.detail.get("payment")) for row in found]


async def test_of_one_that_is_paid_handed_over_and_refunded(client, database):
    purchase = await bought(client, database, (on_sale(database, price="2.50"), 2))
    paid = (await pay(client, database, purchase, "5.00")).json()
    await collect(client, database, purchase)
    answer = await client.post(
        f"{PURCHASES}/{purchase['id']}/refunds",
        json={"amount": "1.00", "method": "cash", "reason": "bruised"},
        headers=as_clerk(database),
    )
    assert happened(database, purchase) == [
        ("purchase.placed", None),
        ("payment.taken", paid["id"]),
        ("purchase.collected", None),
        ("document.issued", None),
        ("payment.refunded", answer.json()["payments"][0]["id"]),
        ("document.issued", None),
    ]


async def test_of_one_that_is_cancelled(client, database):
    purchase = await bought(client, database, (on_sale(database), 1))
    body = {"reason": "changed her mind"}
    url = f"{PURCHASES}/{purchase['id']}/cancel"
    assert (await client.post(url, json=body, headers=as_clerk(database))).status_code == 200
    assert happened(database, purchase) == [("purchase.placed", None), ("purchase.cancelled", None)]


async def test_what_is_refused_has_not_happened(client, database):
    purchase = await bought(client, database, (on_sale(database, price="2.50"), 2))
    conflict(await pay(client, database, purchase, "5.01"), "payment_above_total")
    conflict(await collect(client, database, purchase), "unpaid")
    assert happened(database, purchase) == [("purchase.placed", None)]
