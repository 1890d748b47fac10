"""What happens at the same time: whoever comes second is refused, and nothing is counted twice."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.builders import (
    as_clerk,
    filled_cart,
    level_of,
    on_sale,
    rows,
    stocked,
    today,
    unique,
    value,
)
from tests.orders.sales import (
    GUEST,
    at_once,
    back,
    bought,
    check_out,
    collect,
    conflict,
    pay,
    read,
    sold,
)


def statuses(answers):
    return Counter(answer.status_code for answer in answers)


def consistent(database, product):
    """Check that a product's sums are those of its lots, its movements and its open purchases."""
    query = """
        SELECT l.on_hand, l.allocated,
               (SELECT coalesce(sum(on_hand), 0) FROM stock WHERE product_id = l.product_id) lots,
               (SELECT coalesce(sum(allocated), 0) FROM stock WHERE product_id = l.product_id) given,
               (SELECT coalesce(sum(quantity), 0) FROM stock_movement
                WHERE product_id = l.product_id) moved,
               (SELECT coalesce(sum(a.quantity), 0) FROM allocation a
                JOIN purchase_line n ON n.id = a.purchase_line_id
                JOIN purchase p ON p.id = n.purchase_id
                WHERE n.product_id = l.product_id AND p.status = 'placed') promised
        FROM stock_level l WHERE l.product_id = %(id)s
    """
    (row,) = rows(database, query, id=product.id)
    assert row.on_hand == row.lots == row.moved
    assert row.allocated == row.given == row.promised
    return row


async def test_a_cart_checks_out_once(client, database):
    milk = on_sale(database, stock=100)
    for _ in range(5):
        cart = filled_cart(database, (milk, 1))
        answers = await at_once(*(check_out(client, cart) for _ in range(4)))
        assert statuses(answers) == {201: 1, 409: 3}
        (made,) = [answer for answer in answers if answer.status_code == 201]
        for answer in answers:
            if answer is not made:
                conflict(answer, "checked_out")
                assert answer.headers["Location"] == made.headers["Location"]
    assert consistent(database, milk).allocated == 5


async def test_one_idempotency_key_places_one_purchase(client, database):
    milk = on_sale(database, stock=100)
    cart = filled_cart(database, (milk, 1))
    headers = cart.headers | {"Idempotency-Key": unique()}
    url = f"/api/v1/carts/{cart.id}/checkout"
    answers = await at_once(*(client.post(url, json=GUEST, headers=headers) for _ in range(6)))
    assert set(statuses(answers)) <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            conflict(answer, "in_progress")
            assert answer.headers["Retry-After"] == "1"
    assert consistent(database, milk).allocated == 1


@pytest.mark.parametrize("lots", [1, 3])
async def test_forty_buyers_of_the_last_ten(client, database, lots):
    milk = on_sale(database, stock=None)
    for _ in range(lots - 1):
        stocked(database, milk, 1)
    stocked(database, milk, 10 - (lots - 1))
    stocked(database, milk, 7, expires_on=today(database) - timedelta(days=1))
    carts = [filled_cart(database, (milk, 1)) for _ in range(40)]
    answers = await at_once(*(check_out(client, cart) for cart in carts))
    assert statuses(answers) == {201: 10, 409: 30}
    for answer in answers:
        if answer.status_code == 409:
            conflict(answer, "out_of_stock")
    level = consistent(database, milk)
    assert (level.on_hand, level.allocated) == (17, 10)
    assert level_of(database, milk).available == 0


async def test_baskets_in_opposite_orders(client, database):
    shelf = [on_sale(database, stock=30) for _ in range(4)]
    baskets = [shelf, shelf[::-1], shelf[2:] + shelf[:2], [shelf[1], shelf[3]]] * 10
    carts = [filled_cart(database, *((product, 1) for product in basket)) for basket in baskets]
    answers = await at_once(*(check_out(client, cart) for cart in carts))
    # Thirty of each: the ten of the last kind take from two products only.
    for answer in answers:
        if answer.status_code != 201:
            conflict(answer, "out_of_stock")
    for product in shelf:
        assert consistent(database, product).allocated <= 30
    assert max(level_of(database, product).allocated for product in shelf) == 30


async def test_checkout_collect_cancel_and_return_of_the_same_products(client, database):
    shelf = [on_sale(database, stock=100) for _ in range(3)]
    paid = [await bought(client, database, *((p, 2) for p in shelf)) for _ in range(6)]
    for purchase in paid:
        await pay(client, database, purchase)
    dropped = [await bought(client, database, *((p, 1) for p in shelf[::-1])) for _ in range(6)]
    done = [await sold(client, database, *((p, 3) for p in shelf)) for _ in range(6)]
    carts = [filled_cart(database, *((p, 1) for p in shelf[::-1])) for _ in range(6)]
    headers = as_clerk(database)

    def refund(purchase):
        returned = [back(purchase, product) for product in shelf[::-1]]
        return {"amount": "1.00", "method": "cash", "reason": "sour", "returned": returned}

    answers = await at_once(
        *(collect(client, database, purchase) for purchase in paid),
        *(
            client.post(
                f"/api/v1/purchases/{purchase['id']}/cancel", json={"reason": "x"}, headers=headers
            )
            for purchase in dropped
        ),
        *(
            client.post(
                f"/api/v1/purchases/{purchase['id']}/refunds",
                json=refund(purchase),
                headers=headers,
            )
            for purchase in done
        ),
        *(check_out(client, cart) for cart in carts),
    )
    assert statuses(answers) == {200: 12, 201: 12}
    for product in shelf:
        level = consistent(database, product)
        assert (level.on_hand, level.allocated) == (100 - 12 - 18 + 6, 6)


async def test_pay_and_cancel(client, database):
    milk = on_sale(database, stock=100)
    for _ in range(8):
        purchase = await bought(client, database, (milk, 1))
        url = f"/api/v1/purchases/{purchase['id']}/cancel"
        paid, cancelled = await at_once(
            pay(client, database, purchase),
            client.post(url, json={"reason": "x"}, headers=as_clerk(database)),
        )
        assert cancelled.status_code == 200
        if paid.status_code != 201:
            conflict(paid, "purchase_ended")
        found = await read(client, database, purchase)
        assert found["status"] == "cancelled"
        assert found["paid"] == found["refunded"]
    assert consistent(database, milk).allocated == 0


async def test_collect_and_cancel(client, database):
    milk = on_sale(database, stock=100)
    collected = 0
    for _ in range(8):
        purchase = await bought(client, database, (milk, 1))
        await pay(client, database, purchase)
        url = f"/api/v1/purchases/{purchase['id']}/cancel"
        answers = await at_once(
            collect(client, database, purchase),
            client.post(url, json={"reason": "x"}, headers=as_clerk(database)),
        )
        assert statuses(answers) == {200: 1, 409: 1}
        found = await read(client, database, purchase)
        collected += found["status"] == "collected"
        assert found["refunded"] == ("0.00" if found["status"] == "collected" else found["paid"])
    level = consistent(database, milk)
    assert (level.on_hand, level.allocated) == (100 - collected, 0)


async def test_the_same_payment_twice(client, database):
    for _ in range(5):
        purchase = await bought(client, database, (on_sale(database), 1))
        answers = await at_once(*(pay(client, database, purchase) for _ in range(3)))
        assert statuses(answers) == {201: 1, 409: 2}
        assert (await read(client, database, purchase))["paid"] == purchase["total"]


async def test_the_same_refund_twice(client, database):
    milk = on_sale(database, stock=100)
    for _ in range(5):
        purchase = await sold(client, database, (milk, 2))
        body = {
            "amount": purchase["total"],
            "method": "cash",
            "reason": "sour",
            "returned": [back(purchase, milk, "2")],
        }
        url, headers = f"/api/v1/purchases/{purchase['id']}/refunds", as_clerk(database)
        answers = await at_once(*(client.post(url, json=body, headers=headers) for _ in range(3)))
        assert statuses(answers) == {201: 1, 409: 2}
        found = await read(client, database, purchase)
        assert (found["refunded"], found["lines"][0]["returned"]) == (found["paid"], "2.000")
    assert consistent(database, milk).on_hand == 100


async def test_putting_in_while_checking_out(client, database):
    milk, ham = on_sale(database, stock=100), on_sale(database, stock=100)
    for _ in range(8):
        cart = filled_cart(database, (milk, 1))
        made, put = await at_once(
            check_out(client, cart),
            client.put(
                f"/api/v1/carts/{cart.id}/items/{ham.code}",
                json={"quantity": "1"},
                headers=cart.headers,
            ),
        )
        assert made.status_code == 201
        lines = {line["product"] for line in made.json()["lines"]}
        # Who was told that it is in the cart gets it; who was not, does not pay for it.
        assert (ham.code in lines) == (put.status_code == 200)
        query = "SELECT count(*) FROM cart_item WHERE cart_id = %(id)s"
        assert value(database, query, id=cart.id) == len(lines)
