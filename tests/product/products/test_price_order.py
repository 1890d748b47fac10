"""Lists by today's prices, which discounts make anew each day: merged from indexes on list prices, they are exact."""

import random
from contextlib import closing
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.web import Invalid
from app.product.products.listing import Wanted, listing
from tests.builders import brand, category, discount, product, rows, stocked, value
from tests.product.products.test_product_list import walk

CENT = Decimal("0.01")
LONG_AGO = date(2020, 1, 2)


def reduced(price, rate, amount=Decimal(0)):
    """Return what a rate or an amount leaves of a price, as people round; a cent at least of what is not free."""
    off = min((price * (1 - rate)).quantize(CENT, ROUND_HALF_UP), price - amount)
    return max(off, min(price, CENT))


@pytest.fixture(scope="module")
def aisle(database):
    """A category of three with products of two brands, at few prices, under discounts that run and that do not."""
    top = category(database)
    kinds = [top, category(database, parent=top), category(database, parent=top)]
    makers = [brand(database), brand(database)]
    # Discounts with what they take off today: a rate, or an amount.
    none = Decimal(0)
    cuts = [(None, none, none)]
    cuts += [
        (discount(database, rate), Decimal(rate), none)
        for rate in ("0.6000", "0.5000", "0.3333", "0.0100")
    ]
    cuts += [
        (discount(database, None, amount=amount), none, Decimal(amount))
        for amount in ("0.97", "2.50")
    ]
    cuts.append((discount(database, "0.9000", ends_on=LONG_AGO), none, none))
    cuts.append((discount(database, "0.9000", active=False), none, none))
    # And one more on whatever is of the second maker, beside these.
    beside = Decimal("0.99")
    discount(database, None, amount=beside, brands=[makers[1].code])
    dice, made = random.Random(5), []
    for number in range(160):
        price = Decimal(dice.choice(["0.01", "0.02", "1.00", "1.01", "1.98", "2.00", "3.00"]))
        (cut, rate, amount), maker = dice.choice(cuts), dice.choice(makers)
        amount, active = max(amount, beside if maker is makers[1] else none), number % 10 > 0
        row = product(
            database,
            price,
            brand=maker,
            category=dice.choice(kinds),
            discount=cut,
            active=active,
        )
        made.append((reduced(price, rate, amount), price, row.id, row.code, maker.code, active))
    return top, makers, sorted(made)


class TestByPrice:
    @pytest.mark.parametrize("sort", ["price", "-price"])
    @pytest.mark.parametrize("limit", [1, 7, 100])
    @pytest.mark.parametrize(
        "between",
        [
            (None, None),
            ("1.01", None),
            (None, "1.98"),
            ("1.00", "2.00"),
            ("1.33", "1.34"),
            ("0.01", "0.01"),
        ],
    )
    async def test_every_page_is_right(self, client, aisle, sort, limit, between):
        top, makers, made = aisle
        lowest, highest = between
        for maker in (None, makers[0]):
            for active in (True, False):
                query = {
                    "category": top.code,
                    "sort": sort,
                    "limit": limit,
                    "active": str(active).lower(),
                }
                query |= {"min_price": lowest} if lowest else {}
                query |= {"max_price": highest} if highest else {}
                query |= {"brand": maker.code} if maker else {}
                expected = [
                    (code, price)
                    for price, _, _, code, its_maker, its_active in made
                    if its_active == active
                    and (maker is None or its_maker == maker.code)
                    and Decimal(lowest or 0) <= price <= Decimal(highest or 99)
                ]
                found = [
                    (item["code"], Decimal(item["price"])) for item in await walk(client, **query)
                ]
                assert found == (expected if sort == "price" else expected[::-1])

    async def test_prices_in_another_order_find_the_same(self, client, aisle):
        top, _, made = aisle
        wanted = {code for price, _, _, code, _, active in made if active and 1 <= price <= 2}
        for sort in ("name", "newest"):
            query = {"category": top.code, "min_price": "1.00", "max_price": "2.00", "limit": 9}
            assert {item["code"] for item in await walk(client, **query, sort=sort)} == wanted


# What workers ask for, and what those of the version before do.
LEAVES = ("price_off(%(p)s, %(r)s, NULL)", "reduced_price(%(p)s, %(r)s)")


class TestFunctions:
    @pytest.mark.parametrize("function", LEAVES)
    @pytest.mark.parametrize(
        ("price", "rate", "left"),
        [
            ("0.01", "0.6000", "0.01"),
            ("0.40", "0.9999", "0.01"),
            ("0.01", "0.0001", "0.01"),
            ("0.50", "0.9900", "0.01"),  # half up
            ("0.00", "0.6000", "0.00"),
        ],
    )
    def test_a_discount_leaves_a_cent_of_what_is_not_free(
        self, database, price, rate, left, function
    ):
        query = f"SELECT {function}"
        assert str(value(database, query, p=Decimal(price), r=Decimal(rate))) == left

    @pytest.mark.parametrize("function", LEAVES)
    def test_no_discount_is_no_price(self, database, function):
        assert value(database, f"SELECT {function}", p=1, r=None) is None

    @pytest.mark.parametrize("function", LEAVES)
    @given(st.integers(0, 10**6), st.integers(0, 9999))
    def test_what_is_left_is_as_people_round(self, database, function, cents, rate):
        price, part = Decimal(cents).scaleb(-2), Decimal(rate).scaleb(-4)
        found = value(database, f"SELECT {function}", p=price, r=part)
        assert found == reduced(price, part) <= price

    @given(st.integers(0, 10**6), st.integers(0, 9999), st.integers(0, 10**6))
    def test_of_a_rate_and_an_amount_the_one_counts_that_takes_off_more(
        self, database, cents, rate, off
    ):
        price, part, amount = (
            Decimal(number).scaleb(-places) for number, places in ((cents, 2), (rate, 4), (off, 2))
        )
        query = "SELECT price_off(%(p)s, %(r)s, %(a)s)"
        assert value(database, query, p=price, r=part, a=amount) == reduced(price, part, amount)

    @pytest.mark.parametrize(
        ("amounts", "least", "leaves"),
        [
            ("NULL", "list_price_from(t, rate)", "reduced_price({}, rate)"),
            ("NULL", "list_price_of(t, rate, amount)", "price_off({}, rate, amount)"),
            ("0.01, 0.5, 3", "list_price_of(t, rate, amount)", "price_off({}, rate, amount)"),
            ("0.01, 0.5, 3", "list_price_of(t, NULL, amount)", "price_off({}, NULL, amount)"),
        ],
    )
    def test_the_lowest_list_price_is_exact(self, fresh_database, amounts, least, leaves):
        """For every price up to ten, and rates that are hard on rounding: it comes to the price, one cent less does not."""
        with (
            closing(psycopg2.connect(fresh_database.app_url)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"""
                SELECT t, rate, p FROM generate_series(0.01, 10.00, 0.01) t
                CROSS JOIN unnest(ARRAY[0, 0.0001, 0.0050, 0.1, 0.15, 0.25, 0.3333, 0.5, 0.6, 0.6667, 0.9, 0.9999]) rate
                CROSS JOIN unnest(ARRAY[{amounts}]::numeric[]) amount
                CROSS JOIN LATERAL (SELECT {least} AS p) least
                WHERE {leaves.format("p")} < t OR {leaves.format("p - 0.01")} >= t OR p <> round(p, 2)
                """
            )
            assert cursor.fetchall() == []

    async def test_an_answer_says_what_the_views_say_that_sales_go_by(
        self, client, database, aisle
    ):
        top, _, _ = aisle
        stocked(database, product(database, category=top), 7, expires_on=LONG_AGO)
        for item in await walk(client, category=top.code, limit=100):
            (said,) = rows(
                database,
                """
                SELECT o.unit_price::text AS price, a.available::text FROM product p
                JOIN offer o ON o.product_id = p.id JOIN availability a ON a.product_id = p.id
                WHERE p.code = %(code)s
                """,
                code=item["code"],
            )
            assert (item["price"], item["available"]) == (said.price, said.available)


@pytest.mark.parametrize("sort", ["price", "-price", "newest"])
def test_a_cursor_from_before_the_order_had_its_present_form_leads_nowhere(sort):
    with pytest.raises(Invalid, match="does not belong to this list"):
        listing(Wanted(sort=sort), 21, (Decimal("1.00"), 5))
