"""Which lots lose what is missing and get what was found: pure rules."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.inventory.counts.booking import ShelfLot, gaining, left_to_book, losing

TODAY = date(2026, 3, 1)
amounts = st.decimals("0", "99.999", places=3, allow_nan=False)
differences = st.decimals("-99.999", "99.999", places=3, allow_nan=False)
dates = st.none() | st.dates(TODAY - timedelta(5), TODAY + timedelta(5))
shelves = st.lists(st.tuples(amounts, dates), max_size=6).map(
    lambda made: [ShelfLot(n, free, Decimal(1), day) for n, (free, day) in enumerate(made)]
)


def expiry(lot):
    return (lot.expires_on or date.max, lot.id)


@given(amounts, shelves)
def test_a_shortage_is_taken_first_expired_first_of_what_is_free(shortage, shelf):
    lost = losing(shortage, shelf)
    assert sum(taken for _, taken in lost) == min(shortage, sum(lot.free for lot in shelf))
    assert all(0 < taken <= lot.free for lot, taken in lost)
    emptied = [lot for lot, taken in lost if taken == lot.free]
    assert len(emptied) >= len(lost) - 1
    spared = {lot.id for lot in shelf if lot.free} - {lot.id for lot, _ in lost}
    assert all(expiry(lot) < expiry(shelf[n]) for lot, _ in lost for n in spared)


@given(shelves)
def test_what_was_found_is_of_the_lot_that_keeps_longest(shelf):
    lot = gaining(shelf, TODAY)
    fresh = [each for each in shelf if (each.expires_on or date.max) >= TODAY]
    assert lot == (max(fresh, key=expiry) if fresh else None)


@given(differences, differences)
def test_what_was_corrected_since_is_not_booked_again(difference, corrected):
    left = left_to_book(difference, corrected)
    assert abs(left) <= abs(difference)
    assert left * difference >= 0
    if difference * corrected <= 0:
        assert left == difference
    elif abs(corrected) <= abs(difference):
        assert left + corrected == difference
    else:
        assert left == 0
