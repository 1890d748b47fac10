"""Which lots lose what was not found, and which get what was. Pure, on Decimals and dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ShelfLot:
    """A lot that has something on hand: so much of it is promised to nobody."""

    id: int
    free: Decimal
    unit_cost: Decimal
    expires_on: date | None


def left_to_book(difference: Decimal, corrected: Decimal) -> Decimal:
    """Return what of a difference is not in the books yet, where so much was corrected by hand or at the till since.

    What was corrected the other way has another reason.
    """
    if difference < 0:
        return min(difference - min(corrected, Decimal(0)), Decimal(0))
    return max(difference - max(corrected, Decimal(0)), Decimal(0))


def losing(shortage: Decimal, lots: Sequence[ShelfLot]) -> list[tuple[ShelfLot, Decimal]]:
    """Return how much of which lots is missing, first expired first: of what is promised to nobody.

    It is less than the shortage where they have less.
    """
    lost = []
    for lot in sorted(lots, key=lambda each: (each.expires_on or date.max, each.id)):
        taken = min(lot.free, shortage)
        if taken > 0:
            lost.append((lot, taken))
            shortage -= taken
    return lost


def gaining(lots: Sequence[ShelfLot], today: date) -> ShelfLot | None:
    """Return the lot that gets what was found: the one that keeps longest, None if there is none that has not expired."""
    fresh = [lot for lot in lots if (lot.expires_on or date.max) >= today]
    return max(fresh, key=lambda each: (each.expires_on or date.max, each.id), default=None)


def worth(quantity: Decimal, unit_cost: Decimal) -> Decimal:
    """Return what so much of a lot is worth, rounded half away from zero to cents."""
    return (quantity * unit_cost).quantize(_CENT, "ROUND_HALF_UP")
