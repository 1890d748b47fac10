"""Sums of money: what a line costs and the VAT within it, in the database; what goes back, in Python."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.orders.pricing import money_back
from tests.builders import value

CENT = Decimal("0.01")


def decimals(most: str, places: int):
    return st.decimals("0", most, places=places, allow_nan=False, allow_infinity=False)


quantities = decimals("999999999.999", 3)
prices = decimals("9999999999.99", 2)
rates = decimals("0.9999", 4)


def line_total(database, quantity, price):
    return value(database, "SELECT line_total(%(q)s, %(p)s)", q=Decimal(quantity), p=Decimal(price))


def vat_amount(database, total, rate):
    return value(database, "SELECT vat_amount(%(t)s, %(r)s)", t=Decimal(total), r=Decimal(rate))


class TestLineTotal:
    @pytest.mark.parametrize(
        ("quantity", "price", "total"),
        [
            ("1", "2.50", "2.50"),
            ("0.125", "1.00", "0.13"),  # half up, not to even
            ("0.335", "3.00", "1.01"),
            ("0.002", "2.40", "0.01"),  # what costs anything costs a cent
            ("0.001", "0.01", "0.01"),
            ("5", "0.00", "0.00"),
            ("0", "2.40", "0.00"),
            ("999999.999", "9999999999.99", "9999999989990000.00"),
        ],
    )
    def test_examples(self, database, quantity, price, total):
        assert str(line_total(database, quantity, price)) == total

    @given(quantities, prices)
    def test_is_the_exact_product_to_half_a_cent_or_a_cent(self, database, quantity, price):
        total, exact = line_total(database, quantity, price), quantity * price
        assert -CENT / 2 < total - exact <= CENT / 2 or (total == CENT and 0 < exact < CENT / 2)

    @given(decimals("0.100", 3), decimals("0.10", 2))
    def test_only_what_is_free_costs_nothing(self, database, quantity, price):
        assert (line_total(database, quantity, price) == 0) == (quantity * price == 0)


class TestVat:
    @pytest.mark.parametrize(
        ("total", "rate", "vat"),
        [
            ("1.23", "0.2300", "0.23"),
            ("1.00", "0.0800", "0.07"),
            ("10.00", "0.0000", "0.00"),
            ("0.01", "0.2300", "0.00"),
        ],
    )
    def test_examples(self, database, total, rate, vat):
        assert str(vat_amount(database, total, rate)) == vat

    @given(prices, rates)
    def test_is_part_of_the_total(self, database, total, rate):
        vat = vat_amount(database, total, rate)
        assert 0 <= vat <= total
        assert vat.quantize(CENT) == vat

    @given(prices, rates)
    def test_net_and_vat_make_the_total_with_the_net_rounded_half_up(self, database, total, rate):
        net = total - vat_amount(database, total, rate)
        # |net - exact| <= half a cent, without dividing.
        assert abs(2 * (net * (1 + rate) - total)) <= CENT * (1 + rate)


class TestSoldIn:
    @pytest.mark.parametrize(
        ("unit", "quantity", "can"),
        [
            ("piece", "2", True),
            ("piece", "2.000", True),
            ("piece", "2.001", False),
            ("kg", "0.001", True),
            ("litre", "1.5", True),
        ],
    )
    def test_pieces_are_whole(self, database, unit, quantity, can):
        found = value(database, "SELECT sold_in(%(u)s, %(q)s)", u=unit, q=Decimal(quantity))
        assert found is can


class TestMoneyBack:
    def test_goes_back_as_it_was_paid(self):
        paid = {"cash": Decimal("5.00"), "card": Decimal("7.50")}
        assert money_back(paid) == paid

    def test_less_goes_back_where_another_method_gave_more(self):
        assert money_back({"cash": Decimal(-4), "card": Decimal(10)}) == {"card": Decimal(6)}

    def test_nothing_is_left_to_give_back(self):
        assert money_back({"cash": Decimal("0.00")}) == {}
        assert money_back({}) == {}

    @given(
        st.dictionaries(
            st.sampled_from(["cash", "card", "transfer"]),
            st.decimals("-1000", "1000", places=2, allow_nan=False),
        ).filter(lambda balances: sum(balances.values()) >= 0)
    )
    def test_gives_all_of_it_back_and_no_more_by_any_method(self, balances):
        back = money_back(balances)
        assert sum(back.values()) == sum(balances.values())
        assert all(0 < amount <= balances[method] for method, amount in back.items())
