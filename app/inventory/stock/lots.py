"""What a lot may be of: whole pieces, and nothing that has expired. Pure, on Decimals and dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.web import FieldError


@dataclass(frozen=True, slots=True)
class Product:
    """What stock needs to know of a product."""

    id: int
    code: str
    unit: str
    active: bool


def whole_pieces(unit: str, quantity: Decimal, pointer: str) -> Iterator[FieldError]:
    """Yield the error of a quantity, in that unit, which splits a piece."""
    if unit == "piece" and quantity % 1:
        yield FieldError(pointer, "must be whole: it is sold by the piece")


def not_expired(expires_on: date | None, today: date, pointer: str) -> Iterator[FieldError]:
    """Yield the error of an expiry date that has passed in the shop."""
    if expires_on is not None and expires_on < today:
        yield FieldError(pointer, f"must be today ({today}) or later")
