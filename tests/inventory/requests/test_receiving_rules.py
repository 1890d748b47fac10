"""What a delivery makes of the lines, as rules on values alone."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.web import Conflict, Invalid
from app.inventory.requests.asking import Wish, requested
from app.inventory.requests.receiving import Arrival, Line, all_open, receive
from app.inventory.stock.lots import Product, not_expired, whole_pieces

TODAY = date(2026, 2, 28)
quantities = st.decimals(min_value="0.001", max_value=10**6, places=3)


def line(place, quantity, received=Decimal(0)):
    return Line(place, place, f"product-{place}", "kg", quantity, received, Decimal("0.5"))


@st.composite
def lines(draw):
    found = []
    for place in range(draw(st.integers(1, 4))):
        quantity = draw(quantities)
        received = draw(st.decimals(min_value=0, max_value=quantity, places=3))
        found.append(line(place, quantity, received))
    return found


@st.composite
def deliveries(draw):
    asked = draw(lines())
    arrivals = draw(
        st.lists(
            st.builds(
                Arrival,
                product=st.sampled_from([one.product for one in asked]),
                quantity=quantities,
                expires_on=st.none() | st.dates(TODAY, TODAY + timedelta(days=9)),
                unit_cost=st.none() | st.just(Decimal("0.7")),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return asked, arrivals


@given(deliveries())
def test_a_line_never_gets_more_than_is_open(delivery):
    asked, arrivals = delivery
    came = {one: sum(a.quantity for a in arrivals if a.product == one.product) for one in asked}
    excess = [one.product for one in asked if came[one] > one.open]
    if excess:
        with pytest.raises(Conflict) as refused:
            receive(asked, arrivals, TODAY)
        assert refused.value.code == "over_received"
        assert sorted(named["product"] for named in refused.value.members["lines"]) == excess
    else:
        received = receive(asked, arrivals, TODAY).lots
        assert [(r.line.product, r.quantity, r.expires_on) for r in received] == [
            (a.product, a.quantity, a.expires_on) for a in arrivals
        ]
        costs = [Decimal("0.5") if a.unit_cost is None else a.unit_cost for a in arrivals]
        assert [r.unit_cost for r in received] == costs


@given(deliveries(), st.sampled_from(["0", "0.1", "1"]).map(Decimal))
def test_a_share_above_is_taken_and_written_down(delivery, over):
    asked, arrivals = delivery
    arrivals = [dataclasses.replace(arrival, reason="more in the box") for arrival in arrivals]
    came = {one: sum(a.quantity for a in arrivals if a.product == one.product) for one in asked}
    if any(one.received + came[one] > one.quantity * (1 + over) for one in asked):
        with pytest.raises(Conflict):
            receive(asked, arrivals, TODAY, over)
        return
    taken = receive(asked, arrivals, TODAY, over)
    for one in asked:
        said = sum(each.quantity for each in taken.deviations if each.line == one)
        assert said == max(came[one] - one.open, 0)


@given(lines())
def test_all_open_completes_every_line(asked):
    left = {one: one.open for one in asked}
    for lot in all_open(asked).lots:
        assert lot.quantity > 0
        left[lot.line] -= lot.quantity
    assert set(left.values()) == {0}


@given(quantities)
def test_only_pieces_must_be_whole(quantity):
    split = quantity != quantity.to_integral_value()
    assert bool(list(whole_pieces("piece", quantity, "/quantity"))) == split
    assert bool(list(whole_pieces("piece", -quantity, "/quantity"))) == split
    assert not list(whole_pieces("litre", quantity, "/quantity"))


@given(st.dates())
def test_the_last_day_is_still_good(day):
    assert bool(list(not_expired(day, TODAY, "/expires_on"))) == (day < TODAY)
    assert not list(not_expired(None, TODAY, "/expires_on"))


def test_every_wrong_value_is_named():
    asked = [Line(1, 1, "milk", "piece", Decimal(5), Decimal(0), Decimal(1))]
    arrivals = [
        Arrival("tea", Decimal(1)),
        Arrival("milk", Decimal("0.5"), TODAY - timedelta(days=1)),
        Arrival("milk", Decimal(9)),
    ]
    with pytest.raises(Invalid) as refused:
        receive(asked, arrivals, TODAY)
    pointers = [error.pointer for error in refused.value.errors]
    assert pointers == ["/lines/0/product", "/lines/1/quantity", "/lines/1/expires_on"]
    assert "tea" in refused.value.errors[0].message


def test_wrong_values_come_before_withdrawn_products():
    milk = Product(1, "milk", "piece", active=False)
    with pytest.raises(Conflict) as withdrawn:
        requested([Wish("milk", Decimal(1))], {"milk": milk})
    assert withdrawn.value.code == "withdrawn"
    with pytest.raises(Invalid) as refused:
        requested([Wish("milk", Decimal(1)), Wish("tea", Decimal(1))], {"milk": milk})
    assert [error.pointer for error in refused.value.errors] == ["/lines/1/product"]
