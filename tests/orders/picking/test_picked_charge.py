"""What is charged for what came of a line, whatever was ordered."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, example, given
from hypothesis import strategies as st
from psycopg2.extras import Json

from tests.builders import rows, value

ORDERED = """
    SELECT CASE WHEN %(deal)s::jsonb IS NULL THEN line_total(%(ordered)s, %(price)s)
        ELSE multibuy_total(%(price)s, %(ordered)s, (%(deal)s::jsonb ->> 'buy')::integer,
                            (%(deal)s::jsonb ->> 'pay')::integer, (%(deal)s::jsonb ->> 'price')::numeric) END
"""
CHARGED = """
    SELECT total, coupon FROM picked_charge(
        %(ordered)s, %(total)s, %(coupon)s, %(picked)s, %(price)s, %(price)s, NULL, %(deal)s)
"""
CENT = Decimal("0.01")


def thousandths(lowest, most):
    return st.integers(lowest, most).map(lambda n: Decimal(n) / 1000)


@given(
    price=st.integers(1, 5000).map(lambda cents: Decimal(cents) / 100),
    deal=st.sampled_from([None, {"buy": 3, "pay": 2}, {"buy": 2, "pay": 1}, {"buy": 2, "price": "0.05"}]),
    weights=st.tuples(thousandths(1, 5000), thousandths(0, 5000)),
    pieces=st.tuples(st.integers(1, 20), st.integers(0, 20)),
    part=st.fractions(0, 1),
)  # fmt: skip
# Half of a cent more than the goods cost would go with them; what was ordered cost less than so much at its price.
@example(Decimal(1), None, (Decimal(1), Decimal("0.5")), (1, 1), Fraction(1))
@example(Decimal(4), None, (Decimal("2.501"), Decimal("2.377")), (1, 1), Fraction(1))
def test_what_lacks_makes_nothing_dearer(database, price, deal, weights, pieces, part):
    ordered, picked = pieces if deal else weights
    picked = min(picked, ordered) if deal else picked
    names = {"ordered": ordered, "picked": picked, "price": price, "deal": deal and Json(deal)}
    gross = value(database, ORDERED, **names)
    # Else no multi-buy is charged.
    assume(deal is None or gross < ordered * price)
    coupon = Decimal(int(int(100 * (gross - CENT)) * part)) / 100
    (charged,) = rows(database, CHARGED, total=gross - coupon, coupon=coupon, **names)
    assert 0 <= charged.coupon <= coupon
    if picked == ordered:
        assert (charged.total, charged.coupon) == (gross - coupon, coupon)
    elif picked:
        assert charged.total >= CENT
        # Of the coupon goes with what came what is its part, to the cent.
        assert (
            charged.coupon <= coupon * min(Decimal(picked) / ordered, 1) + CENT
            or charged.total == gross - coupon
        )
        assert picked > ordered or charged.total <= gross - coupon
    else:
        assert (charged.total, charged.coupon) == (0, 0)
