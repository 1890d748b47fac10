"""How much to order of a product. Pure, on Decimals and dates.

An order has to last from its delivery to the one after that. What may sell above the average until then is kept as safety:
SAFETY standard deviations of a day's sales, times the square root of the days. docs/stock.md says how SAFETY was found.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from app.inventory.proposals.demand import Demand
from app.inventory.requests.dates import next_delivery
from app.product.discounts.schemas import Weekday

Method = Literal["sales", "reorder_level"]

SAFETY = Decimal("1.65")

UNKNOWN_LEAD_DAYS = 1
"""How long a supplier takes of whom nobody has said it."""

_NOTHING = Decimal(0)
_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Deliveries:
    """When an order of today comes, and when the one after that could."""

    first: date
    second: date


@dataclass(frozen=True, slots=True)
class Position:
    """How a product stands: what can be sold, what is to come, `due` of it before the next order would, and on what terms more is."""

    available: Decimal
    on_order: Decimal
    due: Decimal
    reorder_level: Decimal
    pack: Decimal = Decimal(1)
    least: Decimal = Decimal(0)
    shelf_life_days: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """How much to order, and what it follows from; `sellable` is None for what keeps."""

    quantity: Decimal
    sells_before: Decimal
    sells_until_next: Decimal
    safety: Decimal
    left: Decimal
    sellable: Decimal | None
    floor: Decimal


def deliveries(today: date, lead_days: int | None, days: Collection[Weekday]) -> Deliveries:
    """Return when what is ordered today comes, and the delivery after that."""
    lead = UNKNOWN_LEAD_DAYS if lead_days is None else lead_days
    first = next_delivery(today + timedelta(days=lead), days)
    return Deliveries(first, next_delivery(first + timedelta(days=1), days))


def need(
    position: Position, sells: Demand, today: date, coming: Deliveries, method: Method = "sales"
) -> Need:
    """Return how much to order today.

    By `sales`: what sells from the delivery to the one after it, and the safety, less what is left by then; no more than
    sells before it expires. Never less than fills up to the reorder level, which is all that is looked at by
    `reorder_level`. In whole packs, and the supplier's least quantity.
    """
    before = sells.between(today, coming.first)
    cover = sells.between(coming.first, coming.second)
    safety = SAFETY * sells.deviation * Decimal((coming.second - today).days).sqrt()
    late = position.on_order - position.due
    left = max(position.available + position.due - before, _NOTHING) + late
    floor = max(position.reorder_level - position.available - position.on_order, _NOTHING)
    sellable = None
    if position.shelf_life_days is not None:
        last = coming.first + timedelta(days=position.shelf_life_days)
        sellable = max(sells.between(coming.first, last) - left, _NOTHING)
    wanted = max(cover + safety - left, _NOTHING) if method == "sales" else _NOTHING
    if sellable is not None:
        wanted = min(wanted, sellable)
    quantity = _in_packs(position, max(wanted, floor), None if floor else sellable, left)
    return Need(quantity, before, cover, safety, left, sellable, floor)


def _in_packs(position: Position, wanted: Decimal, most: Decimal | None, left: Decimal) -> Decimal:
    """Return what is wanted in whole packs: a pack fewer where the last one would not sell in time.

    Where not even the least that is sold would, that much comes once nothing is left, so that there is some.
    """
    wanted = wanted.quantize(_STEP)
    if not wanted:
        return _NOTHING
    smallest = max(_whole(position.least, position.pack), position.pack)
    quantity = max(_whole(wanted, position.pack), smallest)
    if most is None or quantity <= most:
        return quantity
    if quantity > smallest:
        return quantity - position.pack
    return _NOTHING if left else smallest


def _whole(quantity: Decimal, pack: Decimal) -> Decimal:
    return (quantity / pack).to_integral_value(ROUND_CEILING) * pack
