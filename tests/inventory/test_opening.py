import asyncio
from datetime import timedelta

import pytest

from app.core.errors import Invalid
from app.core.wiring import wired
from app.inventory.stock_schemas import OpeningStock
from app.inventory.stock_service import Stock
from tests.builders import level_of, product, rows, stocked, supplier


@pytest.fixture
def stock(shop, application):
    with application.app_context():
        return wired(Stock)


def row(product, **more):
    basics = {"product": product.code, "quantity": "3", "unit_cost": "0.9210"}
    return OpeningStock.model_validate_strings({**basics, **more})


async def test_each_row_is_a_lot(stock, database, today):
    dairy, milk = supplier(database), product(database)
    made = await stock.open_with(
        [
            row(milk, supplier=dairy.code, expires_in_days="9"),
            row(milk, quantity="5", unit_cost="1"),
        ]
    )
    assert made == 2
    first, second = rows(
        database, "SELECT * FROM stock WHERE product_id = %(id)s ORDER BY id", id=milk.id
    )
    assert (first.on_hand, str(first.unit_cost)) == (3, "0.9210")
    assert (first.supplier_id, first.expires_on) == (dairy.id, today + timedelta(days=9))
    assert (second.on_hand, second.supplier_id, second.expires_on) == (5, None, None)
    (moved, _) = rows(
        database,
        "SELECT * FROM stock_movement WHERE product_id = %(id)s ORDER BY id",
        id=milk.id,
    )
    assert (moved.kind, moved.reason, moved.login_id) == ("receipt", "opening stock", None)


async def test_twice_changes_nothing(stock, database):
    milk, tea, known = (product(database) for _ in range(3))
    stocked(database, known, 1)
    assert await stock.open_with([row(milk), row(known)]) == 1
    assert await stock.open_with([row(milk), row(known), row(tea)]) == 1
    assert [level_of(database, one).on_hand for one in (milk, tea, known)] == [3, 3, 1]


async def test_at_once_it_is_done_once(stock, database):
    # The first round finds few connections open, so that its runs hardly meet.
    for _ in range(4):
        shelf = [product(database) for _ in range(5)]
        sheet = [row(one) for one in shelf]
        made = await asyncio.gather(*(stock.open_with(sheet) for _ in range(4)))
        assert sorted(made) == [0, 0, 0, 5]
        assert all(level_of(database, one).on_hand == 3 for one in shelf)


async def test_all_or_nothing(stock, database):
    milk = product(database)
    sheet = [
        row(milk),
        row(milk, quantity="1.5"),
        OpeningStock(product="nobody-has-this", supplier="nor-this", quantity="1", unit_cost="1"),
    ]
    with pytest.raises(Invalid) as refused:
        await stock.open_with(sheet)
    pointers = [error.pointer for error in refused.value.errors]
    assert pointers == ["/1/quantity", "/2/product", "/2/supplier"]
    assert level_of(database, milk).on_hand == 0


async def test_nothing_to_open(stock):
    assert await stock.open_with([]) == 0
