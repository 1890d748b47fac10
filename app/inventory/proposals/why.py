"""What is written down of why so much is proposed: the figures, as JSON keeps them. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from app.inventory.proposals.demand import Demand
from app.inventory.proposals.ordering import Deliveries, Method, Need, Position
from app.inventory.requests.schemas import Why
from app.inventory.suppliers.schemas import WEEKDAYS

_STEP = Decimal("0.001")


def why(  # noqa: PLR0913, PLR0917 - all that a quantity follows from
    method: Method,
    sells: Demand,
    coming: Deliveries,
    position: Position,
    found: Need,
    on_hand: Decimal,
    promised: Decimal,
) -> Why:
    """Return the figures that a proposal follows from."""
    return Why(
        method=method,
        sells=dict(zip(WEEKDAYS, map(_shown, sells.weekdays), strict=True)),
        days_counted=sells.counted,
        days_without_stock=sells.without,
        delivery_on=coming.first,
        next_delivery_on=coming.second,
        sells_before=_shown(found.sells_before),
        sells_until_next=_shown(found.sells_until_next),
        safety=_shown(found.safety),
        sells_before_expiry=None if found.sellable is None else _shown(found.sellable),
        on_hand=on_hand,
        promised=promised,
        available=position.available,
        on_order=position.on_order,
        reorder_level=position.reorder_level,
        pack=position.pack,
        least_quantity=position.least,
    )


def _shown(quantity: Decimal) -> Decimal:
    return quantity.quantize(_STEP, ROUND_HALF_UP)
