"""Suggestions, as JSON."""

from pydantic import Field

from app.core.web.schema import Name, Schema, Sku


class Suggestion(Schema):
    """A word to look for, or a product."""

    text: Name = Field(description="A word, or the product's name.")
    product: Sku | None = Field(description="The product's code; null of a word.")


class Suggestions(Schema):
    """What begins with what was typed, the best first: at most ten."""

    items: list[Suggestion]


class SuggestionQuery(Schema):
    """What was typed so far."""

    q: str = Field(
        default="",
        max_length=100,
        description="The beginning of a word or of a product's name, without case and accents. Of nothing, nothing is suggested.",
        examples=["ban"],
    )
