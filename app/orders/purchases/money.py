"""Money that is taken or given back, and how it becomes cash: pure sums on Decimals."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.web import FieldError, Forbidden, Invalid
from app.core.web.security import Principal


def rounding(amount: Decimal, step: Decimal) -> Decimal:
    """Return what is added to `amount` so that coins of `step` can make it: below 0 where it becomes less.

    Half up, as in Finland, the Netherlands and Switzerland. A `step` of 0 leaves every amount as it is.
    """
    if step == 0:
        return Decimal("0.00")
    coins = (amount / step).quantize(Decimal(1), ROUND_HALF_UP)
    return coins * step - amount


def check_method(
    who: Principal, method: str, amount: Decimal, balances: Mapping[str, Decimal]
) -> None:
    """Raise Forbidden `other_method` where more is to go back by a method than was paid so, by one who may not confirm that."""
    by_method = balances.get(method, Decimal("0.00"))
    if amount > by_method and "refunds:confirm" not in who.permissions:
        raise Forbidden(
            f"Only {by_method:f} was paid by {method}: leave the method out, or have somebody do it who may confirm refunds.",
            code="other_method",
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """So much by a method: at the till of that name, if any, and of cash what was handed over."""

    method: str
    amount: Decimal
    reference: str = ""
    reason: str = ""
    till: str | None = None
    tendered: Decimal | None = None

    def booked(self, step: Decimal, at: str = "") -> dict[str, Any]:
        """Return it as it is written down, its cash rounded to `step`.

        Raises Invalid if too little was tendered, which points into what is `at` that place of the request.
        """
        more = rounding(self.amount, step) if self.method == "cash" else Decimal("0.00")
        if self.tendered is not None and self.tendered < self.amount + more:
            message = f"must be at least {self.amount + more}"
            raise Invalid("That is too little.", errors=[FieldError(f"{at}/tendered", message)])
        return {
            "method": self.method,
            "amount": self.amount,
            "rounding": more,
            "tendered": self.tendered,
            "reference": self.reference,
            "reason": self.reason,
            "till": self.till,
        }
