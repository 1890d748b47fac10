"""What discounts take off, from what, and when: the best single one, in lists as in carts."""

from datetime import timedelta

import pytest

from tests.builders import (
    as_clerk,
    brand,
    category,
    discount,
    filled_cart,
    on_sale,
    product,
    rows,
    today,
    unique,
    value,
)

DISCOUNTS = "/api/v1/discounts"
ALL_WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


async def read(client, sold):
    return (await client.get(f"/api/v1/products/{sold.code}")).json()


async def price_of(client, sold):
    return (await read(client, sold))["price"]


async def line_of(client, database, sold, quantity):
    cart = filled_cart(database, (sold, quantity))
    shown = (await client.get(f"/api/v1/carts/{cart.id}", headers=cart.headers)).json()
    return shown["items"][0]


class TestTerms:
    @pytest.mark.parametrize(
        ("price", "amount", "left"),
        [("2.00", "0.50", "1.50"), ("0.30", "0.50", "0.01"), ("0.01", "9", "0.01")],
    )
    async def test_an_amount_leaves_a_cent_at_least(self, client, database, price, amount, left):
        sold = product(database, price, discount=discount(database, None, amount=amount))
        found = await read(client, sold)
        assert (found["price"], found["list_price"]) == (left, price)
        assert (found["discount"]["rate"], float(found["discount"]["amount"])) == (
            None,
            float(amount),
        )

    @pytest.mark.parametrize(
        ("terms", "quantity", "total"),
        [
            ({"buy": 3, "pay": 2}, 2, "4.00"),
            ({"buy": 3, "pay": 2}, 3, "4.00"),
            ({"buy": 3, "pay": 2}, 7, "10.00"),
            ({"buy": 3, "price": "5.00"}, 3, "5.00"),
            ({"buy": 3, "price": "5.00"}, 8, "14.00"),
            # Dearer than without: then it is not applied.
            ({"buy": 3, "price": "6.50"}, 3, "6.00"),
        ],
    )
    async def test_a_multibuy_is_of_so_many_pieces_of_one_product(
        self, client, database, terms, quantity, total
    ):
        made = discount(database, None, **terms)
        sold = on_sale(database, price="2.00", stock=50, discount=made)
        item = await line_of(client, database, sold, quantity)
        applied = None if item["total"] == f"{2 * quantity}.00" else made.code
        assert (item["total"], item["unit_price"], item["list_price"]) == (total, "2.00", "2.00")
        assert (item["discount"] or {}).get("code") == applied
        found = await read(client, sold)
        assert (found["price"], found["discount"]) == ("2.00", None)
        (shown,) = found["multibuys"]
        assert (shown["code"], shown["buy"], shown["pay"], shown["price"]) == (
            made.code, made.buy, made.pay, None if made.price is None else str(made.price),
        )  # fmt: skip

    async def test_a_multibuy_is_of_pieces_alone(self, client, database):
        made = discount(database, None, buy=2, pay=1)
        sold = on_sale(database, price="2.00", stock=50, unit="kg", discount=made)
        assert (await line_of(client, database, sold, 4))["total"] == "8.00"
        assert (await read(client, sold))["multibuys"] == []


class TestBest:
    async def test_one_alone_is_applied_whichever_takes_off_most(self, client, database):
        kind = category(database)
        made = {
            "rate": discount(database, "0.2000", categories=[kind.code]),
            "amount": discount(database, None, amount="0.50", categories=[kind.code]),
            "three": discount(database, None, buy=3, pay=2, categories=[kind.code]),
        }
        cheap, dear = (
            on_sale(database, price=price, stock=9, category=kind) for price in ("2.00", "5.00")
        )
        found = [(await read(client, sold))["discount"]["code"] for sold in (cheap, dear)]
        assert found == [made["amount"].code, made["rate"].code]
        two = await line_of(client, database, cheap, 2)
        # 3 × 1.50 = 4.50, two of three 4.00.
        three = await line_of(client, database, cheap, 3)
        assert (two["total"], two["discount"]["code"]) == ("3.00", made["amount"].code)
        assert (three["total"], three["discount"]["code"]) == ("4.00", made["three"].code)

    async def test_of_those_that_take_off_as_much_the_first_one(self, client, database):
        kind = category(database)
        first = discount(database, None, amount="0.40", categories=[kind.code])
        discount(database, "0.2000", categories=[kind.code])
        sold = product(database, "2.00", category=kind)
        assert (await read(client, sold))["discount"]["code"] == first.code

    async def test_a_purchase_keeps_what_it_was_charged_by(self, client, database):
        made = discount(database, None, buy=2, price="3.00", name="Two for three")
        cart = filled_cart(database, (on_sale(database, price="2.00", discount=made), 3))
        body = {
            "contact_name": "Ada",
            "contact_phone": "+48 22 555 01 10",
            "expected_total": "5.00",
        }
        bought = await client.post(
            f"/api/v1/carts/{cart.id}/checkout", json=body, headers=cart.headers
        )
        assert bought.status_code == 201
        rows(
            database, "UPDATE discount SET name = 'Other', price = 9 WHERE id = %(id)s", id=made.id
        )
        again = await client.get(bought.headers["Location"], headers=cart.headers)
        (line,) = again.json()["lines"]
        assert (line["total"], line["unit_price"], line["discount_rate"]) == (
            "5.00",
            "2.00",
            "0.0000",
        )
        assert line["discount"] == {
            "code": made.code, "name": "Two for three", "rate": None, "amount": None, "buy": 2, "pay": None, "price": "3.00",
        }  # fmt: skip


class TestDays:
    async def test_weekdays(self, client, database):
        runs, rests = ([], [])
        day = today(database).isoweekday() - 1
        made = discount(database, "0.5000", weekdays=[ALL_WEEK[day]])
        other = discount(
            database, "0.5000", weekdays=[each for each in ALL_WEEK if each != ALL_WEEK[day]]
        )
        runs, rests = product(database, discount=made), product(database, discount=other)
        assert await price_of(client, runs) == "1.00"
        assert await price_of(client, rests) == "2.00"

    async def test_one_that_ends_makes_room_for_the_next_by_itself(self, client, database):
        """Whether `tidy` ran or not: what a product may have holds those of days to come."""
        kind, now = category(database), today(database)
        long_ago = now - timedelta(days=9)
        ended = discount(database, "0.9000", categories=[kind.code])
        discount(database, "0.5000", categories=[kind.code], starts_on=now)
        discount(database, "0.8000", categories=[kind.code], starts_on=now + timedelta(days=1))
        sold = product(database, category=kind)
        rows(
            database,
            "ALTER TABLE discount DISABLE TRIGGER discount_follow;"
            "UPDATE discount SET ends_on = %(day)s, starts_on = %(day)s WHERE id = %(id)s;"
            "ALTER TABLE discount ENABLE TRIGGER discount_follow",
            id=ended.id,
            day=long_ago,
        )
        assert await price_of(client, sold) == "1.00"


class TestOn:
    async def test_products_that_come_and_go(self, client, database):
        """By its own code, its brand, its category and what this lies below, whatever of it changes."""
        headers, top = as_clerk(database), category(database)
        below, elsewhere, maker = (
            category(database, parent=top),
            category(database),
            brand(database),
        )
        sold = product(database, "2.00", category=elsewhere)
        url = f"/api/v1/products/{sold.code}"
        for terms, change, back in (
            ({"categories": [top.code]}, {"category": below.code}, {"category": elsewhere.code}),
            ({"brands": [maker.code]}, {"brand": maker.code}, {"brand": None}),
        ):
            discount(database, "0.5000", **terms)
            assert await price_of(client, sold) == "2.00"
            await client.patch(url, json=change, headers=headers)
            assert await price_of(client, sold) == "1.00"
            await client.patch(url, json=back, headers=headers)
            assert await price_of(client, sold) == "2.00"
        discount(database, "0.5000", products=[sold.code])
        assert await price_of(client, sold) == "1.00"

    async def test_changes_of_the_discount(self, client, database):
        headers, (first, second) = as_clerk(database), (product(database), product(database))
        body = {
            "code": unique(),
            "name": "Week",
            "rate": "0.5",
            "starts_on": "2020-01-01",
            "products": [first.code],
        }
        assert (await client.post(DISCOUNTS, json=body, headers=headers)).status_code == 201
        url = f"{DISCOUNTS}/{body['code']}"
        versions = (await read(client, first))["version"]

        async def prices():
            return [await price_of(client, sold) for sold in (first, second)]

        assert await prices() == ["1.00", "2.00"]
        await client.patch(url, json={"products": [second.code]}, headers=headers)
        assert await prices() == ["2.00", "1.00"]
        await client.patch(url, json={"active": False}, headers=headers)
        assert await prices() == ["2.00", "2.00"]
        await client.patch(url, json={"active": True}, headers=headers)
        assert await prices() == ["2.00", "1.00"]
        assert (await client.delete(url, headers=headers)).status_code == 204
        assert await prices() == ["2.00", "2.00"]
        # A discount is no change of the product: who edits it meanwhile is not turned away.
        assert (await read(client, first))["version"] == versions

    async def test_a_category_that_is_moved_takes_its_products_along(self, client, database):
        headers, top, moved = as_clerk(database), category(database), category(database)
        sold = product(database, category=category(database, parent=moved))
        discount(database, "0.5000", categories=[top.code])
        assert await price_of(client, sold) == "2.00"
        url = f"/api/v1/categories/{moved.code}"
        await client.patch(url, json={"parent": top.code}, headers=headers)
        assert await price_of(client, sold) == "1.00"
        await client.patch(url, json={"parent": None}, headers=headers)
        assert await price_of(client, sold) == "2.00"

    async def test_very_many_products_follow_within_the_request(self, client, database):
        kind = category(database)
        rows(
            database,
            "INSERT INTO product (code, name, category_id, unit, price, vat_rate)"
            " SELECT %(code)s || n, 'Nail', %(kind)s, 'piece', 2, 0 FROM generate_series(1, 2500) n",
            kind=kind.id,
            code=unique(),
        )
        body = {
            "code": unique(),
            "name": "All",
            "rate": "0.5",
            "starts_on": "2020-01-01",
            "categories": [kind.code],
        }
        await client.post(DISCOUNTS, json=body, headers=as_clerk(database))
        query = {"category": kind.code, "max_price": "1.00", "limit": 1}
        assert (await client.get("/api/v1/products", params=query)).json()["items"]
        count = "SELECT count(*) FROM product p JOIN offer o ON o.product_id = p.id WHERE category_id = %(kind)s AND o.unit_price = 1"
        assert value(database, count, kind=kind.id) == 2500


class TestPreview:
    async def test_anonymous_and_missing(self, client, database):
        assert (await client.get(f"{DISCOUNTS}/x/preview")).status_code == 401
        answer = await client.get(f"{DISCOUNTS}/{unique()}/preview", headers=as_clerk(database))
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("terms", "expected"),
        [
            ({"rate": "0.6"}, [("1.000", "1.00", "0.80"), ("1.000", "1.00", "0.80")]),
            ({"amount": "0.30"}, [("1.000", "1.00", "1.00"), ("1.000", "1.00", "1.00")]),
            ({"buy": 4, "price": "1.50"}, [("4.000", "4.00", "1.50"), ("4.000", "4.00", "4.00")]),
        ],
    )
    @pytest.mark.parametrize("starts_on", ["2020-01-01", "2999-01-01"])
    async def test_shows_prices_without_it_and_with_it(
        self, client, database, terms, expected, starts_on
    ):
        kind = category(database)
        discount(database, "0.5000", categories=[kind.code])
        apples = product(database, "2.00", category=kind, name="Apples")
        pears = product(database, "2.00", category=kind, name="Pears", unit="kg")
        product(database, "2.00", category=kind, active=False)
        seen = discount(
            database, **{"rate": None, **terms}, categories=[kind.code], starts_on=starts_on
        )
        url = f"{DISCOUNTS}/{seen.code}/preview"
        found = (await client.get(url, headers=as_clerk(database))).json()
        assert (found["count"], found["more"]) == (2, False)
        assert [item["product"] for item in found["items"]] == [apples.code, pears.code]
        assert [(i["quantity"], i["total"], i["total_with"]) for i in found["items"]] == expected

    async def test_of_nothing(self, client, database):
        url = f"{DISCOUNTS}/{discount(database).code}/preview"
        answer = await client.get(url, headers=as_clerk(database))
        assert answer.json() == {"count": 0, "more": False, "items": []}
