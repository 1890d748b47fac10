"""A GTIN is one number with a check digit, however many zeros it is written with. Pure."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from app.core.web.schema import wrong


def gtin14(gtin: str) -> str:
    """Return the number `gtin` as 14 digits, its longest form, which no two products share.

    Zeros in front say nothing (GS1 General Specifications, section 3.3.2): a scanner may give the
    12 digits of a UPC-A as an EAN-13 with a zero before them.
    """
    return gtin.lstrip("0").zfill(14)


def has_length(value: str) -> bool:
    """Say whether `value` is as many digits as a GTIN has."""
    return re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", value, re.ASCII) is not None


def has_right_check_digit(gtin: str) -> bool:
    """Say whether the last of these digits is right.

    From the right, digits weigh 1, 3, 1, 3 …, the check digit itself 1 (GS1 General Specifications, section 7.9).
    """
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(gtin)))
    return total % 10 == 0


def _gtin(value: str) -> str:
    if not has_length(value):
        raise wrong("must be a GTIN of 8, 12, 13 or 14 digits")
    if not value.strip("0"):
        raise wrong("must be a GTIN: zeros alone are none")
    if not has_right_check_digit(value):
        raise wrong("must be a GTIN: its check digit is wrong")
    return value


Gtin = Annotated[
    str,
    AfterValidator(_gtin),
    WithJsonSchema(
        {"type": "string", "pattern": "^([0-9]{8}|[0-9]{12,14})$", "examples": ["2012345678903"]}
    ),
]
"""A barcode's number with a right check digit: EAN-8, UPC-A, EAN-13 or GTIN-14."""
