"""What a basket costs, and which lots it is served from: pure, on Decimals and dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.peers.charges import Terms
from benchmarks.peers.vat import line_total, vat_shares


def sold_in(unit: str, quantity: Decimal) -> bool:
    """Say whether something sold by `unit` can be sold in `quantity`: pieces only in whole ones."""
    return unit != "piece" or quantity == quantity.to_integral_value()


@dataclass(slots=True)
class Line:
    """What is bought of one product at today's prices, or the deposit on these `goods`.

    `discount` made its price. All lines together tell what `vat` is within the `total`, which is less what a coupon takes off it.
    """

    product_id: int
    code: str
    name: str
    unit: str
    quantity: Decimal
    list_price: Decimal
    discount_rate: Decimal
    unit_price: Decimal
    vat_rate: Decimal
    total: Decimal
    discount: Terms | None = None
    label_price: Decimal | None = None
    best_before: date | None = None
    substitute: bool = False
    offer: Any = None
    goods: "Line | None" = None
    id: int | None = None
    coupon_reduction: Decimal | None = None
    vat: Decimal = field(init=False)

    def deposit(self) -> "Line | None":
        """Return the line of the deposit on these goods, if there is one."""
        if self.offer is None or self.offer.deposit_code is None:
            return None
        return Line(
            product_id=self.product_id,
            code=self.offer.deposit_code,
            name=self.offer.deposit_name,
            unit="piece",
            quantity=self.quantity,
            list_price=self.offer.deposit_amount,
            discount_rate=Decimal("0.0000"),
            unit_price=self.offer.deposit_amount,
            vat_rate=self.offer.deposit_vat_rate,
            total=line_total(self.quantity, self.offer.deposit_amount),
            goods=self,
        )


def deposits(goods: Iterable[Line]) -> list[Line]:
    """Return the lines of the deposits on `goods`, which come behind them."""
    return [line for each in goods if (line := each.deposit()) is not None]


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon, and what it does to a basket: why it is `refused`, or "" and its share of each line of goods."""

    id: int
    code: str
    name: str
    minimum: Decimal
    refused: str
    reduction: Decimal
    shares: Sequence[Decimal] | None

    def redeem(self, goods: Iterable[Line]) -> None:
        """Take the shares off the lines."""
        for line, share in zip(goods, self.shares or (), strict=True):
            line.coupon_reduction = share
            line.total -= share


def total_of(lines: Iterable[Line]) -> Decimal:
    """Return what all lines cost together."""
    return sum((line.total for line in lines), Decimal("0.00"))


def share_vat(lines: Sequence[Line]) -> Decimal:
    """Give each line its part of the VAT within that, and return all of it."""
    parts = vat_shares([(line.total, line.vat_rate) for line in lines])
    for line, vat in zip(lines, parts, strict=True):
        line.vat = vat
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
