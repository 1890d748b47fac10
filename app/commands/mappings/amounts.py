"""How much is in a package, as people write it: 500 g, 0,75 l, 33 cl, 6 x 330 ml. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal

_AMOUNT = re.compile(
    r"(?:(?P<times>[1-9][0-9]{0,2})\s*[x×*]\s*)?(?P<number>[0-9][0-9.,]*)\s*(?P<unit>[a-z]+)\.?\s*[e℮]?",
    re.IGNORECASE,
)
# What a unit is called, and how much of one of ours it is.
_UNITS: Mapping[str, tuple[int, str]] = {
    **dict.fromkeys(("g", "gr", "gramm", "gram", "grams"), (1, "g")),
    **dict.fromkeys(("kg", "kilo", "kilogramm"), (1, "kg")),
    "ml": (1, "ml"),
    "cl": (10, "ml"),
    "dl": (100, "ml"),
    **dict.fromkeys(("l", "lt", "ltr", "liter", "litre"), (1, "l")),
}
_STEP = Decimal("0.001")


def amount(text: str) -> tuple[str, int, str] | None:
    """Return the number as it is written, how many of it, and the unit, one of net_unit's; None if it is no amount."""
    found = _AMOUNT.fullmatch(text)
    unit = _UNITS.get(found["unit"].casefold()) if found else None
    if found is None or unit is None:
        return None
    return found["number"], int(found["times"] or 1) * unit[0], unit[1]


def fits(number: Decimal) -> bool:
    """Say whether that is a quantity that the shop can keep."""
    return 0 < number < 10**9 and number % _STEP == 0
