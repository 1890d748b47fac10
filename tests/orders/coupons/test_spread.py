"""How money is shared out: to the cent, in proportion."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import value

SPREAD = "SELECT spread(%(amount)s, %(weights)s::numeric[])"
CENTS = st.integers(0, 100_000)


@given(weights=st.lists(CENTS, min_size=1, max_size=12), part=st.fractions(0, 1))
def test_shares_make_the_sum_and_none_is_above_its_weight(database, weights, part):
    if not any(weights):
        weights[0] = 1
    amount = int(sum(weights) * part)
    parameters = {
        "amount": Decimal(amount) / 100,
        "weights": [Decimal(weight) / 100 for weight in weights],
    }
    shares = [int(100 * share) for share in value(database, SPREAD, **parameters)]
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share <= weight
        assert abs(share * sum(weights) - amount * weight) < sum(weights)
