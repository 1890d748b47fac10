"""Sums of money: what a line costs and the VAT within it, in the database; what goes back, in Python."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.orders.purchases.pricing import money_back
from tests.builders import rows, value

CENT = Decimal("0.01")


def decimals(most: str, places: int, least: str = "0"):
    return st.decimals(least, most, places=places, allow_nan=False, allow_infinity=False)


quantities = decimals("999999999.999", 3, "0.001")
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
            ("999999.999", "9999999999.99", "9999999989990000.00"),
        ],
    )
    def test_examples(self, database, quantity, price, total):
        assert str(line_total(database, quantity, price)) == total

    @given(quantities, prices)
    def test_is_the_exact_product_to_half_a_cent_or_a_cent(self, database, quantity, price):
        total, exact = line_total(database, quantity, price), quantity * price
        assert -CENT / 2 < total - exact <= CENT / 2 or (total == CENT and 0 < exact < CENT / 2)

    @given(decimals("0.100", 3, "0.001"), decimals("0.10", 2))
    def test_only_what_is_free_costs_nothing(self, database, quantity, price):
        assert (line_total(database, quantity, price) == 0) == (price == 0)


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


# Lines at few rates, so that there are several at each; some of them free.
baskets = st.lists(
    st.tuples(
        st.one_of(decimals("99999.99", 2), decimals("0.09", 2)),
        st.sampled_from(
            [Decimal(rate) for rate in ("0.0000", "0.0700", "0.1900", "0.2300", "0.9999")]
        ),
    ),
    min_size=1,
    max_size=12,
)


def by_rate(database, lines):
    query = "SELECT * FROM vat_by_rate(%(totals)s::numeric[], %(rates)s::numeric[]) ORDER BY rate"
    return rows(database, query, totals=[t for t, _ in lines], rates=[r for _, r in lines])


def shares(database, lines):
    given_lines = {"totals": [t for t, _ in lines], "rates": [r for _, r in lines]}
    of_lines = "vat_of_lines(%(totals)s::numeric[], %(rates)s::numeric[])"
    found = rows(database, f"SELECT place, vat FROM {of_lines} ORDER BY place", **given_lines)
    assert [row.place for row in found] == list(range(1, len(lines) + 1))
    query = f"SELECT (of_rate).* FROM {of_lines} WHERE of_rate IS NOT NULL ORDER BY (of_rate).rate"
    assert rows(database, query, **given_lines) == by_rate(database, lines)
    return [row.vat for row in found]


class TestVatByRate:
    def test_rounds_once_for_all_that_is_charged_at_a_rate(self, database):
        # Alone, 1.19 has 0.08 of VAT (1.19 - 1.11); three of it have 0.23.
        lines = [(Decimal("1.19"), Decimal("0.0700"))] * 3 + [(Decimal("5.00"), Decimal("0.1900"))]
        seven, nineteen = by_rate(database, lines)
        assert (seven.gross, seven.net, seven.vat) == (
            Decimal("3.57"),
            Decimal("3.34"),
            Decimal("0.23"),
        )
        assert (nineteen.gross, nineteen.net, nineteen.vat) == (
            Decimal("5.00"),
            Decimal("4.20"),
            Decimal("0.80"),
        )

    def test_nothing_has_none(self, database):
        assert by_rate(database, []) == []
        assert rows(database, "SELECT * FROM vat_by_rate(NULL, NULL)") == []

    @given(baskets)
    def test_net_is_gross_without_vat_half_up(self, database, lines):
        found = by_rate(database, lines)
        assert [row.rate for row in found] == sorted({rate for _, rate in lines})
        for row in found:
            assert row.gross == sum(total for total, rate in lines if rate == row.rate)
            assert row.net + row.vat == row.gross
            exact = Fraction(row.gross) / (1 + Fraction(row.rate))
            assert -Fraction(CENT) / 2 < Fraction(row.net) - exact <= Fraction(CENT) / 2


class TestVatOfLines:
    @pytest.mark.parametrize(
        ("lines", "parts"),
        [
            # The VAT of 3.57 is 0.23: 7⅔ cents each, so two of the three get eight.
            (["1.19 0.07"] * 3, ["0.08", "0.08", "0.07"]),
            # 0.01 / 1.19 rounds to 0.01, 0.05 to 0.04: one cent of VAT for five lines, the first has it.
            (["0.01 0.19"] * 5, ["0.01", "0.00", "0.00", "0.00", "0.00"]),
            # 0.50 of VAT in 3.12 at 19 %: 3.21, 16.03 and 30.77 cents; the largest remainder is the last one's.
            (["0.20 0.19", "1.00 0.19", "1.92 0.19"], ["0.03", "0.16", "0.31"]),
            (["1.00 0.19", "1.00 0.07", "1.00 0"], ["0.16", "0.07", "0.00"]),
            (["0.00 0.19", "0.00 0.19"], ["0.00", "0.00"]),
        ],
    )
    def test_examples(self, database, lines, parts):
        given_lines = [tuple(map(Decimal, line.split())) for line in lines]
        assert [f"{part:f}" for part in shares(database, given_lines)] == parts

    @given(baskets)
    def test_make_the_vat_of_their_rate_and_none_is_a_cent_off(self, database, lines):
        parts = shares(database, lines)
        assert parts == shares(database, lines)
        for row in by_rate(database, lines):
            mine = [
                (t, part) for (t, rate), part in zip(lines, parts, strict=True) if rate == row.rate
            ]
            assert sum(part for _, part in mine) == row.vat
            for total, part in mine:
                assert 0 <= part <= total
                assert part == part.quantize(CENT)
                exact = (
                    Fraction(row.vat) * Fraction(total) / Fraction(row.gross) if row.gross else 0
                )
                assert abs(Fraction(part) - exact) < CENT

    @given(baskets)
    def test_the_largest_remainders_have_the_cents_and_the_first_of_equal_ones(
        self, database, lines
    ):
        parts = shares(database, lines)
        for row in by_rate(database, lines):
            rounded_up, rounded_down = [], []
            for place, ((total, rate), part) in enumerate(zip(lines, parts, strict=True)):
                if rate != row.rate or not row.gross:
                    continue
                exact = Fraction(row.vat) * Fraction(total) / Fraction(row.gross)
                (rounded_up if part > exact else rounded_down).append(
                    (-(exact % Fraction(CENT)), place)
                )
            assert not rounded_up or not rounded_down or max(rounded_up) < min(rounded_down)


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
