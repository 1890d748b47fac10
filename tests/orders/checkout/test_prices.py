"""What a checkout charges: prices, totals and VAT, as the cart showed them."""

from datetime import timedelta
from decimal import Decimal

from app.orders.purchases.schemas import Purchase
from tests.builders import discount, filled_cart, level_of, on_sale, rows
from tests.orders.sales import check_out, conflict


class TestPrices:
    async def test_freezes_what_was_sold_at_the_databases_prices(self, client, database):
        rate = discount(database, "0.15")
        ham = on_sale(
            database, unit="kg", price="19.99", vat_rate="0.0500", discount=rate, name="Ham"
        )
        milk = on_sale(database, price="1.19", vat_rate="0.2300")
        cart = filled_cart(database, (ham, "0.357"), (milk, 3))
        answer = await check_out(client, cart)
        assert answer.status_code == 201
        made = Purchase.model_validate_json(answer.content)
        assert answer.headers["Location"] == f"/api/v1/purchases/{made.id}"
        first, second = made.lines
        assert (first.product, first.name, first.unit) == (ham.code, "Ham", "kg")
        assert (first.list_price, first.discount_rate) == (Decimal("19.99"), Decimal("0.15"))
        # 19.99 * 0.85 = 16.9915; 16.99 * 0.357 = 6.06543; 6.07 / 1.05 = 5.7809…
        assert (first.unit_price, first.total, first.vat_amount) == (
            Decimal("16.99"),
            Decimal("6.07"),
            Decimal("0.29"),
        )
        assert (second.total, second.vat_amount) == (Decimal("3.57"), Decimal("0.67"))
        assert (made.total, made.vat_total, made.due) == (
            Decimal("9.64"),
            Decimal("0.96"),
            Decimal("9.64"),
        )
        assert [(each.rate, each.gross, each.net, each.vat) for each in made.vat] == [
            (Decimal("0.05"), Decimal("6.07"), Decimal("5.78"), Decimal("0.29")),
            (Decimal("0.23"), Decimal("3.57"), Decimal("2.90"), Decimal("0.67")),
        ]
        assert (made.status, made.paid, made.refunded) == ("placed", 0, 0)
        assert made.pay_by - made.placed_at == timedelta(minutes=30)

        rows(
            database,
            "UPDATE product SET price = 99, name = 'Other', vat_rate = 0 WHERE id = %(id)s",
            id=ham.id,
        )
        again = await client.get(answer.headers["Location"], headers=cart.headers)
        assert again.json() == answer.json()

    async def test_vat_is_worked_out_by_rate_and_the_lines_have_their_part(self, client, database):
        eggs = [on_sale(database, price="1.19", vat_rate="0.0700") for _ in range(3)]
        bag = on_sale(database, price="0.20", vat_rate="0.1900")
        cart = filled_cart(database, (eggs[0], 1), (bag, 1), (eggs[1], 1), (eggs[2], 1))
        shown = (await client.get(f"/api/v1/carts/{cart.id}", headers=cart.headers)).json()
        made = (await check_out(client, cart)).json()
        # For each line alone it would be 0.08 three times. 7⅔ cents each: the first two get the cents.
        seven = {"rate": "0.0700", "gross": "3.57", "net": "3.34", "vat": "0.23"}
        nineteen = {"rate": "0.1900", "gross": "0.20", "net": "0.17", "vat": "0.03"}
        assert made["vat"] == shown["vat"] == [seven, nineteen]
        assert made["vat_total"] == shown["vat_total"] == "0.26"
        parts = [(line["product"], line["vat_amount"]) for line in made["lines"]]
        assert parts == [
            (eggs[0].code, "0.08"),
            (bag.code, "0.03"),
            (eggs[1].code, "0.08"),
            (eggs[2].code, "0.07"),
        ]

    async def test_costs_what_the_cart_said(self, client, database):
        cart = filled_cart(
            database, (on_sale(database, unit="kg", price="3.33"), "0.150"), (on_sale(database), 3)
        )
        shown = (await client.get(f"/api/v1/carts/{cart.id}", headers=cart.headers)).json()
        made = await check_out(client, cart, expected_total=shown["total"])
        assert made.status_code == 201
        assert made.json()["total"] == shown["total"] == "8.00"

    async def test_what_costs_anything_costs_a_cent(self, client, database):
        vanilla = on_sale(database, unit="litre", price="2.40")
        bag = on_sale(database, price="0.01", discount=discount(database, "0.60"))
        cart = filled_cart(database, (vanilla, "0.002"), (bag, 3))
        shown = (await client.get(f"/api/v1/carts/{cart.id}", headers=cart.headers)).json()
        assert [item["total"] for item in shown["items"]] == ["0.01", "0.03"]
        made = (await check_out(client, cart, expected_total=shown["total"])).json()
        lines = [(line["unit_price"], line["total"]) for line in made["lines"]]
        assert lines == [("2.40", "0.01"), ("0.01", "0.03")]
        assert made["total"] == made["due"] == shown["total"] == "0.04"
        listed = (await client.get(f"/api/v1/products/{bag.code}")).json()
        assert listed["price"] == "0.01"

    async def test_a_changed_total_is_refused_with_the_new_one(self, client, database):
        milk = on_sale(database, price="2.00")
        cart = filled_cart(database, (milk, 2))
        rows(database, "UPDATE product SET price = 2.10 WHERE id = %(id)s", id=milk.id)
        problem = conflict(await check_out(client, cart, expected_total="4.00"), "price_changed")
        assert problem["total"] == "4.20"
        assert level_of(database, milk).allocated == 0
        assert (await check_out(client, cart, expected_total="4.2")).status_code == 201

    async def test_more_money_than_can_be_stored_is_refused(self, client, database):
        gold = on_sale(database, price="9999999999.99", stock=999)
        answer = await check_out(client, filled_cart(database, (gold, 999)))
        assert answer.status_code == 422
        assert level_of(database, gold).allocated == 0
