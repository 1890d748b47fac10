"""What must hold between the values of one thing, beyond each value's own form. Pure."""

from collections.abc import Mapping
from typing import Any

from app.core.web import FieldError, Invalid


def check_discount(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a discount that would end before it starts."""
    if values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        raise _wrong("ends_on", "must not be before starts_on")


def check_product(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a reorder level in parts of what is sold by the piece."""
    if values["unit"] == "piece" and values["reorder_level"] % 1:
        raise _wrong("reorder_level", "must be whole, as the product is sold by the piece")


def _wrong(member: str, message: str) -> Invalid:
    return Invalid("The values do not fit together.", errors=[FieldError(f"/{member}", message)])
