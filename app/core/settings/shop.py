"""The section of the settings that holds the shop's own rules; each field's description is its documentation."""

from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from app.core.settings.labels import ScaleLabel, scale_labels
from app.core.settings.sections import Section
from app.core.settings.values import CURRENCIES, is_opening, parted

Region = Literal["", "DE", "DK", "EE", "FI", "GB", "LT", "LV", "NO", "SE"]


class SellerSettings(Section):
    """Who sells, as invoices say it. What is not set is left out of them. Run `migrate` after changing it."""

    name: str = Field(
        default="", max_length=120, description="Of the company; the shop's own unless it is set."
    )
    address: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        max_length=6,
        description='Its lines, as ["Dolna 1", "00-001 Warszawa"]. In the environment parted by commas.',
    )
    vat_id: str = Field(
        default="", max_length=32, description="The number that it is known by for VAT."
    )

    @field_validator("address", mode="before")
    @classmethod
    def _address(cls, value: Any) -> Any:
        lines = parted(value) if isinstance(value, str) else value
        if isinstance(lines, list | tuple) and all(isinstance(line, str) for line in lines):
            return lines
        raise ValueError('must be lines like ["Dolna 1", "00-001 Warszawa"]')


class ShopSettings(Section):
    """The shop's own rules."""

    name: str = Field(
        default="Online Grocery", min_length=1, max_length=120, description="Its name."
    )
    currency: str = Field(
        default="EUR",
        description="The ISO 4217 code of its one currency. The first `migrate` writes it into the database;"
        " what has another is refused from then on.",
    )
    time_zone: str = Field(
        default="UTC",
        description="Whose midnight starts a day: Europe/Warsaw. Run `migrate` after changing it.",
    )
    locale: str = Field(
        default="en-GB",
        pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$",
        description="The language and region that numbers and dates are written for: de-DE.",
    )
    opening_hours: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description='When it is open, as ["Mo-Fr 08:00-20:00", "Sa 08:00-18:00"]. In the environment parted by commas.',
    )
    seller: SellerSettings = Field(
        default=SellerSettings(), description="Who sells, as invoices say it."
    )
    minutes_to_pay: int = Field(
        default=120,
        ge=1,
        le=43_200,
        description="Minutes after which an unpaid purchase of a customer's is cancelled.",
    )
    guest_minutes_to_pay: int = Field(
        default=30, ge=1, le=43_200, description="The same for a guest's."
    )
    guest_unpaid_purchases: int = Field(
        default=3,
        ge=0,
        le=1000,
        description="Most purchases of guests with one telephone number that wait to be paid; 0 is no bound.",
    )
    guest_unpaid_share: Decimal = Field(
        default=Decimal("0.5"),
        gt=0,
        le=1,
        decimal_places=4,
        description="Part of a product's stock that all unpaid purchases of guests hold at most; 1 is no bound.",
    )
    guest_unpaid_quantity: Decimal = Field(
        default=Decimal(5),
        gt=0,
        le=Decimal("999999.999"),
        decimal_places=3,
        description="What a guest may have of a product in any case while no other unpaid guest holds any of it.",
    )
    days_to_collect: int = Field(
        default=7,
        ge=1,
        le=365,
        description="Days after a purchase's payment, or after its slot if that is later, at whose end it is abandoned.",
    )
    abandoned_goods: Literal["restock", "waste"] = Field(
        default="waste",
        description="What becomes of the goods of an abandoned purchase that staff cancels: restock or waste.",
    )
    cart_days: int = Field(
        default=7, ge=1, le=365, description="Days that a cart is kept: unused, or checked out."
    )
    guest_purchase_days: int = Field(
        default=90,
        ge=31,
        le=3650,
        description="Days that a guest's token opens a purchase after it was handed over or cancelled.",
    )
    cash_rounding: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        decimal_places=2,
        description="The smallest coin in use, to which cash is rounded: 0.05. 0 is none.",
    )
    weight_tolerance: Decimal = Field(
        default=Decimal("0.1"),
        ge=0,
        le=1,
        decimal_places=4,
        description="Part by which what is sold by weight or volume may come to more than was ordered, without asking"
        " the buyer. Run `migrate` after changing it.",
    )
    event_days: int = Field(
        default=90,
        ge=1,
        le=3650,
        description="Days that the record of what became of purchases is kept.",
    )
    person_days: int = Field(
        default=1096,
        ge=31,
        le=36_525,
        description="Days after it was handed over or cancelled that a purchase says who it was for: name, telephone,"
        " customer. The books stay.",
    )
    buyer_years: int = Field(
        default=10,
        ge=6,
        le=100,
        description="Years that an invoice names the buyer who asked for it, as tax law wants.",
    )
    audit_days: int = Field(
        default=1096,
        ge=366,
        le=36_525,
        description="Days that the audit log is kept.",
    )
    max_cart_lines: int = Field(
        default=100, ge=1, le=1000, description="Most products in one cart."
    )
    max_quantity: Decimal = Field(
        default=Decimal("999.000"),
        gt=0,
        le=Decimal("999999.999"),
        decimal_places=3,
        description="Most of one product in one cart.",
    )
    refund_limit: Decimal | None = Field(
        default=None,
        ge=0,
        le=Decimal("9999999999.99"),
        decimal_places=2,
        description="Most that a clerk gives back of one purchase; above that, an admin must. None is no bound.",
    )
    scale_labels: Annotated[tuple[ScaleLabel, ...], NoDecode] = Field(
        default=(),
        description="The forms of the labels that the shop's own scales print, as EAN-13s of 13 places that begin with 02"
        " or 20 to 29, such as 22IIIIIVPPPPC and 28IIIIIWWWWWC: digits stand as they are, I is the item number (a"
        " product's PLU), P the price in hundredths of the currency or W the weight in grams (4 to 6 places), V, if it is"
        " there, the verifying digit of 4 or 5 such places, or D the day on reduced goods (6 places: year, month, day), C the"
        " check digit. No number may fit two of them. In the"
        " environment parted by commas.",
    )
    scale_region: Region = Field(
        default="",
        description="The country whose rules say what other EAN-13s beginning with 02 or 20 to 29 mean: their weights,"
        " prices (in the shop's currency) and counts. Nothing: they are plain numbers.",
    )

    @field_validator("scale_labels", mode="before")
    @classmethod
    def _scale_labels(cls, value: Any) -> Any:
        return scale_labels(value)

    @field_validator("currency")
    @classmethod
    def _currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError("must be the ISO 4217 code of a currency with two decimals")
        return value

    @field_validator("opening_hours", mode="before")
    @classmethod
    def _opening_hours(cls, value: Any) -> Any:
        hours = parted(value) if isinstance(value, str) else value
        if isinstance(hours, list | tuple) and all(map(is_opening, hours)):
            return hours
        raise ValueError('must be hours like ["Mo-Fr 08:00-20:00", "Sa 08:00-18:00"]')

    @field_validator("time_zone")
    @classmethod
    def _time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone like Europe/Warsaw") from None
        return value
