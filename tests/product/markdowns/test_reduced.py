"""GET /reduced: what is close to its last day."""

from datetime import timedelta

import pytest

from app.product.markdowns.schemas import ReducedGoods
from tests.builders import brand, category, markdown, on_sale, stocked, today
from tests.support.clients import all_items

REDUCED = "/api/v1/reduced"


@pytest.fixture
def mine(database, client):
    """All that is reduced of these products."""

    async def read(*products):
        codes = {product.code for product in products}
        items = await all_items(client, REDUCED, {}, limit=3)
        return [item for item in items if item["product"]["code"] in codes]

    return read


async def test_the_closest_first_and_each_day_of_a_product_once(database, mine):
    dairy, day = category(database), today(database)
    markdown(database, "0.3", 2, category=dairy)
    milk = on_sale(database, price="2.00", category=dairy, brand=brand(database))
    ham = on_sale(database, price="3.00", category=dairy, stock=2, expires_on=day)
    for _ in range(2):
        stocked(database, milk, 4, expires_on=day + timedelta(days=1))
    stocked(database, milk, 1, expires_on=day + timedelta(days=3))
    items = await mine(milk, ham)
    for item in items:
        ReducedGoods.model_validate(item)
    said = [(i["product"]["code"], i["best_before"], i["price"], i["quantity"]) for i in items]
    assert said == [
        (ham.code, str(day), "2.10", "2.000"),
        (milk.code, str(day + timedelta(days=1)), "1.40", "8.000"),
    ]
    assert (items[0]["list_price"], items[0]["rate"]) == ("3.00", "0.3000")


async def test_nothing_that_no_rule_is_for(database, mine):
    ham = on_sale(database, expires_on=today(database))
    assert await mine(ham) == []
