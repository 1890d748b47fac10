"""How several values stand in one cell, and which: both ways, so that import takes back what export wrote. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.web.schema import wrong
from app.product.food.schemas import ALLERGENS

_SAYS = {"contains": "contains", "may contain": "may_contain", "free": "free"}
_OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Notation:
    """`read` makes of a cell what the schema takes, `write` a cell of what the shop keeps."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


def listed(barcodes: Iterable[Mapping[str, Any]]) -> str:
    """Return other_barcodes as a cell has them: those on one piece say no number."""
    return " ".join(
        each["gtin"] if each["pieces"] == 1 else f"{each['gtin']}*{each['pieces']}"
        for each in barcodes
    )


def _barcodes(text: str) -> list[dict[str, str]]:
    return [dict(zip(("gtin", "pieces"), each.split("*", 1), strict=True)) for each in text.split()]


def _words(text: str) -> list[str]:
    return [word.lower() for word in re.split(r"[\s,;]+", text) if word]


def _allergens(text: str) -> dict[str, str]:
    """Return `contains: milk; may contain: nuts; free: others` as allergens; the others are all that are not named."""
    found: dict[str, str] = {}
    rest = ""
    for part in filter(None, (part.strip() for part in text.split(";"))):
        said, colon, names = part.partition(":")
        presence = _SAYS.get(said.strip().lower().replace("_", " "))
        if not colon or presence is None:
            raise wrong("must be like contains: milk, gluten; may contain: nuts; free: others")
        for name in _words(names):
            if name in found or (name == _OTHERS and rest):
                raise wrong(f"must name {name} once")
            if name == _OTHERS:
                rest = presence
            else:
                found[name] = presence
    return found | {name: rest for name in ALLERGENS if rest and name not in found}


def _written_allergens(allergens: Mapping[str, str]) -> str:
    parts = []
    for said, presence in _SAYS.items():
        names = [name for name in ALLERGENS if allergens.get(name) == presence]
        if presence == "free" and names and len(allergens) == len(ALLERGENS):
            names = [_OTHERS]
        if names:
            parts.append(f"{said}: {', '.join(names)}")
    return "; ".join(parts)


def _nutrition(text: str) -> dict[str, str]:
    pairs = [part.split() for part in re.split("[,;]", text) if part.strip()]
    if any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004 - a name and a number
        raise wrong("must be like energy_kj 1046, energy_kcal 250, fat 3.5")
    found: dict[str, str] = {}
    for name, number in pairs:
        if name.lower() in found:
            raise wrong(f"must name {name.lower()} once")
        found[name.lower()] = number
    return found


def _written_nutrition(nutrition: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {number}" for name, number in nutrition.items() if number is not None)


CODES = Notation(str.split, " ".join)
BARCODES = Notation(_barcodes, listed)
WORDS = Notation(_words, " ".join)
ALLERGENS_IN_A_CELL = Notation(_allergens, _written_allergens)
NUTRITION_IN_A_CELL = Notation(_nutrition, _written_nutrition)
