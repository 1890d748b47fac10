"""Facets, as JSON."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from app.core.web.schema import Code, Count, Moment, Money, Name, Schema, omitted
from app.product.food.schemas import Allergen, each_once, parted

Facet = Literal["brand", "category", "price", "allergens"]
FACETS: tuple[Facet, ...] = get_args(Facet)

AskedFacets = Annotated[
    list[Facet],
    BeforeValidator(parted),
    AfterValidator(each_once),
    Field(min_length=1, max_length=len(FACETS)),
    WithJsonSchema({"type": "string", "examples": [",".join(FACETS)]}),
]
"""Facets with commas between them."""


class CountedThing(Schema):
    """A brand, or a category with only what is directly in it, and how many of the products are of it."""

    code: Code
    name: Name
    count: Count


class CountedPrices(Schema):
    """A range of prices charged today, both ends included, and how many of the products cost that."""

    min_price: Money
    max_price: Money | None = Field(description="null of the highest range.")
    count: Count


class CountedAllergen(Schema):
    """How many of the products are declared to contain an allergen, that they may contain it, and to be free of it."""

    allergen: Allergen
    contains: Count
    may_contain: Count
    free: Count


class Facets(Schema):
    """How many products of the whole list have each value: those that were asked for."""

    more: bool = Field(
        description="Whether there are more products than were counted: then each count is at least that."
    )
    counted_at: Moment | None = Field(
        description="When they were counted, where it was not just now: of a large shop as a whole."
    )
    brand: list[CountedThing] = omitted()
    category: list[CountedThing] = omitted()
    price: list[CountedPrices] = omitted()
    allergens: list[CountedAllergen] = omitted()
