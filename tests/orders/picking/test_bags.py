"""What is ready lies in a bag: what its lots are promised to, and what they cost, is nobody else's to change."""

from datetime import timedelta
from decimal import Decimal

import psycopg2
import pytest

from tests.builders import (
    as_clerk,
    category,
    clerk,
    level_of,
    markdown,
    on_sale,
    rows,
    stock_of,
    stocked,
    today,
)
from tests.inventory.promises import consistent, promised
from tests.orders.picking.steps import came, claim, pick, picked
from tests.orders.sales import bought, collect, conflict, invalid, pay


async def bagged(client, database):
    """Return milk, a purchase of two that are ready and paid, and their lot; another one has five."""
    milk, day = on_sale(database, stock=None), today(database)
    lot = stocked(database, milk, 2, expires_on=day + timedelta(days=1))
    stocked(database, milk, 5, expires_on=day + timedelta(days=9))
    purchase = await bought(client, database, (milk, 2))
    await pay(client, database, purchase)
    line = came(purchase, milk, "2", lots=[{"lot": lot.id, "quantity": "2"}])
    await picked(client, clerk(database), purchase, line)
    return milk, purchase, lot


class TestBag:
    async def test_that_expires_is_picked_again(self, client, database):
        _, purchase, lot = await bagged(client, database)
        query = "UPDATE stock SET expires_on = CURRENT_DATE - 1 WHERE id = %(id)s"
        rows(database, query, id=lot.id)
        conflict(await collect(client, database, purchase), "expired")
        short = await client.get(
            "/api/v1/purchases?short=true&limit=100", headers=as_clerk(database)
        )
        assert purchase["id"] in {each["id"] for each in short.json()["items"]}
        assert promised(database, purchase) == {lot.id: 2}
        assert (await pick(client, clerk(database), purchase)).status_code == 200
        assert (await collect(client, database, purchase)).status_code == 200
        assert stock_of(database, lot).on_hand == 2

    async def test_is_not_emptied_by_who_picks_or_wastes(self, client, database):
        milk, purchase, lot = await bagged(client, database)
        other = await bought(client, database, (milk, 2))
        who = clerk(database)
        await claim(client, who, other)
        line = came(other, milk, "2", lots=[{"lot": lot.id, "quantity": "2"}])
        conflict(await pick(client, who, other, line), "out_of_stock")
        waste = {"lot": lot.id, "quantity": "1", "reason": "broken"}
        answer = await client.post("/api/v1/stock/waste", json=waste, headers=who.headers)
        conflict(answer, "allocated")
        assert promised(database, purchase) == {lot.id: 2}
        consistent(database, milk)

    async def test_is_handed_over_by_no_worker_of_before_that_owes_or_is_open(
        self, client, database
    ):
        _, purchase, _ = await bagged(client, database)
        for change in (
            "picked_at = NULL, ordered_total = NULL",
            "paid = paid + 1",
        ):
            rows(database, f"UPDATE purchase SET {change} WHERE id = %(id)s", id=purchase["id"])
            with pytest.raises(psycopg2.errors.CheckViolation, match="is not handed over"):
                rows(
                    database,
                    "UPDATE purchase SET status = 'collected', collected_at = now() WHERE id = %(id)s",
                    id=purchase["id"],
                )
            query = "UPDATE purchase SET picked_at = now(), ordered_total = total WHERE id = %(id)s"
            rows(database, query, id=purchase["id"])


class TestWeights:
    async def test_come_from_the_lot_that_was_promised_though_it_is_reduced_since(
        self, client, database
    ):
        dairy, soon = category(database), today(database) + timedelta(days=2)
        cheese = on_sale(database, unit="kg", stock="10", category=dairy, expires_on=soon)
        purchase = await bought(client, database, (cheese, "1.000"))
        markdown(database, "0.5000", 3, category=dairy)
        who = clerk(database)
        await picked(client, who, purchase, came(purchase, cheese, "1.050"))
        assert (level_of(database, cheese).on_hand, len(promised(database, purchase))) == (10, 1)
        for weight in ("0.500", "1.100"):
            answer = await pick(client, who, purchase, came(purchase, cheese, weight))
            assert answer.status_code == 200, answer.text
            assert sum(promised(database, purchase).values()) == Decimal(weight)
        consistent(database, cheese)

    async def test_of_more_than_twice_were_typed_wrong(self, client, database):
        cheese = on_sale(database, unit="kg", stock="1")
        purchase = await bought(client, database, (cheese, "1.000"))
        who = clerk(database)
        await claim(client, who, purchase)
        line = came(purchase, cheese, "100.000", agreed=True)
        invalid(await pick(client, who, purchase, line), "/lines/0/quantity")
