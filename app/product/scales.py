"""The labels that scales print: EAN-13s with an item's weight, price, count or day in them. Pure.

The shop's own forms come first, then the rules of its country. GS1 leaves to each country, and there to each shop, what the
numbers beginning with 02 and 20 to 29 mean (General Specifications, section 2.1.11).
"""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.core.settings import ScaleLabel, ShopSettings
from app.product.gs1 import Gtin, ParseConfig, ParseError, Rcn, gs1_price_weight_check_digit
from app.product.gtin import gtin14
from app.product.plu import LONGEST, plu5

LabelKind = Literal["weight_label", "price_label", "count_label", "reduced_label"]

_CENT, _GRAM = Decimal("0.01"), Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says: kilograms, an amount of the shop's currency or pieces, of an item; or the day on reduced goods.

    The item is the product with this PLU, or with this barcode: the label's own with nothing in it.
    """

    kind: LabelKind
    amount: Decimal
    plu5: str | None
    blank: str | None = None
    yymmdd: str = ""


class DamagedLabelError(ValueError):
    """A label that contradicts itself; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Scales:
    """The scales of a shop: their own forms of labels, and the country whose rules hold for others ("" for none)."""

    forms: tuple[ScaleLabel, ...]
    region: str

    @classmethod
    def of(cls, shop: ShopSettings) -> "Scales":
        """Return those that the shop's settings describe."""
        return cls(shop.scale_labels, shop.scale_region)

    def label(self, gtin: str) -> Label | None:
        """Return what a right GTIN says as a label, None if it is none. Raises DamagedLabelError."""
        number = gtin14(gtin)[1:]
        if not is_local(gtin):
            return None
        for form in self.forms:
            if form.fits(number):
                return _of_shop(form, number)
        return _of_region(self.region, number) if self.region else None

    def refusal(self, gtin: str) -> str | None:
        """Say why no product can have this barcode; None if one can."""
        number = gtin14(gtin)[1:]
        if is_local(gtin):
            for form in self.forms:
                if form.fits(number):
                    return f"is a number of the labels that the shop's scales print ({form.text})"
            with suppress(DamagedLabelError):
                if self.region and _of_region(self.region, number):
                    return "has a weight, a price or a count in it: zeros must stand there"
        return None


def is_local(gtin: str) -> bool:
    """Say whether a GTIN is one of those that countries and shops give a meaning of their own: 02… and 20… to 29…."""
    return gtin14(gtin).startswith(("002", "02"))


def _of_shop(form: ScaleLabel, number: str) -> Label:
    price, weight = form.part("P", number), form.part("W", number)
    measure, verifying = price or weight, form.part("V", number)
    if verifying and gs1_price_weight_check_digit(measure) != int(verifying):
        raise _damaged()
    if measure and not measure.strip("0"):
        raise DamagedLabelError(f"The label says that its {'price' if price else 'weight'} is 0.")
    item = _item(form.part("I", number))
    if yymmdd := form.part("D", number):
        return Label("reduced_label", Decimal(1), item, yymmdd=yymmdd)
    if price:
        return Label("price_label", Decimal(price) * _CENT, item)
    return Label("weight_label", Decimal(weight) * _GRAM, item)


def _of_region(region: str, number: str) -> Label | None:
    """Return what the number says by its country's rules; one with nothing in it is a plain number."""
    try:
        found = Gtin.parse(number, config=ParseConfig(rcn_region=region.lower()))
    except ParseError:
        raise _damaged() from None
    if not isinstance(found, Rcn):
        return None
    said: tuple[tuple[LabelKind, Decimal | int | None, Decimal], ...] = (
        ("weight_label", found.weight, _GRAM),
        ("price_label", found.price, _CENT),
        ("count_label", found.count, Decimal(1)),
    )
    for kind, amount, unit in said:
        if amount:
            blank = found.without_variable_measure().as_gtin_14()
            return Label(
                kind, Decimal(amount).quantize(unit), _item(found.item_reference or ""), blank
            )
    return None


def _item(digits: str) -> str | None:
    """Return an item number as a PLU, None if it is too long for one."""
    significant = digits.lstrip("0")
    return plu5(significant) if 0 < len(significant) <= LONGEST else None


def _damaged() -> DamagedLabelError:
    return DamagedLabelError(
        "The label is damaged: its price or weight does not fit to its verifying digit."
    )
