"""What is broken or lost although it was promised: other lots take the promise over, where they can."""

import asyncio
from datetime import timedelta

import pytest

from tests.builders import (
    allocated,
    filled_cart,
    level_of,
    on_sale,
    placed,
    rows,
    stock_of,
    stocked,
)
from tests.inventory.promises import consistent, promised
from tests.orders.sales import check_out, conflict
from tests.support.locks import transaction, until_blocked

WASTE = "/api/v1/stock/waste"


@pytest.fixture
def milk(database):
    return on_sale(database, stock=None)


@pytest.fixture
def yesterday(today):
    return today - timedelta(days=1)


class TestLoss:
    async def test_other_lots_take_over_what_was_promised(self, staff, database, milk):
        lot, other = stocked(database, milk, 5), stocked(database, milk, 4)
        first, second = placed(database, (lot, 2)), placed(database, (lot, 3))
        body = {"lot": lot.id, "quantity": "4", "reason": "broken"}
        assert (await staff.post(WASTE, json=body)).status_code == 201
        assert (stock_of(database, lot).on_hand, stock_of(database, lot).allocated) == (1, 1)
        assert promised(database, second) == {other.id: 3}
        assert promised(database, first) == {lot.id: 1, other.id: 1}
        consistent(database, milk)

    async def test_only_what_cannot_be_served_is_refused(self, staff, client, database, milk):
        lot, other = stocked(database, milk, 5), stocked(database, milk, 2)
        purchase = placed(database, (lot, 5))
        body = {"lot": lot.id, "quantity": "3", "reason": "broken"}
        answer = await staff.post(WASTE, json=body)
        figures = {"on_hand": "5.000", "allocated": "5.000", "free": "2.000"}
        assert conflict(answer, "allocated").items() >= figures.items()
        assert promised(database, purchase) == {lot.id: 5}
        answer = await staff.post(
            "/api/v1/stock/adjustments", json={**body, "quantity": f"-{figures['free']}"}
        )
        assert answer.status_code == 201
        assert promised(database, purchase) == {lot.id: 3, other.id: 2}
        consistent(database, milk)

    async def test_what_expired_lots_have_promised_comes_first(
        self, staff, database, milk, yesterday
    ):
        old = stocked(database, milk, 3, expires_on=yesterday)
        lot = stocked(database, milk, 2)
        placed(database, (old, 3))
        broken = placed(database, (lot, 2))
        stocked(database, milk, 3)
        body = {"lot": lot.id, "quantity": "1", "reason": "broken"}
        answer = await staff.post(WASTE, json=body)
        assert conflict(answer, "allocated")["free"] == "0.000"
        stocked(database, milk, 1)
        assert (await staff.post(WASTE, json=body)).status_code == 201
        assert sum(promised(database, broken).values()) == 2
        consistent(database, milk)

    async def test_nothing_moves_onto_the_lot_that_loses(self, staff, database, milk, yesterday):
        old, lot = stocked(database, milk, 2, expires_on=yesterday), stocked(database, milk, 5)
        purchase = placed(database, (lot, 3))
        rows(
            database,
            """
            WITH more AS (
                UPDATE purchase_line SET quantity = 5 WHERE purchase_id = %(id)s RETURNING id
            )
            INSERT INTO allocation (purchase_line_id, stock_id, quantity) SELECT id, %(lot)s, 2 FROM more
            """,
            id=purchase.id,
            lot=old.id,
        )
        allocated(database, old, 2)
        other = stocked(database, milk, 4)
        body = {"lot": lot.id, "quantity": "4", "reason": "broken"}
        assert (await staff.post(WASTE, json=body)).status_code == 201
        assert promised(database, purchase) == {old.id: 2, lot.id: 1, other.id: 2}
        assert level_of(database, milk).available == 0
        consistent(database, milk)

    async def test_an_expired_lot_goes_when_its_promises_have_moved(
        self, staff, database, milk, yesterday
    ):
        old = stocked(database, milk, 5, expires_on=yesterday)
        paid, unpaid = placed(database, (old, 2), paid=2), placed(database, (old, 1))
        fresh = stocked(database, milk, 2)
        body = {"lot": old.id, "quantity": "5", "reason": "expired"}
        assert conflict(await staff.post(WASTE, json=body), "allocated")["free"] == "4.000"
        assert (await staff.post(WASTE, json=body | {"quantity": "4"})).status_code == 201
        assert promised(database, paid) == {fresh.id: 2}
        assert promised(database, unpaid) == {old.id: 1}
        consistent(database, milk)

    async def test_waits_for_who_is_at_work_on_the_purchase(self, staff, database, milk):
        lot, other = stocked(database, milk, 2), stocked(database, milk, 2)
        purchase = placed(database, (lot, 2))
        body = {"lot": lot.id, "quantity": "2", "reason": "broken"}
        async with transaction(database) as cursor:
            cursor.execute("SELECT FROM purchase WHERE id = %s FOR UPDATE", (purchase.id,))
            wasted = asyncio.create_task(staff.post(WASTE, json=body))
            await until_blocked(database, wasted)
        assert (await wasted).status_code == 201
        assert promised(database, purchase) == {other.id: 2}

    async def test_at_once_with_all_that_may_happen_to_a_purchase(
        self, staff, client, database, milk
    ):
        lot = stocked(database, milk, 12)
        purchases = [placed(database, (lot, 1), paid=n % 2) for n in range(12)]
        stocked(database, milk, 30)
        url = "/api/v1/purchases/{}/{}"
        calls = [
            call
            for n, purchase in enumerate(purchases)
            for call in (
                staff.post(url.format(purchase.id, "collect"))
                if n % 2
                else staff.post(
                    url.format(purchase.id, "payments"), json={"amount": "1", "method": "cash"}
                ),
                check_out(client, filled_cart(database, (milk, 1))),
                staff.post(WASTE, json={"lot": lot.id, "quantity": "1", "reason": "broken"}),
            )
        ]
        answers = await asyncio.gather(*calls)
        assert {answer.status_code for answer in answers[::3]} == {200, 201}
        assert {answer.status_code for answer in answers[1::3]} == {201}
        refused = {a.json()["code"] for a in answers[2::3] if a.status_code != 201}
        # Six of the twelve were collected from this lot or another, before or after.
        assert refused <= {"not_on_hand"}
        consistent(database, milk)
