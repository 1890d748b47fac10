"""Totals, against sums of our own: whatever is on offer, the price that is shown is the price that is charged."""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import pytest

from tests.builders import (
    brand,
    category,
    coupon,
    deposit,
    discount,
    filled_cart,
    insert,
    on_sale,
    rows,
)
from tests.orders.sales import check_out

CENT = Decimal("0.01")
TERMS: tuple[dict[str, Any], ...] = (
    {"rate": "0.3333"},
    {"rate": "0.0500"},
    {"rate": None, "amount": "0.50"},
    {"rate": None, "amount": "7.00"},
    {"rate": None, "buy": 3, "pay": 2},
    {"rate": None, "buy": 2, "pay": 1},
    {"rate": None, "buy": 2, "price": "3.49"},
    {"rate": None, "buy": 6, "price": "0.05"},
)


def rounded(amount: Decimal) -> Decimal:
    """Half up to the cent, and a cent at least."""
    return max(amount.quantize(CENT, ROUND_HALF_UP), CENT)


def unit_price(price: Decimal, discounts: list[Any]) -> Decimal:
    """Return the lowest price of a unit that any of them leaves."""
    prices = [price]
    prices += [rounded(price * (1 - each.rate)) for each in discounts if each.rate]
    prices += [max(price - each.amount, CENT) for each in discounts if each.amount]
    return min(prices)


def goods_total(sold: Any, quantity: Decimal, discounts: list[Any]) -> Decimal:
    """Return the least that any single discount makes of a line."""
    totals = [rounded(quantity * unit_price(sold.price, discounts))]
    for each in discounts:
        if each.buy and sold.unit == "piece":
            groups, over = divmod(quantity, each.buy)
            each_group = each.price or each.pay * sold.price
            totals.append(groups * each_group + over * sold.price)
    return min(totals)


class Shelf(NamedTuple):
    """Some products, and the discounts on each by its id."""

    products: list[Any]
    on: dict[int, list[Any]]


def shelf(database: Any, dice: random.Random) -> Shelf:
    """Return five products, below one category, under up to five discounts on this, their makers or themselves."""
    top = category(database)
    kinds, makers = [top, category(database, parent=top)], [brand(database), brand(database)]
    bottle = deposit(database, "0.15")
    made = []
    for _ in range(5):
        unit = dice.choice(["piece", "piece", "kg"])
        made.append(
            on_sale(
                database,
                stock=5000,
                price=dice.choice(["0.01", "0.02", "0.49", "1.99", "2.00", "19.90"]),
                unit=unit,
                category=dice.choice(kinds),
                brand=dice.choice([None, *makers]),
                deposit=dice.choice([None, bottle]) if unit == "piece" else None,
                vat_rate=dice.choice(["0.0700", "0.1900"]),
            )
        )
    on: dict[int, list[Any]] = {each.id: [] for each in made}
    for _ in range(dice.randrange(6)):
        kind, maker = dice.choice(kinds), dice.choice(makers)
        scopes = [
            (
                "categories",
                kind.code,
                {each.id for each in made if kind is top or each.category_id == kind.id},
            ),
            ("brands", maker.code, {each.id for each in made if each.brand_id == maker.id}),
            ("products", made[0].code, {made[0].id}),
        ]
        name, code, fit = dice.choice(scopes)
        terms: dict[str, Any] = {**dice.choice(TERMS), name: [code]}
        one = discount(database, **terms)
        for each in fit:
            on[each].append(one)
    return Shelf(made, on)


def quantity_of(sold: Any, dice: random.Random) -> Decimal:
    return Decimal(dice.randint(1, 13) if sold.unit == "piece" else dice.randint(1, 2500) / 1000)


async def cart_of(client: Any, cart: Any) -> Any:
    return (await client.get(f"/api/v1/carts/{cart.id}", headers=cart.headers)).json()


@pytest.mark.parametrize("seed", range(24))
class TestTotals:
    async def test_of_lists_carts_and_purchases(self, client, database, seed):
        """One unit costs the same wherever it is shown; lines and totals are those that one works out by hand."""
        dice = random.Random(seed)
        products, on = shelf(database, dice)
        top = (await client.get(f"/api/v1/products/{products[0].code}")).json()["category"]["code"]
        listed = await client.get("/api/v1/products", params={"category": top, "limit": 100})
        prices = {item["code"]: item["price"] for item in listed.json()["items"]}
        for sold in products:
            read = (await client.get(f"/api/v1/products/{sold.code}")).json()
            one = (await cart_of(client, filled_cart(database, (sold, 1))))["items"][0]
            expected = str(unit_price(sold.price, on[sold.id]))
            assert read["price"] == prices.get(sold.code, expected) == one["unit_price"] == expected
            assert one["total"] == expected

    async def test_do_not_depend_on_the_order_of_lines(self, client, database, seed):
        dice = random.Random(seed)
        products, on = shelf(database, dice)
        items = [(sold, quantity_of(sold, dice)) for sold in products]
        code = dice.choice([None, coupon(database, amount="3.00"), coupon(database, rate="0.1500")])
        made = []
        for order in (items, items[::-1]):
            cart = filled_cart(database, *order)
            if code:
                rows(
                    database,
                    "UPDATE cart SET coupon_id = %(code)s WHERE id = %(id)s",
                    code=code.id,
                    id=cart.id,
                )
            shown = await cart_of(client, cart)
            phone = f"+48 22 {cart.id.int % 10**9:09}"
            bought = await check_out(
                client, cart, contact_phone=phone, expected_total=shown["total"]
            )
            assert bought.status_code == 201, bought.text
            made.append((shown, bought.json()))
        (first, sold_first), (second, sold_second) = made
        assert first["total"] == second["total"] == sold_first["total"] == sold_second["total"]
        assert sold_first["vat"] == sold_second["vat"] == first["vat"]
        goods = {line["product"]: line for line in sold_first["lines"] if line["kind"] == "goods"}
        for (each, quantity), item in zip(items, first["items"], strict=True):
            expected = goods_total(each, quantity, on[each.id])
            line = goods[each.code]
            assert item["total"] == str(expected)
            assert Decimal(line["total"]) + Decimal(line["coupon_reduction"]) == expected
            assert Decimal(line["total"]) >= CENT
        reduced = Decimal((first["coupon"] or {"reduction": "0.00"})["reduction"])
        assert sum(Decimal(line["coupon_reduction"]) for line in goods.values()) == reduced
        assert sum(Decimal(line["total"]) for line in sold_first["lines"]) == Decimal(
            sold_first["total"]
        )


async def test_a_printed_label_charges_what_it_prints(client, database):
    """Whatever is on offer since it was printed."""
    sold = on_sale(database, price="2.00", discount=discount(database, None, buy=2, pay=1))
    cart = filled_cart(database, (sold, 2))
    label = {"cart_id": cart.id, "product_id": sold.id, "quantity": 2, "label_price": "3.90"}
    insert(database, "cart_item", **label)
    shown = await cart_of(client, cart)
    assert [item["total"] for item in shown["items"]] == ["2.00", "3.90"]
    bought = await check_out(client, cart, expected_total="5.90")
    assert [line["total"] for line in bought.json()["lines"]] == ["2.00", "3.90"]
