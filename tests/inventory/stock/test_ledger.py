"""Whatever staff does, in any order: the movements add up to what lots and levels say is on hand."""

from decimal import Decimal
from random import Random
from typing import Any

import httpx
import pytest

from tests.builders import (
    allocated,
    invoice_request,
    level_of,
    product,
    rows,
    stock_of,
    stocked,
)

STEPS = 60


class Shelf:
    """Two products with what a model of plain sums says of each of their lots."""

    def __init__(self, staff: httpx.AsyncClient, database: Any, random: Random) -> None:
        self.staff, self.database, self.random = staff, database, random
        self.products = [product(database), product(database, unit="kg")]
        self.on_hand: dict[int, Decimal] = {}
        self.promised: dict[int, Decimal] = {}
        self.of: dict[int, Any] = {}
        for one in self.products:
            self.keep(stocked(database, one, 5).id, one, Decimal(5))

    def keep(self, lot: int, made: Any, quantity: Decimal) -> None:
        self.of[lot] = made
        self.on_hand[lot] = quantity
        self.promised[lot] = Decimal(0)

    def quantity(self, made: Any) -> Decimal:
        pieces = Decimal(self.random.randint(1, 8))
        return pieces if made.unit == "piece" else pieces / 8

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.staff.post(f"/api/v1/{path}", json=body)

    async def receive(self) -> None:
        made = self.random.choice(self.products)
        first, second = self.quantity(made), self.quantity(made)
        asked = invoice_request(self.database, (made, first + second, "1"))
        lines = [{"product": made.code, "quantity": str(part)} for part in (first, second)]
        answer = await self.post(f"invoice-requests/{asked.code}/receive", lines=lines)
        assert answer.status_code == 200
        for lot, part in zip(answer.json()["lots"], (first, second), strict=True):
            self.keep(lot["id"], made, part)

    async def find(self) -> None:
        made = self.random.choice(self.products)
        quantity = self.quantity(made)
        body = {"product": made.code, "quantity": str(quantity), "unit_cost": "1"}
        answer = await self.post("stock/adjustments", **body, reason="found")
        assert answer.status_code == 201
        self.keep(answer.json()["lot"], made, quantity)

    async def promise(self) -> None:
        lot = self.random.choice(list(self.of))
        free = self.on_hand[lot] - self.promised[lot]
        share = min(free, self.quantity(self.of[lot]))
        allocated(self.database, stock_of(self.database, _row(lot)), share)
        self.promised[lot] += share

    async def correct(self) -> None:
        lot = self.random.choice(list(self.of))
        change = self.quantity(self.of[lot]) * self.random.choice([1, -1])
        await self.change("stock/adjustments", lot, change, str(change))

    async def waste(self) -> None:
        lot = self.random.choice(list(self.of))
        quantity = self.quantity(self.of[lot])
        await self.change("stock/waste", lot, -quantity, str(quantity))

    async def change(self, path: str, lot: int, change: Decimal, sent: str) -> None:
        answer = await self.post(path, lot=lot, quantity=sent, reason="other")
        if self.on_hand[lot] + change < self.promised[lot]:
            assert answer.status_code == 409
        else:
            assert answer.status_code == 201
            self.on_hand[lot] += change

    def check(self) -> None:
        for lot, on_hand in self.on_hand.items():
            found = stock_of(self.database, _row(lot))
            assert (found.on_hand, found.allocated) == (on_hand, self.promised[lot])
        for made in self.products:
            lots = [lot for lot, one in self.of.items() if one is made]
            level = level_of(self.database, made)
            assert level.on_hand == sum(self.on_hand[lot] for lot in lots)
            assert level.allocated == sum(self.promised[lot] for lot in lots)
        moved = rows(
            self.database,
            "SELECT stock_id, sum(quantity) AS quantity FROM stock_movement"
            " WHERE stock_id = ANY(%(lots)s) GROUP BY stock_id",
            lots=list(self.of),
        )
        assert {row.stock_id: row.quantity for row in moved} == self.on_hand


def _row(lot: int) -> Any:
    return type("Row", (), {"id": lot})


@pytest.mark.parametrize("seed", range(4))
async def test_movements_add_up(staff, database, seed):
    random = Random(seed)
    shelf = Shelf(staff, database, random)
    steps = [
        shelf.receive,
        shelf.find,
        shelf.promise,
        shelf.correct,
        shelf.waste,
        shelf.waste,
    ]
    for _ in range(STEPS):
        await random.choice(steps)()
        shelf.check()
