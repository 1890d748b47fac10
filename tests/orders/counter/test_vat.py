"""VAT of lines of which some give money back: parts that make the sum, with figures of our own."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import rows

CENTS = st.integers(-99999, 99999)
LINES = st.lists(
    st.tuples(CENTS, st.sampled_from(["0.0000", "0.0700", "0.1900"])), min_size=1, max_size=8
)
QUERY = "SELECT place, vat, (of_rate).rate, (of_rate).gross, (of_rate).vat AS of_all FROM vat_of_lines(%(totals)s::numeric[], %(rates)s::numeric[]) ORDER BY place"


def parts(database, lines):
    """Return the parts, in cents, and (gross, VAT) of each rate."""
    totals = [Decimal(cents) / 100 for cents, _ in lines]
    found = rows(database, QUERY, totals=totals, rates=[Decimal(rate) for _, rate in lines])
    sums = {
        str(row.rate): (int(100 * row.gross), int(100 * row.of_all))
        for row in found
        if row.rate is not None
    }
    return [int(100 * row.vat) for row in found], sums


def largest_remainder(lines, rate, vat, gross):
    """Return the parts of a rate's VAT by place: rounded down, and a cent more for the largest remainders."""
    mine = {n: cents for n, (cents, each) in enumerate(lines) if each == rate}
    if min(mine.values()) < 0 < max(mine.values()):
        exact = {n: cents * Fraction(rate) / (1 + Fraction(rate)) for n, cents in mine.items()}
    else:
        exact = {n: Fraction(vat * cents, gross) for n, cents in mine.items()}
    down = {n: part.numerator // part.denominator for n, part in exact.items()}
    first = sorted(exact, key=lambda n: (down[n] - exact[n], n))[: vat - sum(down.values())]
    return {n: part + (n in first) for n, part in down.items()}


class TestVatOfLines:
    @given(LINES)
    def test_is_shared_out_by_largest_remainder(self, database, lines):
        found, sums = parts(database, lines)
        assert sums.keys() == {rate for _, rate in lines}
        for rate, (gross, vat) in sums.items():
            net = Fraction(abs(gross)) / (1 + Fraction(rate))
            sign = 1 if gross > 0 else -1
            assert gross == sum(cents for cents, each in lines if each == rate)
            assert vat == gross - sign * int(net + Fraction(1, 2))
            mine = {n: found[n] for n, (_, each) in enumerate(lines) if each == rate}
            assert sum(mine.values()) == vat
            if gross or any(mine.values()):
                assert mine == largest_remainder(lines, rate, vat, gross)

    @given(LINES)
    def test_is_of_the_lines_sign_and_no_more_than_it(self, database, lines):
        found, _ = parts(database, lines)
        for (cents, _), vat in zip(lines, found, strict=True):
            assert min(cents, 0) <= vat <= max(cents, 0)
