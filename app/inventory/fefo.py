"""First expired, first out: which lots a sale is served from. Pure, on Decimals and dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Lot:
    """What came in together of one product; `free` is what of it is on hand and not allocated."""

    id: int
    product_id: int
    free: Decimal
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Pick:
    """So much of a product from that lot."""

    product_id: int
    lot_id: int
    quantity: Decimal


def expired(lot: Lot, today: date) -> bool:
    """Say whether `lot` can no longer be sold: `expires_on` is its last day."""
    return lot.expires_on is not None and lot.expires_on < today


def order(lot: Lot) -> tuple[bool, date, int]:
    """Return the key that sorts lots by expiry, those that never expire last, then by age."""
    return lot.expires_on is None, lot.expires_on or date.max, lot.id


def pick(lots: Iterable[Lot], quantity: Decimal) -> list[Pick] | None:
    """Return what to take of which of one product's `lots` for `quantity`, in FEFO order.

    None if all of them together hold too little. Expired lots are for the caller to leave out.
    """
    picks: list[Pick] = []
    left = quantity
    for lot in sorted(lots, key=order):
        taken = min(lot.free, left)
        if taken > 0:
            picks.append(Pick(lot.product_id, lot.id, taken))
            left -= taken
    return None if left > 0 else picks
