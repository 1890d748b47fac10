"""List prices over time, as JSON."""

from pydantic import Field

from app.core.web.schema import Date, Moment, PositiveMoney, Schema, Sku

MOST_FORMER = 100
"""How many former prices are shown."""

MOST_COMING = 20
"""How many prices of days to come a product has at most."""


class PlannedPrice(Schema):
    """What one unit will be listed at from a day to come on."""

    starts_on: Date
    list_price: PositiveMoney = Field(description="Of one unit, VAT included.")


class PriceInFile(PlannedPrice):
    """A price of a day to come, with what has it, as a file says it."""

    product: Sku = Field(description="The product's code.")


class PlannedPrices(Schema):
    """All prices that are to come, in place of those that were."""

    coming: list[PlannedPrice] = Field(max_length=MOST_COMING)


class ComingPrice(PlannedPrice):
    """A price of a day to come."""

    by: str | None = Field(description="The e-mail address of who said so; null for a command.")


class FormerPrice(Schema):
    """A price that was."""

    list_price: PositiveMoney
    until: Moment
    by: str | None = Field(description="Who changed it then; null for a command.")


class Prices(Schema):
    """What a product is listed at now, was before, and will be."""

    list_price: PositiveMoney = Field(description="Of one unit, VAT included.")
    coming: list[ComingPrice] = Field(description="The next one first.")
    former: list[FormerPrice] = Field(description=f"The last {MOST_FORMER}, the latest first.")
