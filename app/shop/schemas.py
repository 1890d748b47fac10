"""The shop itself, as JSON."""

from pydantic import Field

from app.core.web.schema import Money, Name, Quantity, Schema


class OrderDemands(Schema):
    """What the shop asks of who orders."""

    max_lines: int = Field(description="Most lines of a cart.")
    max_quantity: Quantity = Field(description="Most of one product in a line.")
    minutes_to_pay: int = Field(
        description="Minutes after which a customer's purchase is cancelled if nothing was paid."
    )
    guest_minutes_to_pay: int = Field(description="The same for a guest's.")
    days_to_collect: int = Field(
        description="Days after which what was paid for and not collected may be cancelled."
    )
    guest_contact: list[str] = Field(
        description="What a guest must give at checkout.", examples=[["contact_name"]]
    )


class ShopProfile(Schema):
    """What a client has to know of the shop before it shows anything."""

    name: Name
    currency: str = Field(description="The ISO 4217 code of all amounts.", examples=["EUR"])
    time_zone: str = Field(description="Whose midnight starts a day.", examples=["Europe/Berlin"])
    cash_rounding: Money = Field(
        description="The smallest coin in use, to which cash is rounded: 0.00 is none."
    )
    locale: str = Field(
        description="The language and region that it writes numbers and dates for (BCP 47).",
        examples=["de-DE"],
    )
    opening_hours: list[str] = Field(
        description="As schema.org's openingHours; empty where it does not say.",
        examples=[["Mo-Fr 08:00-20:00", "Sa 08:00-18:00"]],
    )
    order: OrderDemands
    waste_reasons: list[str] = Field(
        description="What goods are thrown away for, as staff chooses it.",
        examples=[["expired", "broken"]],
    )
