"""What all things of the catalogue have, as JSON."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from app.core.web.paging import PageQuery
from app.core.web.schema import Code, Count, Moment, Name, Rate, Schema, wrong


def _below_one(rate: Decimal) -> Decimal:
    if rate >= 1:
        raise wrong("must be less than 1")
    return rate


VatRate = Annotated[Rate, AfterValidator(_below_one)]
"""The rate of the VAT that prices include."""


class ListQuery(PageQuery):
    """Which brands, categories, discounts or deposits to list, by name."""

    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")


class Listed(Schema):
    """What all things of the catalogue have."""

    code: Code
    name: Name
    active: bool = Field(description="`false` once it is withdrawn.")
    version: Count
    created_at: Moment
    updated_at: Moment
