"""Brands, as JSON."""

from app.core.web.schema import Code, Name, Schema, omitted
from app.product.schemas import Listed


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
