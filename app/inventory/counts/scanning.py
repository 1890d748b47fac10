"""What a scan says: how much of which product, and when by the server's clock. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.core.web import Invalid
from app.inventory.counts.schemas import Refusal, Scan
from app.product.barcodes.reading import Bearer, Meaning, Scanned
from app.product.barcodes.reading import quantity as said_by

MOST = Decimal("999999999.999")
"""What a quantity can be."""

# What a barcode is on is whole where it is counted times something, so nothing is lost.
_GRAM = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Counted:
    """So much of a product by its code; no quantity is one piece."""

    product: str
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Goods:
    """A product of the shop: whether it belongs to the count."""

    id: int
    unit: str
    belongs: bool


def named(scan: Scan, found: Scanned | None) -> Counted | Refusal:
    """Return what a scan is of, by the product that it names or by what its barcode was `found` to be."""
    if scan.product is not None:
        return Counted(scan.product, scan.quantity)
    return _scanned(*found, scan.quantity) if isinstance(found, tuple) else "unknown_code"


def _scanned(meaning: Meaning, bearer: Bearer, times: Decimal | None) -> Counted | Refusal:
    if meaning.weight is not None and times is not None:
        return "quantity_given"
    try:
        once = said_by(meaning, bearer.unit, bearer.pieces)
    except Invalid:
        return "unknown_code"
    if once is None or times is None:
        return Counted(bearer.code, times if once is None else once)
    return Counted(bearer.code, (once * times).quantize(_GRAM))


def amount(counted: Counted, goods: Goods | None) -> Decimal | Refusal:
    """Return how much of these goods was counted; None are those that the shop does not have."""
    if goods is None or not goods.belongs:
        return "not_in_count" if goods else "unknown_code"
    quantity = counted.quantity
    if quantity is None:
        return Decimal(1) if goods.unit == "piece" else "quantity_needed"
    if quantity > MOST:
        return "too_much"
    return "not_whole" if goods.unit == "piece" and quantity % 1 else quantity


def seen_at(
    counted_at: datetime, sent_at: datetime, now: datetime, opened_at: datetime
) -> datetime | Refusal:
    """Return when something was counted, by the clock that says `now`; the client's said `sent_at` then.

    What the client counts in its own future, it counts now.
    """
    if counted_at >= sent_at:
        return now
    ago = sent_at - counted_at
    return now - ago if ago <= now - opened_at else "before_opening"
