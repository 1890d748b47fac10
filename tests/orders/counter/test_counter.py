"""Sales at the counter: one call, and everything is as after a checkout, a payment and a hand-over."""


from tests.builders import (
    deposit,
    gtin,
    level_of,
    on_sale,
    value,
)
from tests.orders.counter.counting import line, opened, sell
from tests.orders.sales import read


class TestSale:
    async def test_is_invoiced_paid_and_taken_along(self, client, database):
        session = await opened(client, database)
        bottle = deposit(database, "0.25", vat_rate="0.1900")
        milk = on_sale(database, price="1.19", gtin=gtin(database), vat_rate="0.0700")
        cola = on_sale(database, price="2.00", deposit=bottle, vat_rate="0.1900")
        found = await sell(
            client,
            database,
            {"barcode": milk.gtin},
            line(cola, "2"),
            {"barcode": milk.gtin, "quantity": "2"},
            deposits_returned=[{"deposit": bottle.code, "quantity": "6"}],
            till=session["till"],
            payments=[{"method": "cash", "tendered": "10.00"}],
        )
        assert [
            (i["kind"], i["product"] or i["deposit"], i["quantity"], i["total"])
            for i in found["lines"]
        ] == [
            ("goods", milk.code, "3.000", "3.57"),
            ("goods", cola.code, "2.000", "4.00"),
            ("deposit", bottle.code, "2.000", "0.50"),
            ("deposit_return", bottle.code, "6.000", "-1.50"),
        ]
        assert found["total"] == "6.57"
        assert [(v["rate"], v["gross"], v["net"], v["vat"]) for v in found["vat"]] == [
            ("0.0700", "3.57", "3.34", "0.23"),
            ("0.1900", "3.00", "2.52", "0.48"),
        ]
        (paid,) = found["payments"]
        assert (paid["amount"], paid["tendered"], paid["change"]) == ("6.57", "10.00", "3.43")
        assert found["till"] == session["till"]
        assert found["number"].startswith(f"{session['till']}-")
        purchase = await read(client, database, {"id": found["purchase"]})
        assert (purchase["status"], purchase["contact_name"], purchase["due"]) == (
            "collected",
            None,
            "0.00",
        )
        assert purchase["vat"] == found["vat"]
        assert level_of(database, milk).on_hand == 7
        assert value(database, "SELECT count(*) FROM cart WHERE status = 'sale'") == 0
