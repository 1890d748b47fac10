"""What element strings say of the thing that they are on, or the contradiction in it. Pure."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from app.product.barcodes.elements import Elements
from app.product.barcodes.errors import unreadable
from app.product.gtin import gtin14, has_right_check_digit
from app.product.products.barcodes import MOST_PIECES

T = TypeVar("T")

_CENT, _GRAM = Decimal("0.01"), Decimal("0.001")
_MOST_MONEY = Decimal(10**10)
_OTHER_CURRENCY = "393"


@dataclass(frozen=True, slots=True)
class Contents:
    """A GTIN in 14 digits, and what else is said of the thing that has it: kilograms, an amount of the shop's currency.

    Dates are the last day to sell or eat it at its best, and at all.
    """

    gtin14: str
    count: int | None = None
    weight: Decimal | None = None
    price: Decimal | None = None
    lot: str | None = None
    best_before: date | None = None
    expires_on: date | None = None


def contents(elements: Elements, today: date) -> Contents:
    """Return what these say, with years near to that of `today`. Raises Invalid for what cannot be, or is said twice."""
    if any(element.ai.ai.startswith(_OTHER_CURRENCY) for element in elements):
        raise unreadable(
            "The price names a currency (393n), and the shop reads prices in its own (392n)."
        )

    def one(name: str, ai: str, read: Callable[[str, str], T]) -> T | None:
        found = {
            read(element.value, element.ai.ai)
            for element in elements
            if element.ai.ai.startswith(ai)
        }
        if len(found) > 1:
            raise unreadable(f"The code says two things: it has more than one {name}.")
        return found.pop() if found else None

    gtin = one("GTIN", "01", _gtin)
    if gtin is None:
        raise unreadable("The code names no product: it has no GTIN (01).")
    return Contents(
        gtin14=gtin,
        count=one("count", "30", _count),
        weight=one("weight", "310", _weight),
        price=one("price", "392", _price),
        lot=one("lot", "10", lambda value, _: value),
        best_before=one("best-before date", "15", lambda value, _: day(value, today)),
        expires_on=one("expiry date", "17", lambda value, _: day(value, today)),
    )


def day(yymmdd: str, today: date) -> date:
    """Return the day that six figures stand for; of a day 00, the last one of the month. Raises Invalid.

    Its year is at most 49 before and 50 behind that of `today` (GS1 General Specifications, section 7.12).
    """
    year, month, number = (int(yymmdd[place : place + 2]) for place in (0, 2, 4))
    ahead = year - today.year % 100
    century = today.year - today.year % 100 - 100 * (ahead > 50) + 100 * (ahead < -49)  # noqa: PLR2004 - as above
    try:
        return date(century + year, month, number or monthrange(century + year, month)[1])
    except ValueError:
        raise unreadable(f"The code is damaged: {yymmdd} is no date.") from None


def _gtin(value: str, _: str) -> str:
    if not value.strip("0") or not has_right_check_digit(value):
        raise unreadable("The code is damaged: the check digit of its GTIN (01) is wrong.")
    return gtin14(value)


def _count(value: str, _: str) -> int:
    count = int(value or "0")
    if not 1 <= count <= MOST_PIECES:
        raise unreadable(
            f"The code is for {count} pieces by its count (30), and may be for 1 to {MOST_PIECES}."
        )
    return count


def _weight(value: str, ai: str) -> Decimal:
    weight = _scaled(value, ai).quantize(_GRAM, ROUND_HALF_UP)
    if not weight:
        raise unreadable(f"The code says that its weight ({ai}) is nothing.")
    return weight


def _price(value: str, ai: str) -> Decimal:
    price = _scaled(value, ai)
    if price != price.quantize(_CENT) or not 0 < price < _MOST_MONEY:
        raise unreadable(f"The code has a price ({ai}) that nothing can have.")
    return price.quantize(_CENT)


def _scaled(value: str, ai: str) -> Decimal:
    """Return a number with as many decimals as the last figure of its AI says."""
    return Decimal(value).scaleb(-int(ai[-1]))
