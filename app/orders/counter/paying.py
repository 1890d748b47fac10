"""How a sale's total is paid, or paid out: pure sums on Decimals."""

from collections.abc import Sequence
from decimal import Decimal

from app.core.web import Conflict, FieldError, Invalid
from app.orders.counter.schemas import SalePayment
from app.orders.purchases.money import Moved

PAID_OUT = "deposits given back"

Share = tuple[int, Moved]
"""The place of a payment in the request, and what it comes to."""


def shares(total: Decimal, asked: Sequence[SalePayment], till: str | None) -> list[Share]:
    """Return what each payment comes to, all together the total; of one below 0, what is paid out. Nothing is no payment.

    Raises Invalid where two leave their amount out, and Conflict `payments_mismatch` with the `total`.
    """
    given = asked or [SalePayment(method="cash")]
    left_out = [place for place, each in enumerate(given) if each.amount is None]
    if len(left_out) > 1:
        error = FieldError(f"/payments/{left_out[1]}/amount", "only one may leave it out")
        raise Invalid("The payments leave open what is paid how.", errors=[error])
    rest = abs(total) - sum((each.amount or Decimal(0) for each in given), Decimal(0))
    nothing_left = rest == 0 and bool(left_out) and len(given) > 1
    if rest < 0 or nothing_left or (rest > 0 and not left_out) or (total < 0 and len(given) > 1):
        raise Conflict(_mismatch(total), code="payments_mismatch", total=f"{total:f}")
    reason = PAID_OUT if total < 0 else ""
    return [
        (place, Moved(each.method, amount, each.reference, reason, till, _tendered(total, each)))
        for place, each in enumerate(given)
        if (amount := rest if each.amount is None else each.amount)
    ]


def _tendered(total: Decimal, payment: SalePayment) -> Decimal | None:
    return payment.tendered if total > 0 else None


def _mismatch(total: Decimal) -> str:
    if total < 0:
        return f"{-total:f} is paid out, by one method."
    return f"It comes to {total:f}, and the payments to something else."
