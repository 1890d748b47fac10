"""The forms of the labels that a shop's own scales print: where in an EAN-13 the item, its weight, price or day stand."""

import re
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any, Literal

from app.core.settings.values import parted

Letter = Literal["I", "P", "W", "V", "D"]

_FORM = re.compile(r"(?:02|2[0-9])[0-9IPWVD]{10}C")
# Of how many places prices and weights are, and those among them that GS1 has a verifying digit for (General
# Specifications, section 7.9.2).
_MEASURE = (4, 5, 6)
_VERIFIED = (4, 5)
_DAY = 6


@dataclass(frozen=True, slots=True)
class ScaleLabel:
    """One form, such as `22IIIIIVPPPPC`, as settings describe it.

    Digits stand as they are, I is the item number, P the price or W the weight, V its verifying digit, C the check
    digit. D is the day that is on reduced goods, as year, month and day.
    """

    text: str

    def fits(self, number: str) -> bool:
        """Say whether the 13 digits `number` have the digits of this form where it has them."""
        return all(
            mine == its for mine, its in zip(self.text, number, strict=True) if mine.isdigit()
        )

    def part(self, letter: Letter, number: str) -> str:
        """Return the digits of `number` that stand where this form has `letter`; none if it does not."""
        return (
            number[self.text.find(letter) : self.text.rfind(letter) + 1]
            if letter in self.text
            else ""
        )

    def meets(self, other: "ScaleLabel") -> bool:
        """Say whether there are numbers that fit both."""
        return not any(
            mine != its
            for mine, its in zip(self.text, other.text, strict=True)
            if mine.isdigit() and its.isdigit()
        )


def scale_labels(value: Any) -> list[ScaleLabel]:
    """Return the forms of a list of texts, or of a variable's text. Raises ValueError."""
    texts = parted(value) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(map(_is_form, texts)):
        raise ValueError(
            "must be forms like 22IIIIIVPPPPC: 13 places that begin with 02 or 20 to 29, with the item number (I) and"
            " with P or W in 4 to 6 places side by side, a V only beside 4 or 5 of them, or with D in 6, and C at the end"
        )
    forms = list(map(ScaleLabel, texts))
    for one, other in combinations(forms, 2):
        if one.meets(other):
            raise ValueError(
                f"must not have two forms for one number, as {one.text} and {other.text} are"
            )
    return forms


def _is_form(text: object) -> bool:
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return False
    runs = [(letter, len(list(places))) for letter, places in groupby(text) if not letter.isdigit()]
    lengths = dict(runs)
    # Each letter in one piece.
    if len(lengths) != len(runs) or "I" not in lengths or len(lengths.keys() & set("PWD")) != 1:
        return False
    if "D" in lengths:
        return lengths["D"] == _DAY and "V" not in lengths
    measure = lengths.get("P", 0) + lengths.get("W", 0)
    if "V" not in lengths:
        return measure in _MEASURE
    return lengths["V"] == 1 and measure in _VERIFIED
