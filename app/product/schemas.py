"""Brands, categories and discounts, as JSON."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.web.paging import PageQuery
from app.core.web.schema import Code, Count, Date, Moment, Name, Rate, Schema, omitted, wrong


def _part(rate: Decimal) -> Decimal:
    if not 0 < rate < 1:
        raise wrong("must be greater than 0 and less than 1")
    return rate


DiscountRate = Annotated[Rate, AfterValidator(_part)]
"""A share of the price that is taken off: neither nothing nor everything."""


class ListQuery(PageQuery):
    """Which brands, categories or discounts to list, by name."""

    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")


class Listed(Schema):
    """What all things of the catalogue have."""

    code: Code
    name: Name
    active: bool = Field(description="`false` once it is withdrawn.")
    version: Count
    created_at: Moment
    updated_at: Moment


class NewBrand(Schema):
    """A brand to be known from now on."""

    code: Code
    name: Name


class BrandChanges(Schema):
    """What of a brand changes; `active: false` withdraws it."""

    name: Name = omitted()
    active: bool = omitted()


class Brand(Listed):
    """A maker's name."""


class NewCategory(Schema):
    """A category to be known from now on."""

    code: Code
    name: Name
    parent: Code | None = Field(default=None, description="The code of the category above it.")


class CategoryChanges(Schema):
    """What of a category changes; `active: false` withdraws it, `parent: null` makes it a root."""

    name: Name = omitted()
    parent: Code | None = omitted()
    active: bool = omitted()


class Category(Listed):
    """A node in the tree of categories, which is at most eight levels deep."""

    parent: Code | None = Field(description="The code of the category above it; null for a root.")


class NewDiscount(Schema):
    """A discount to be known from now on; products name it by its code."""

    code: Code
    name: Name
    rate: DiscountRate = Field(examples=["0.1500"])
    starts_on: Date = Field(description="The first day on which it applies.")
    ends_on: Date | None = Field(
        default=None, description="The last day on which it applies; null for no end."
    )


class DiscountChanges(Schema):
    """What of a discount changes, at once; `active: false` withdraws it."""

    name: Name = omitted()
    rate: DiscountRate = omitted()
    starts_on: Date = omitted()
    ends_on: Date | None = omitted()
    active: bool = omitted()


class Discount(Listed):
    """A rate off the price, on all days from starts_on through ends_on, in the shop's time zone."""

    rate: Rate
    starts_on: Date
    ends_on: Date | None
