"""What a scanner read at the counter, all codes by one look: packs, PLUs, and labels of scales."""

import pytest
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit

from tests.builders import gtin, on_sale, plu
from tests.orders.counter.counting import ask, sell
from tests.orders.sales import invalid
from tests.support.clients import client_at, shop_with

FORMS = ["221IIIIVPPPPC", "281IIIIWWWWWC"]


def ean(digits: str) -> str:
    return f"{digits}{gs1_standard_check_digit(digits)}"


@pytest.fixture
async def weighing(make_settings):
    """A client of a shop whose scales print labels."""
    settings = make_settings(shop={"scale_labels": FORMS})
    async with shop_with(settings) as started, client_at(started) as made:
        yield made


async def test_is_each_what_it_is_in_a_cart(weighing, database):
    pack, number = gtin(database), plu(database)
    water = on_sale(
        database, price="0.50", stock=20, gtin=gtin(database), other_barcodes=[(pack, 6)]
    )
    cheese = on_sale(database, price="8.00", unit="kg", plu=number)
    price = ean(f"221{number}{gs1_price_weight_check_digit('0250')}0250")
    found = await sell(
        weighing,
        database,
        {"barcode": price},
        {"barcode": pack, "quantity": "2"},
        {"barcode": ean(f"281{number}00312")},
        {"barcode": number, "quantity": "0.200"},
        {"barcode": f"010{water.gtin}10L24\x1d17270131\r"},
        {"barcode": price},
    )
    assert [
        (each["product"], each["quantity"], each["label_price"], each["total"])
        for each in found["lines"]
    ] == [
        # 2.50 is for 0.3125 kg.
        (cheese.code, "0.313", "2.50", "2.50"),
        (water.code, "13.000", None, "6.50"),
        (cheese.code, "0.512", None, "4.10"),
        (cheese.code, "0.313", "2.50", "2.50"),
    ]


async def test_has_its_separators(weighing, database):
    milk = on_sale(database, price="1.50", gtin=gtin(database))
    code = f"]d201{milk.gtin:>014}10L24-7\x1d302"
    found = await sell(weighing, database, {"barcode": code})
    (line,) = found["lines"]
    assert (line["product"], line["quantity"]) == (milk.code, "2.000")


async def test_that_names_nothing_is_named(weighing, database):
    cheese, number = on_sale(database, unit="kg", plu=plu(database)), plu(database)
    known = {"barcode": cheese.plu, "quantity": "1"}
    for wrong in ({"barcode": number, "quantity": "1"}, {"barcode": gtin(database)}):
        invalid(await ask(weighing, database, known, known, wrong), "/lines/2/barcode")
    heavy = {"barcode": ean(f"281{cheese.plu}00312"), "quantity": "2"}
    invalid(await ask(weighing, database, known, heavy), "/lines/1/quantity")
