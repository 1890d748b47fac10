"""What a basket costs: pure sums on Decimals, in the shop's one currency, VAT included.

One rounding rule: half up to the cent, once for each line. Totals are sums of rounded lines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
PIECE = "piece"


def cents(amount: Decimal) -> Decimal:
    """Return `amount` rounded to two decimals, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def line_total(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return what `quantity` units cost at `unit_price` each."""
    return cents(quantity * unit_price)


def vat_amount(total: Decimal, vat_rate: Decimal) -> Decimal:
    """Return the VAT within the gross `total`: what is left when the rounded net is taken off."""
    return total - cents(total / (1 + vat_rate))


def sold_in(unit: str, quantity: Decimal) -> bool:
    """Say whether something sold by `unit` can be sold in `quantity`: pieces only in whole ones."""
    return unit != PIECE or quantity == quantity.to_integral_value()


@dataclass(frozen=True, slots=True)
class Line:
    """What is bought of one product at today's prices, per piece, kilogram or litre."""

    product_id: int
    code: str
    name: str
    unit: str
    quantity: Decimal
    list_price: Decimal
    discount_rate: Decimal
    unit_price: Decimal
    vat_rate: Decimal

    @property
    def total(self) -> Decimal:
        """What the line costs."""
        return line_total(self.quantity, self.unit_price)

    @property
    def vat(self) -> Decimal:
        """The VAT within the line's total."""
        return vat_amount(self.total, self.vat_rate)


def total_of(lines: Iterable[Line]) -> Decimal:
    """Return what all `lines` cost together."""
    return sum((line.total for line in lines), Decimal("0.00"))


def vat_of(lines: Iterable[Line]) -> Decimal:
    """Return the VAT within what all `lines` cost together."""
    return sum((line.vat for line in lines), Decimal("0.00"))


def money_back(balances: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return how much to give back by each method, so that nothing of what was paid is kept.

    `balances` is paid less refunded by method, in the order in which the methods were first used.
    One is below zero where more was refunded in cash, say, than came in that way: then so much
    less goes back by the others. What goes back by a method is never more than its balance.
    """
    left = sum(balances.values(), Decimal("0.00"))
    back: dict[str, Decimal] = {}
    for method, balance in balances.items():
        amount = min(balance, left)
        if amount > 0:
            back[method] = amount
            left -= amount
    return back
