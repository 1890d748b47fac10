"""How much to order, as rules on values alone; and what a year of such orders comes to."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.inventory.proposals.demand import WEEKS, Day, Demand, demand
from app.inventory.proposals.ordering import SAFETY, Position, deliveries, need
from app.inventory.suppliers.schemas import WEEKDAYS
from examples.ordering import LEVELS, by_sales, filling, run

TODAY = date(2026, 3, 4)
DAYS = 7 * WEEKS
AMOUNT = Decimal("0.001")
amounts = st.decimals(min_value=0, max_value=1000, places=3)
packs = st.decimals(min_value="0.001", max_value=50, places=3)
demands = st.builds(
    lambda days, off: Demand(days, off, DAYS, 0),
    st.lists(amounts, min_size=7, max_size=7),
    st.decimals(min_value=0, max_value=100, places=3),
)
positions = st.builds(
    lambda share, **more: Position(due=(share * more["on_order"]).quantize(AMOUNT), **more),
    share=st.sampled_from(["0", "0.3", "1"]).map(Decimal),
    available=amounts,
    on_order=amounts,
    reorder_level=st.just(Decimal(0)) | amounts,
    pack=packs,
    least=st.just(Decimal(0)) | amounts,
    shelf_life_days=st.none() | st.integers(1, 60),
)
comings = st.builds(
    deliveries,
    st.just(TODAY),
    st.none() | st.integers(0, 20),
    st.lists(st.sampled_from(WEEKDAYS), unique=True),
)


@given(positions, demands, comings, st.sampled_from(["sales", "reorder_level"]))
def test_orders_enough_and_not_too_much(position, sells, coming, method):
    found = need(position, sells, TODAY, coming, method)
    smallest = max(position.pack, -(-position.least // position.pack) * position.pack)
    stands = position.available + position.on_order
    assert found.quantity % position.pack == 0
    assert found.quantity == 0 or found.quantity >= smallest
    assert stands + found.quantity >= position.reorder_level
    wanted = found.sells_until_next + found.safety - found.left if method == "sales" else Decimal(0)
    fill = max(position.reorder_level - stands, Decimal(0))
    assert found.quantity < max(wanted, fill, Decimal("0.001")) + position.pack + position.least
    if position.shelf_life_days is None:
        assert found.quantity >= wanted - Decimal("0.0005")
    elif not fill:
        assert found.quantity <= found.sellable or (found.quantity, found.left) == (smallest, 0)


@given(comings)
def test_an_order_lasts_until_the_delivery_after_its_own(coming):
    assert TODAY <= coming.first < coming.second <= coming.first + timedelta(days=7)
    sells = Demand([Decimal(2)] * 7, Decimal(1), DAYS, 0)
    found = need(Position(*[Decimal(0)] * 4), sells, TODAY, coming)
    assert found.sells_until_next == 2 * (coming.second - coming.first).days
    assert found.sells_before == 2 * (coming.first - TODAY).days
    assert found.safety == SAFETY * Decimal((coming.second - TODAY).days).sqrt()


@given(st.lists(st.integers(0, 9), min_size=DAYS, max_size=DAYS), st.integers(1, 50))
def test_what_sells_is_what_sold_on_the_weekday(sold, left):
    days = {
        TODAY - timedelta(days=back): Day(Decimal(quantity), Decimal(-quantity))
        for back, quantity in enumerate(sold, 1)
    }
    found = demand(TODAY, Decimal(left), days)
    assert (found.counted, found.without) == (DAYS, 0)
    assert abs(found.between(TODAY, TODAY + timedelta(days=DAYS)) - sum(sold)) < Decimal("0.001")
    of_today = [quantity for back, quantity in enumerate(sold, 1) if back % 7 == 0]
    assert abs(found.weekdays[TODAY.weekday()] * WEEKS - sum(of_today)) < Decimal("0.001")


def test_days_that_ended_with_nothing_left_say_nothing():
    four = Day(Decimal(4), Decimal(-4))
    # It came on the 21st day before today; on the 14th and the 7th it was sold out, and came again the day after.
    days = {TODAY - timedelta(days=back): four for back in (*range(1, 6), *range(8, 13))}
    days |= {TODAY - timedelta(days=back): four for back in range(15, 21)}
    days |= {TODAY - timedelta(days=back): Day(Decimal(1), Decimal(-1)) for back in (14, 7)}
    for back, came in ((21, 29), (13, 25), (6, 30)):
        day = TODAY - timedelta(days=back)
        days[day] = Day(Decimal(4), Decimal(came - 4))
    found = demand(TODAY, Decimal(6), days)
    assert (found.counted, found.without) == (19, DAYS - 19)
    assert set(found.weekdays) == {4}
    assert found.deviation == 0
    nothing = demand(TODAY, Decimal(0), {})
    assert (nothing.counted, set(nothing.weekdays), nothing.deviation) == (0, {0}, 0)


def test_a_shop_that_orders_by_what_sells_wastes_less_and_lacks_less():
    proposed = run(by_sales, days=200)
    filled = [run(filling(times), days=200) for times in LEVELS]
    worse = [each.waste > proposed.waste and each.missed > proposed.missed for each in filled]
    better = [each.waste <= proposed.waste and each.missed <= proposed.missed for each in filled]
    assert any(worse)
    assert not any(better)
    assert proposed.waste + proposed.missed < min(each.waste + each.missed for each in filled)
