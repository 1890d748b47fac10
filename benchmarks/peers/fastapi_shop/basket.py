"""What a basket costs, and which lots it is served from: pure, on Decimals and dates."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.peers.fastapi_shop.problems import Problem, coupon_refused
from benchmarks.peers.vat import line_total, vat_shares

NOTHING = Decimal("0.00")

LATE = {"coupon_used_up": "used_up", "coupon_used_by_you": "used_by_you"}
"""The constraints that a purchase violates whose coupon others have used up meanwhile, and what that is called."""


def is_whole(unit: str, quantity: Decimal) -> bool:
    """Say whether something sold by `unit` can be sold in `quantity`."""
    return unit != "piece" or quantity == quantity.to_integral_value()


@dataclass(slots=True)
class Line:
    """What is bought of one product at today's prices, or the deposit on it.

    `discount` are the terms that made the price, as the peer's driver has them. The `total` is less what `coupon_reduction`
    says, once that is known; `vat` follows from all lines.
    """

    active: bool
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
    discount: Any = None
    label_price: Decimal | None = None
    min_age: int | None = None
    deposit_code: str | None = None
    deposit_name: str | None = None
    deposit_amount: Decimal | None = None
    deposit_vat_rate: Decimal | None = None
    coupon_reduction: Decimal | None = None
    vat: Decimal = NOTHING

    def deposit(self) -> "Line | None":
        """Return the line of the deposit on these goods, if there is one; its product is theirs."""
        if (
            self.deposit_code is None
            or self.deposit_name is None
            or self.deposit_amount is None
            or self.deposit_vat_rate is None
        ):
            return None
        return Line(
            active=True,
            product_id=self.product_id,
            code=self.deposit_code,
            name=self.deposit_name,
            unit="piece",
            quantity=self.quantity,
            list_price=self.deposit_amount,
            discount_rate=Decimal(0),
            unit_price=self.deposit_amount,
            vat_rate=self.deposit_vat_rate,
            total=line_total(self.quantity, self.deposit_amount),
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
        """Take it off the lines. Raises Problem (409) if it is refused."""
        if self.refused or self.shares is None:
            raise coupon_refused(self.refused)
        for line, share in zip(goods, self.shares, strict=True):
            line.coupon_reduction = share
            line.total -= share


def share_vat(lines: Sequence[Line]) -> Decimal:
    """Give each line its part of the VAT, and return all of it."""
    parts = vat_shares([(line.total, line.vat_rate) for line in lines])
    for line, vat in zip(lines, parts, strict=True):
        line.vat = vat
    return sum((line.vat for line in lines), NOTHING)


def check(lines: Sequence[Line], confirmed_age: int | None) -> int | None:
    """Return the age that the buyer must have. Raises Problem (409) unless the goods can be sold to him."""
    if not lines:
        raise Problem(409, "The cart is empty.", code="empty_cart")
    withdrawn = [line.code for line in lines if not line.active]
    unsold = [line.code for line in lines if not is_whole(line.unit, line.quantity)]
    if withdrawn or unsold:
        raise Problem(
            409,
            "Some of it is not sold, or not so, any more.",
            code="withdrawn",
            items=[{"product": code} for code in dict.fromkeys([*withdrawn, *unsold])],
        )
    min_age = max((line.min_age for line in lines if line.min_age is not None), default=None)
    if min_age is not None and min_age > (confirmed_age or 0):
        detail = f"Somebody must say that the buyer is {min_age} years old."
        raise Problem(409, detail, code="age_not_confirmed", min_age=min_age)
    return min_age


def charge(lines: Iterable[Line], expected_total: Decimal | None) -> Decimal:
    """Return what the lines cost. Raises Problem (409) unless that is expected."""
    total = sum((line.total for line in lines), NOTHING)
    if expected_total is not None and expected_total != total:
        raise Problem(409, f"The cart costs {total} now.", code="price_changed", total=f"{total:f}")
    return total


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


def _order(lot: Lot) -> tuple[bool, date, int]:
    return lot.expires_on is None, lot.expires_on or date.max, lot.id


def pick(lots: Iterable[Lot], quantity: Decimal) -> list[Pick] | None:
    """Return what to take of which of one product's lots, first expired first; None for too little."""
    picks: list[Pick] = []
    left = quantity
    for lot in sorted(lots, key=_order):
        taken = min(lot.free, left)
        if taken > 0:
            picks.append(Pick(lot.product_id, lot.id, taken))
            left -= taken
    return None if left > 0 else picks


def pick_all(lines: Iterable[Line], lots: Iterable[Lot], today: date) -> list[Pick] | None:
    """Return what to take for all `lines` of the lots that have not expired; None for too little."""
    sellable: dict[int, list[Lot]] = {}
    for lot in lots:
        if lot.expires_on is None or lot.expires_on >= today:
            sellable.setdefault(lot.product_id, []).append(lot)
    found: list[Pick] = []
    for line in lines:
        picks = pick(sellable.get(line.product_id, ()), line.quantity)
        if picks is None:
            return None
        found += picks
    return found


def out_of_stock(
    lines: Iterable[Line], enough: Container[int], left: Mapping[int, Decimal]
) -> Problem:
    """Return the problem of `lines` that cannot all be had.

    `enough` are the products whose level had enough, `left` is what can be sold of all of them.
    """
    items = [
        {
            "product": line.code,
            "requested": f"{line.quantity:f}",
            "available": f"{left[line.product_id]:f}",
        }
        for line in lines
        if line.product_id not in enough or left[line.product_id] < line.quantity
    ]
    detail = "There is not enough of everything any more."
    return Problem(409, detail, code="out_of_stock", items=items)
