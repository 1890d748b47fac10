"""First expired, first out: the function that picks lots, which knows no tables."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import rows

TODAY = date(2026, 3, 1)

amounts = st.decimals("0", "99.999", places=3, allow_nan=False)
dates = st.none() | st.dates(TODAY - timedelta(5), TODAY + timedelta(5))
# Lots by their numbers: (free, expires_on).
lots = st.lists(st.tuples(amounts, dates), max_size=8).map(
    lambda made: dict(enumerate(made, start=1))
)


def fefo(database, shelf, wanted):
    """Return what is taken of each lot."""
    found = rows(
        database,
        "SELECT * FROM fefo(%(lots)s::bigint[], %(free)s::numeric[], %(expiries)s::date[], %(wanted)s)",
        lots=list(shelf),
        free=[free for free, _ in shelf.values()],
        expiries=[expires_on for _, expires_on in shelf.values()],
        wanted=wanted,
    )
    taken = {row.stock_id: row.quantity for row in found}
    assert len(taken) == len(found)
    return taken


def test_the_first_to_expire_goes_first_then_the_older_and_what_keeps_goes_last(database):
    shelf = {
        1: (Decimal(5), None),
        4: (Decimal(2), TODAY),
        3: (Decimal(2), TODAY),
        2: (Decimal(2), TODAY + timedelta(1)),
    }
    assert fefo(database, shelf, Decimal(3)) == {3: 2, 4: 1}
    assert fefo(database, shelf, Decimal(7)) == {3: 2, 4: 2, 2: 2, 1: 1}


def test_without_lots_there_is_nothing_to_take(database):
    query = "SELECT * FROM fefo(NULL, NULL, NULL, 1)"
    assert rows(database, query) == []


@given(lots, amounts)
def test_takes_exactly_what_was_asked_or_all_there_is(database, shelf, wanted):
    taken = fefo(database, shelf, wanted)
    assert sum(taken.values()) == min(wanted, sum(free for free, _ in shelf.values()))
    assert all(0 < quantity <= shelf[lot][0] for lot, quantity in taken.items())


@given(lots, amounts)
def test_a_lot_is_touched_only_when_those_before_it_are_empty(database, shelf, wanted):
    taken = fefo(database, shelf, wanted)
    queue = sorted(shelf, key=lambda lot: (shelf[lot][1] or date.max, lot))
    for before, after in pairwise(queue):
        if after in taken:
            assert taken.get(before, 0) == shelf[before][0]


def reserved(database, shelf, wanted, before=0, keep_until=None):
    """Return what is taken of each lot when so much of what comes first is for others."""
    found = rows(
        database,
        "SELECT * FROM fefo(%(lots)s::bigint[], %(free)s::numeric[], %(expiries)s::date[], %(wanted)s,"
        " %(before)s, %(keep_until)s)",
        lots=list(shelf),
        free=[free for free, _ in shelf.values()],
        expiries=[expires_on for _, expires_on in shelf.values()],
        wanted=wanted,
        before=before,
        keep_until=keep_until,
    )
    return {row.stock_id: row.quantity for row in found}


def test_what_keeps_until_a_day_goes_before_what_does_not(database):
    shelf = {
        1: (Decimal(2), None),
        2: (Decimal(2), TODAY),
        3: (Decimal(2), TODAY + timedelta(1)),
        4: (Decimal(2), TODAY + timedelta(2)),
    }
    until = TODAY + timedelta(1)
    assert reserved(database, shelf, Decimal(3), keep_until=until) == {3: 2, 4: 1}
    assert reserved(database, shelf, Decimal(7), keep_until=until) == {3: 2, 4: 2, 1: 2, 2: 1}


@given(lots, st.lists(amounts, min_size=1, max_size=5))
def test_who_comes_later_gets_what_is_left(database, shelf, wants):
    left = dict(shelf)
    for place, wanted in enumerate(wants):
        before = sum(wants[:place], Decimal(0))
        taken = reserved(database, shelf, wanted, before)
        assert taken == fefo(database, left, wanted)
        for lot, quantity in taken.items():
            left[lot] = (left[lot][0] - quantity, left[lot][1])
