from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.inventory.fefo import Lot, Pick, expired, order, pick

TODAY = date(2026, 3, 1)

amounts = st.decimals("0", "99.999", places=3, allow_nan=False)
dates = st.none() | st.dates(TODAY - timedelta(5), TODAY + timedelta(5))
lots = st.lists(st.tuples(amounts, dates), max_size=8).map(
    lambda made: [Lot(place, 1, free, day) for place, (free, day) in enumerate(made)]
)


def lot(number: int, free: str, expires_on: date | None) -> Lot:
    return Lot(number, 1, Decimal(free), expires_on)


def test_the_last_day_is_still_good():
    assert not expired(lot(1, "1", TODAY), TODAY)
    assert expired(lot(1, "1", TODAY - timedelta(1)), TODAY)
    assert not expired(lot(1, "1", None), TODAY)


def test_the_first_to_expire_goes_first_then_the_older_and_what_keeps_goes_last():
    shelf = [
        lot(1, "5", None),
        lot(4, "2", TODAY),
        lot(3, "2", TODAY),
        lot(2, "2", TODAY + timedelta(1)),
    ]
    assert pick(shelf, Decimal(7)) == [
        Pick(1, 3, Decimal(2)),
        Pick(1, 4, Decimal(2)),
        Pick(1, 2, Decimal(2)),
        Pick(1, 1, Decimal(1)),
    ]


@given(lots, amounts)
def test_picks_are_exactly_what_was_asked_or_nothing(shelf, quantity):
    picks = pick(shelf, quantity)
    if quantity > sum(lot.free for lot in shelf):
        assert picks is None
        return
    assert picks is not None
    assert sum(one.quantity for one in picks) == quantity
    free = {lot.id: lot.free for lot in shelf}
    assert all(0 < one.quantity <= free[one.lot_id] for one in picks)
    assert len({one.lot_id for one in picks}) == len(picks)


@given(lots, amounts)
def test_a_lot_is_touched_only_when_those_before_it_are_empty(shelf, quantity):
    picks = pick(shelf, quantity) or []
    taken = {one.lot_id: one.quantity for one in picks}
    queue = sorted(shelf, key=order)
    for before, after in pairwise(queue):
        if after.id in taken:
            assert taken.get(before.id, 0) == before.free
