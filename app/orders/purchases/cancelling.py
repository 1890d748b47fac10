"""What is asked of who cancels a purchase: staff says why, and its owner nothing about money. Pure."""

from app.core.web import FieldError, Invalid
from app.core.web.security import Principal
from app.orders.purchases.schemas import CancelRequest

PAID = "Something was paid for it: ask the shop to cancel it."
"""What its owner is told who would have to be given money back."""

PICKED = "It is being picked, or ready: ask the shop to cancel it."
"""What its owner is told as soon as somebody has begun."""


def check_request(who: Principal, request: CancelRequest) -> None:
    """Raise Invalid where staff gives no reason, or somebody else says how money is given back."""
    if who.is_staff:
        given = {} if request.reason else {"/reason": "staff must give it"}
    else:
        said = {f"/{name}": getattr(request, name) for name in ("method", "reference", "till")}
        given = {at: "is for staff to say" for at, value in said.items() if value}
    if given:
        errors = [FieldError(at, message) for at, message in given.items()]
        raise Invalid("The purchase cannot be cancelled so.", errors=errors)
