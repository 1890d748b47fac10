"""What is asked of who cancels purchases, and what they are told. Pure."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.web import FieldError, Invalid
from app.core.web.schema import Phone, Reason, Schema, Text
from app.core.web.security import Principal
from app.orders.purchases.schemas import Method, Reference, Till
from app.orders.schemas import old_number

Goods = Literal["restock", "waste"]

PAID = "Something was paid for it: ask the shop to cancel it."
"""What its owner is told who would have to be given money back."""

PICKED = "It is being picked, or ready: ask the shop to cancel it."
"""What its owner is told as soon as somebody has begun."""


class CancelRequest(Schema):
    """Why a purchase is cancelled, how money goes back, what becomes of goods: all but the reason is for staff to say."""

    reason: Annotated[Text, Field(max_length=200, description="Staff must give it.")] = ""
    method: Method | None = Field(default=None, description="By default, each as it was paid.")
    reference: Reference = ""
    till: Till = None
    goods: Goods | None = Field(
        default=None,
        description="`restock`, the default, frees them; `waste` throws them away. Of an abandoned purchase the default is"
        " `shop.abandoned_goods`.",
    )


class CancelUnpaidRequest(Schema):
    """Whose unpaid purchases are cancelled, and why."""

    contact_phone: Phone = Field(description="Spellings of one number are one.")
    reason: Reason


class CancelledPurchase(Schema):
    """A purchase that was cancelled, in short."""

    id: UUID
    number: int = Field(description="The purchase's. Invoices have numbers of their own.")
    invoice_number: int = old_number()


class CancelledUnpaid(Schema):
    """What was cancelled."""

    count: int
    cancelled: list[CancelledPurchase]
    more: bool = Field(description="Whether there are others: ask again.")


def check_request(who: Principal, request: CancelRequest) -> None:
    """Raise Invalid where staff gives no reason, or somebody else says how money is given back, or what becomes of the goods."""
    if who.is_staff:
        given = {} if request.reason else {"/reason": "staff must give it"}
    else:
        said = {
            f"/{name}": getattr(request, name) for name in ("method", "reference", "till", "goods")
        }
        given = {at: "is for staff to say" for at, value in said.items() if value}
    if given:
        errors = [FieldError(at, message) for at, message in given.items()]
        raise Invalid("The purchase cannot be cancelled so.", errors=errors)
