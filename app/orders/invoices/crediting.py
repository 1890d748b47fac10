"""How much of a line's money goes back with so much of it: pure sums on Decimals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """A line of a purchase, and how much of it, and of the money for it, was given back so far.

    `product` is the code of goods, None of a deposit; of what `is_whole`, no part can come back.
    """

    line: int
    product: str | None
    is_whole: bool
    quantity: Decimal
    total: Decimal
    credited_quantity: Decimal
    credited: Decimal

    @property
    def left(self) -> Decimal:
        """The money for it that was not given back."""
        return self.total - self.credited

    @property
    def left_quantity(self) -> Decimal:
        """So much of it money was not given back for."""
        return self.quantity - self.credited_quantity

    def due(self, quantity: Decimal) -> Decimal:
        """Return what goes back for so much more of it, of `left_quantity` at most.

        Portions that make all of it make all of its total, whatever they are: each is what all so far come to, less what
        those before came to. Never more than is left.
        """
        before, after = self.credited_quantity, self.credited_quantity + quantity
        return min(self._part(after) - self._part(before), self.left)

    def _part(self, quantity: Decimal) -> Decimal:
        return (self.total * quantity / self.quantity).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """So much of a purchase's line is given back, for so much money."""

    line: int
    quantity: Decimal
    total: Decimal
