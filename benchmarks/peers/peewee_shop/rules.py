"""What a basket costs, and which lots it is served from: pure, on Decimals and dates."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def line_total(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return what so much costs, rounded half up to the cent."""
    return _cents(quantity * unit_price)


def sold_in(unit: str, quantity: Decimal) -> bool:
    """Say whether something sold by `unit` can be sold in `quantity`: pieces only in whole ones."""
    return unit != "piece" or quantity == quantity.to_integral_value()


@dataclass(slots=True)
class Line:
    """What is bought of one product at today's prices; `vat` is within the `total`."""

    product_id: int
    code: str
    name: str
    unit: str
    quantity: Decimal
    list_price: Decimal
    discount_rate: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    total: Decimal = field(init=False)
    vat: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.total = line_total(self.quantity, self.unit_price)
        self.vat = self.total - _cents(self.total / (1 + self.vat_rate))


def total_of(lines: Iterable[Line]) -> Decimal:
    """Return what all lines cost together."""
    return sum((line.total for line in lines), Decimal("0.00"))


def vat_of(lines: Iterable[Line]) -> Decimal:
    """Return the VAT within that."""
    return sum((line.vat for line in lines), Decimal("0.00"))


@dataclass(slots=True)
class Lot:
    """What came in together of one product; `free` is not promised to anybody."""

    id: int
    product_id: int
    free: Decimal
    expires_on: date | None


@dataclass(slots=True)
class Pick:
    """So much of a product from that lot."""

    product_id: int
    lot_id: int
    quantity: Decimal


def _expiry(lot: Lot) -> tuple[date, int]:
    return lot.expires_on or date.max, lot.id


def pick(lots: Iterable[Lot], quantity: Decimal) -> list[Pick] | None:
    """Return what to take of which lots of a product, first expired first; None for too little."""
    picks = []
    for lot in sorted(lots, key=_expiry):
        taken = min(lot.free, quantity)
        if taken > 0:
            picks.append(Pick(lot.product_id, lot.id, taken))
            quantity -= taken
    return None if quantity > 0 else picks
