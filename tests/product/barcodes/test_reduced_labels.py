"""Labels on reduced goods, with the day that is on them."""

from datetime import timedelta
from typing import Any

import pytest
from biip.checksums import gs1_standard_check_digit

from app.product.barcodes.schemas import Scanned
from tests.builders import category, guest_cart, markdown, on_sale, plu, today
from tests.orders.sales import conflict
from tests.support.clients import client_at, shop_with


def label_of(number: str, yymmdd: str) -> str:
    digits = f"24{number}{yymmdd}"
    return f"{digits}{gs1_standard_check_digit(digits)}"


@pytest.fixture
async def till(make_settings):
    """A client of a shop that puts labels on what is close to its day."""
    settings = make_settings(shop={"scale_labels": ["24IIIIDDDDDDC"]})
    async with shop_with(settings) as started, client_at(started) as made:
        yield made


async def scan(till: Any, label: str) -> Any:
    return await till.get(f"/api/v1/barcodes/{label}")


async def add(till: Any, cart: Any, label: str) -> Any:
    url = f"/api/v1/carts/{cart.id}/items"
    return await till.post(url, json={"barcode": label}, headers=cart.headers)


async def test_name_the_offer_of_their_day(till, database):
    number, day = plu(database), today(database) + timedelta(days=1)
    dairy = category(database)
    markdown(database, "0.5", 1, category=dairy)
    made = on_sale(database, price="2.00", plu=number, category=dairy, expires_on=day)
    label = label_of(number, f"{day:%y%m%d}")
    answer = await scan(till, label)
    Scanned.model_validate_json(answer.content, strict=True)
    said = answer.json()
    assert (said["kind"], said["quantity"], said["price"]) == ("reduced_label", "1.000", None)
    assert (said["product"]["code"], said["best_before"]) == (made.code, str(day))
    offer = {"best_before": str(day), "price": "1.00", "rate": "0.5000", "quantity": "10.000"}
    assert said["reduced"] == offer
    cart = guest_cart(database)
    for quantity in ("1.000", "2.000"):
        answer = await add(till, cart, label)
        assert answer.status_code == 200, answer.text
        (line,) = answer.json()["items"]
        assert (line["offer"], line["best_before"]) == ("reduced", str(day))
        assert (line["quantity"], line["unit_price"]) == (quantity, "1.00")


async def test_on_what_is_not_reduced_any_more(till, database):
    number, day = plu(database), today(database)
    on_sale(database, plu=number, expires_on=day)
    label = label_of(number, f"{day:%y%m%d}")
    assert (await scan(till, label)).json()["reduced"] is None
    conflict(await add(till, guest_cart(database), label), "not_reduced")


async def test_with_a_day_that_is_none(till, database):
    number = plu(database)
    on_sale(database, plu=number)
    answer = await scan(till, label_of(number, "261345"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_barcode")
