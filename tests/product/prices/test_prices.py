"""List prices over time: what was, what is to come, and the lowest before a reduction."""

from datetime import timedelta

import httpx
import pytest

from app.factory import create_app, create_asgi_app
from tests.builders import as_clerk, as_customer, discount, product, rows, today, unique
from tests.builders.rows import insert
from tests.support.asgi import running

TOMORROW = timedelta(days=1)


def url_of(sold):
    return f"/api/v1/products/{sold.code}/prices"


def planned(*pairs):
    return {"coming": [{"starts_on": str(day), "list_price": price} for day, price in pairs]}


async def prices(client, database, sold):
    return (await client.get(url_of(sold), headers=as_clerk(database))).json()


class TestPlan:
    async def test_anonymous_forbidden_and_missing(self, client, database):
        url = url_of(product(database))
        for method in (client.get, lambda url, **more: client.put(url, json=planned(), **more)):
            assert (await method(url)).status_code == 401
            assert (await method(url, headers=as_customer(database))).status_code == 403
            answer = await method(f"/api/v1/products/{unique()}/prices", headers=as_clerk(database))
            assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/coming"),
            (planned(("2020-01-01", "1.00")), "/coming/0/starts_on"),
            (planned(("2999-01-01", "1.00"), ("2999-01-01", "2.00")), "/coming/1/starts_on"),
            (planned(("2999-01-01", "0.00")), "/coming/0/list_price"),
            (planned(*[(f"2999-01-{day:02}", "1.00") for day in range(1, 22)]), "/coming"),
        ],
    )
    async def test_invalid(self, client, database, body, pointer):
        answer = await client.put(url_of(product(database)), json=body, headers=as_clerk(database))
        found = [error["pointer"] for error in answer.json()["errors"]]
        assert (answer.status_code, found) == (422, [pointer])

    async def test_replaces_what_was_to_come_and_says_who(self, client, database):
        sold, day = product(database), today(database) + TOMORROW
        first, second = as_clerk(database), as_clerk(database)
        body = planned((day, "3.00"), (day + TOMORROW, "4.00"))
        made = (await client.put(url_of(sold), json=body, headers=first)).json()
        assert [(each["starts_on"], each["list_price"]) for each in made["coming"]] == [
            (str(day), "3.00"),
            (str(day + TOMORROW), "4.00"),
        ]
        body = planned((day, "3.00"), (day + 2 * TOMORROW, "5.00"))
        made = (await client.put(url_of(sold), json=body, headers=second)).json()
        assert [each["list_price"] for each in made["coming"]] == ["3.00", "5.00"]
        # What stays is his who said it.
        assert made["coming"][0]["by"] != made["coming"][1]["by"]
        assert await prices(client, database, sold) == made
        assert made["list_price"] == "2.00"

    async def test_leaves_a_price_whose_day_has_come(self, client, database):
        sold, headers = product(database), as_clerk(database)
        await client.get(url_of(sold), headers=headers)
        insert(database, "coming_price", product_id=sold.id, starts_on=today(database), price=3)
        await client.put(url_of(sold), json=planned(("2999-01-01", "4.00")), headers=headers)
        rows(database, "SELECT begin_day(999)")
        found = await prices(client, database, sold)
        assert (found["list_price"], len(found["coming"])) == ("3.00", 1)


class TestFormer:
    async def test_says_until_when_and_who_changed_it(self, client, database):
        sold, headers = product(database), as_clerk(database)
        for price in ("2.50", "2.50", "3.00"):
            await client.patch(
                f"/api/v1/products/{sold.code}", json={"list_price": price}, headers=headers
            )
        # Another discount is another row, and no other list price.
        discount(database, products=[sold.code])
        rows(database, "UPDATE product SET price = 4 WHERE id = %(id)s", id=sold.id)
        found = await prices(client, database, sold)
        assert found["list_price"] == "4.00"
        assert [each["list_price"] for each in found["former"]] == ["3.00", "2.50", "2.00"]
        assert found["former"][0]["by"] is None
        assert found["former"][1]["by"] == found["former"][2]["by"] is not None


def as_if(database, sold, **ago):
    """Have a product, and all that is known of it, be so old, and its discounts too."""
    rows(
        database,
        """
        UPDATE product SET created_at = created_at - %(ago)s WHERE id = %(id)s;
        UPDATE former_price SET until = until - %(ago)s WHERE product_id = %(id)s;
        UPDATE former_discount SET until = until - %(ago)s WHERE discount_id IN (
            SELECT unnest(discounts) FROM product p JOIN discount_set s ON s.id = p.discount_set WHERE p.id = %(id)s);
        """,
        id=sold.id,
        ago=timedelta(**ago),
    )


def set_price(database, sold, price):
    rows(
        database, "UPDATE product SET price = %(price)s WHERE id = %(id)s", id=sold.id, price=price
    )


class TestPriorPrice:
    async def prior(self, client, sold):
        return (await client.get(f"/api/v1/products/{sold.code}")).json()["discount"]["prior_price"]

    async def test_is_the_lowest_of_thirty_days_before_it_began(self, client, database):
        sold = product(database, "1.00")
        as_if(database, sold, days=20)
        # 1.00 until 45 days ago, then 2.00, 1.50 for a week, 3.00 since.
        for price, days in (("2.00", 20), ("1.50", 7), ("3.00", 18)):
            set_price(database, sold, price)
            as_if(database, sold, days=days)
        discount(database, "0.5000", products=[sold.code])
        assert await self.prior(client, sold) == "1.50"
        listed = await client.get("/api/v1/products", params={"q": sold.code})
        # The pieces of a code may begin words of others too.
        item = next(each for each in listed.json()["items"] if each["code"] == sold.code)
        assert (item["price"], item["discount"]["prior_price"]) == ("1.50", "1.50")

    async def test_a_later_price_or_the_reduction_itself_is_none_of_them(self, client, database):
        sold = product(database, "3.00")
        as_if(database, sold, days=50)
        discount(database, "0.1000", products=[sold.code])
        as_if(database, sold, days=10)
        set_price(database, sold, "2.00")
        assert await self.prior(client, sold) == "3.00"

    async def test_an_earlier_reduction_is_one_of_them(self, client, database):
        sold, now = product(database, "3.00"), today(database)
        as_if(database, sold, days=90)
        discount(
            database, None, amount="1.00", products=[sold.code],
            starts_on=now - timedelta(days=12), ends_on=now + timedelta(days=30),
        )  # fmt: skip
        as_if(database, sold, days=12)
        # A lower rate a week ago, and a better one now: each is a new reduction.
        rate = discount(database, "0.5000", products=[sold.code], starts_on=now)
        assert await self.prior(client, sold) == "2.00"
        rows(database, "UPDATE discount SET rate = 0.6 WHERE id = %(id)s", id=rate.id)
        assert await self.prior(client, sold) == "1.50"

    async def test_one_that_was_switched_off_or_on_other_weekdays_reduced_nothing(
        self, client, database
    ):
        sold, now = product(database, "3.00"), today(database)
        as_if(database, sold, days=90)
        off = discount(database, "0.9000", products=[sold.code], active=False)
        other = [(now + timedelta(days=1)).strftime("%A").lower()]
        discount(database, "0.8000", products=[sold.code], weekdays=other, starts_on=now)
        assert off
        discount(database, "0.5000", products=[sold.code], starts_on=now)
        assert await self.prior(client, sold) == "3.00"

    async def test_an_earlier_one_is_one_of_them_though_it_was_deleted(self, client, database):
        sold, kind = product(database, "3.00"), unique("week")
        as_if(database, sold, days=90)
        discount(database, None, amount="2.00", products=[sold.code], code=kind)
        as_if(database, sold, days=5)
        assert (await client.get(f"/api/v1/products/{sold.code}")).json()["price"] == "1.00"
        url = f"/api/v1/discounts/{kind}"
        assert (await client.delete(url, headers=as_clerk(database))).status_code == 204
        as_if(database, sold, days=5)
        discount(database, "0.1000", products=[sold.code])
        assert await self.prior(client, sold) == "1.00"

    async def test_one_that_goes_on_for_longer_is_the_same(self, client, database):
        sold, now = product(database, "3.00"), today(database)
        as_if(database, sold, days=90)
        made = discount(database, "0.1000", products=[sold.code], ends_on=now + TOMORROW)
        as_if(database, sold, days=10)
        url = f"/api/v1/discounts/{made.code}"
        for change in ({"ends_on": None}, {"name": "Longer"}, {"ends_on": str(now)}):
            answer = await client.patch(url, json=change, headers=as_clerk(database))
            assert answer.status_code == 200
            assert await self.prior(client, sold) == "3.00"

    async def test_a_weekday_begins_it_anew(self, client, database):
        """Fridays at half the price: the last Friday is one of the thirty days before this one."""
        sold, now = product(database, "3.00"), today(database)
        as_if(database, sold, days=90)
        day = now.strftime("%A").lower()
        discount(
            database,
            "0.5000",
            products=[sold.code],
            weekdays=[day],
            starts_on=now - timedelta(days=60),
        )
        as_if(database, sold, days=60)
        assert await self.prior(client, sold) == "1.50"

    async def test_of_two_changes_at_once_the_last_one_made_the_price(self, client, database):
        sold = product(database, "3.00")
        as_if(database, sold, days=10)
        # In one transaction: what stood between was nobody's price.
        rows(
            database,
            "UPDATE product SET price = 1 WHERE id = %(id)s; UPDATE product SET price = 4 WHERE id = %(id)s",
            id=sold.id,
        )
        as_if(database, sold, days=5)
        discount(database, "0.5000", products=[sold.code])
        assert await self.prior(client, sold) == "3.00"

    async def test_of_what_was_not_sold_before_there_is_none(self, client, database):
        made = discount(database)
        assert await self.prior(client, product(database, discount=made)) is None


class TestDaybreak:
    async def test_the_first_request_of_a_day_has_its_prices(self, database, make_settings):
        sold = product(database, "2.00")
        rows(
            database,
            "INSERT INTO coming_price (product_id, starts_on, price) VALUES (%(id)s, %(day)s, 3)",
            id=sold.id,
            day=today(database),
        )
        async with running(create_asgi_app(create_app(make_settings()))) as started:
            transport = httpx.ASGITransport(app=started)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://shop.test"
            ) as client:
                first = await client.get(f"/api/v1/products/{sold.code}")
        assert first.json()["price"] == "3.00"
