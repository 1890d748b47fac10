"""Whatever portions come back, all of a line gives back what was charged for it."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.orders.invoices.crediting import ChargedLine

LINE = ChargedLine(1, "milk", False, Decimal(1), Decimal(1), Decimal(0), Decimal(0))
PORTIONS = st.lists(st.integers(1, 10**6), min_size=1, max_size=12)


@given(PORTIONS, st.integers(0, 10**8))
def test_all_portions_make_the_total(portions, cents):
    total = Decimal(cents) / 100
    line = replace(LINE, quantity=Decimal(sum(portions)) / 1000, total=total)
    for portion in portions:
        quantity = Decimal(portion) / 1000
        due = line.due(quantity)
        assert due >= 0
        # Never a cent off what the portion costs by itself.
        assert abs(due - total * quantity / line.quantity) <= Decimal("0.01")
        line = replace(
            line, credited_quantity=line.credited_quantity + quantity, credited=line.credited + due
        )
    assert line.credited == total


def test_never_more_than_is_left():
    line = replace(LINE, quantity=Decimal(2), total=Decimal("10.00"), credited=Decimal("9.00"))
    assert line.due(Decimal(1)) == Decimal("1.00")
