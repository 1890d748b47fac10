"""The section of the settings that holds the stock room's rules; each field's description is its documentation."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator
from pydantic_settings import NoDecode

from app.core.settings.sections import Section
from app.core.settings.values import parted

WasteReason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class StockSettings(Section):
    """The stock room's rules."""

    recount_value: Decimal | None = Field(
        default=None,
        ge=0,
        le=Decimal("9999999999.99"),
        decimal_places=2,
        description="A difference worth more than that has to be counted again before a count is approved, unless it came twice."
        " None is no bound.",
    )
    over_delivery: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=1,
        decimal_places=4,
        description="Part of what was asked of a supplier that is taken above it, with a reason. 0 takes no more than that.",
    )
    waste_reasons: Annotated[tuple[WasteReason, ...], NoDecode] = Field(
        default=("expired", "broken", "spoiled", "damaged in transit", "own use", "other"),
        min_length=1,
        max_length=50,
        description="What goods are thrown away for, as staff chooses it. In the environment parted by commas.",
    )

    @field_validator("waste_reasons", mode="before")
    @classmethod
    def _waste_reasons(cls, value: Any) -> Any:
        return parted(value) if isinstance(value, str) else value
