"""Suppliers, as JSON."""

from typing import Annotated, get_args

from pydantic import AfterValidator, Field

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Address,
    Code,
    Count,
    Email,
    Moment,
    Money,
    Name,
    Phone,
    Schema,
    omitted,
)
from app.product.discounts.schemas import Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _in_order(days: list[Weekday]) -> list[Weekday]:
    return [day for day in WEEKDAYS if day in days]


Weekdays = Annotated[list[Weekday], Field(max_length=7), AfterValidator(_in_order)]
"""Some weekdays; they come out from Monday on, each once."""

LeadDays = Annotated[int, Field(ge=0, le=90, examples=[2])]

_LEAD = "Days from an order to its delivery at the earliest; null where that is not known."
_DAYS = "The days on which it delivers; none for any day."
_LEAST = "What an order must come to, without VAT."


class NewSupplier(Schema):
    """A supplier to be known from now on."""

    code: Code
    name: Name
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None
    lead_days: LeadDays | None = Field(default=None, description=_LEAD)
    delivery_days: Weekdays = Field(default_factory=list, description=_DAYS)
    least_order: Money | None = Field(default=None, description=_LEAST)


class SupplierChanges(Schema):
    """What of a supplier changes; `active: false` withdraws it."""

    name: Name = omitted()
    email: Email | None = omitted()
    phone: Phone | None = omitted()
    address: Address | None = omitted()
    lead_days: LeadDays | None = omitted()
    delivery_days: Weekdays = omitted()
    least_order: Money | None = omitted()
    active: bool = omitted()


class Supplier(Schema):
    """Who delivers to the shop."""

    code: Code
    name: Name
    email: Email | None
    phone: Phone | None
    address: Address | None
    lead_days: LeadDays | None = Field(description=_LEAD)
    delivery_days: list[Weekday] = Field(description=_DAYS)
    least_order: Money | None = Field(description=_LEAST)
    active: bool
    version: Count
    created_at: Moment
    updated_at: Moment


class SupplierQuery(PageQuery):
    """Which suppliers to list."""

    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")
