"""What a line of goods is charged: today's price of each unit, or a multi-buy where that is less. Pure, on Decimals.

For the peers that work it out themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from benchmarks.peers.vat import CENT, line_total

Terms = Mapping[str, Any]
"""A discount as a line keeps it: its code and name, `rate` or `amount`, or `buy` with `pay` or `price`; decimals are strings."""

_NO_RATE = Decimal("0.0000")


@dataclass(frozen=True, slots=True)
class Charge:
    """What a line costs, at which price of a unit, and the one discount that made it."""

    total: Decimal
    unit_price: Decimal
    discount_rate: Decimal
    discount: Terms | None


def charge(
    offer: Any, multibuys: Sequence[Terms], quantity: Decimal, label_price: Decimal | None
) -> Charge:
    """Return what so much of an offer costs; `multibuys` run today, and come in the order they were added in."""
    total = line_total(quantity, offer.unit_price) if label_price is None else label_price
    singly = Charge(total, offer.unit_price, offer.discount_rate, offer.discount_terms)
    enough = [terms for terms in multibuys if terms["buy"] <= quantity]
    if label_price is not None or not enough:
        return singly
    # Of those that cost the same, min() returns the first.
    together = min(
        (
            Charge(_together(offer.price, quantity, terms), offer.price, _NO_RATE, terms)
            for terms in enough
        ),
        key=lambda charged: charged.total,
    )
    return together if together.total < singly.total else singly


def _together(list_price: Decimal, pieces: Decimal, terms: Terms) -> Decimal:
    """Return what so many pieces cost by a multi-buy: what is over of it costs the list price."""
    times, over = divmod(pieces, terms["buy"])
    each = terms["pay"] * list_price if terms["price"] is None else Decimal(terms["price"])
    return (times * each + over * list_price).quantize(CENT, ROUND_HALF_UP)
