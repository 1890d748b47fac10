"""Coupons, as JSON."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Date,
    Money,
    Name,
    PositiveMoney,
    Rate,
    Schema,
    Sku,
    omitted,
)
from app.product.discounts.schemas import DiscountRate
from app.product.schemas import Listed

MOST_CODES = 1000
"""How many codes one call makes."""

Uses = Annotated[int, Field(ge=1, le=1_000_000_000)]
Products = Annotated[list[Sku], Field(max_length=200)]
Codes = Annotated[list[Code], Field(max_length=200)]

_RATE = "Taken off what the goods cost, in place of an amount."
_AMOUNT = "Taken off the basket, in place of a rate."
_MINIMUM = "What the goods of the basket must cost at least, before it, without deposits."
_USES = "How often it may be redeemed in all; null for ever again."
_USES_EACH = "How often by one customer, or by guests with one telephone number."
_SINGLE_USE = "Whether only codes that are made for it redeem it, each once, and not its own."


class NewCoupon(Schema):
    """A coupon to be redeemed from some day on: by its own code, in capitals or not, or by codes made for it."""

    code: Code = Field(examples=["spring10"])
    name: Name
    rate: DiscountRate | None = Field(default=None, description=_RATE, examples=["0.1000"])
    amount: PositiveMoney | None = Field(default=None, description=_AMOUNT)
    minimum: Money = Field(default=Decimal("0.00"), description=_MINIMUM)
    starts_on: Date = Field(description="The first day on which it is good.")
    ends_on: Date | None = Field(default=None, description="The last one; null for no end.")
    uses: Uses | None = Field(default=None, description=_USES)
    uses_each: Uses | None = Field(default=None, description=_USES_EACH)
    single_use: bool = Field(default=False, description=_SINGLE_USE)
    excluded_products: Products = Field(default_factory=list, description="By their codes.")
    excluded_categories: Codes = Field(default_factory=list, description="With all below them.")
    excluded_brands: Codes = Field(default_factory=list, description="By their codes.")


class CouponChanges(Schema):
    """What of a coupon changes, at once; `active: false` withdraws it."""

    name: Name = omitted()
    rate: DiscountRate | None = omitted()
    amount: PositiveMoney | None = omitted()
    minimum: Money = omitted()
    starts_on: Date = omitted()
    ends_on: Date | None = omitted()
    uses: Uses | None = omitted()
    uses_each: Uses | None = omitted()
    excluded_products: Products = omitted()
    excluded_categories: Codes = omitted()
    excluded_brands: Codes = omitted()
    active: bool = omitted()


class Coupon(Listed):
    """What a code takes off a basket, on all days from starts_on through ends_on, in the shop's time zone."""

    rate: Rate | None = Field(description=_RATE)
    amount: PositiveMoney | None = Field(description=_AMOUNT)
    minimum: Money = Field(description=_MINIMUM)
    starts_on: Date
    ends_on: Date | None
    uses: int | None = Field(description=_USES)
    uses_each: int | None = Field(description=_USES_EACH)
    single_use: bool = Field(description=_SINGLE_USE)
    excluded_products: list[Sku]
    excluded_categories: list[Code]
    excluded_brands: list[Code]
    used: int = Field(description="By how many purchases that were not cancelled.")


class NewCodes(Schema):
    """How many codes to make."""

    count: int = Field(ge=1, le=MOST_CODES)


class MadeCodes(Schema):
    """Codes that redeem a coupon once each."""

    codes: list[str] = Field(examples=[["K7FQ-2M9X-TR4H"]])


class CouponCode(Schema):
    """A code that redeems a coupon once."""

    code: str = Field(examples=["K7FQ-2M9X-TR4H"])
    purchase: UUID | None = Field(description="Which one did.")


class CodesQuery(PageQuery):
    """Which of a coupon's codes to list."""

    used: bool | None = Field(default=None, description="Whether they were redeemed.")
