"""What a code means, as far as it can be said without asking the shop. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple
from urllib.parse import unquote

from app.core.web import Invalid, NotFound
from app.product.barcodes.contents import contents, day
from app.product.barcodes.elements import Elements, linked, printed, scanned
from app.product.barcodes.errors import unreadable
from app.product.gtin import gtin14, has_length, has_right_check_digit
from app.product.plu import is_plu, plu5
from app.product.scales import DamagedLabelError, Label, Scales, is_local

Kind = Literal["gtin", "plu", "weight_label", "price_label", "count_label", "reduced_label", "gs1"]

_PIECES = Decimal("0.001")

LONGEST = 500
"""Characters. A GS1-128 has 48 at most; a link may have a long way before what it says."""

_SYMBOLOGY = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")
# Element strings with a GTIN have more.
_FIGURES = re.compile(r"[0-9]{1,15}")
_LINK = re.compile(r"https?:", re.IGNORECASE)
# ISO/IEC 15424. EAN and UPC, and Interleaved 2 of 5, have a GTIN and nothing else; those that begin with FNC1 have
# element strings, as Aztec, DataBar and composite codes do.
_GTIN_ALONE = frozenset("EI")
_ELEMENTS = frozenset({"C1", "d2", "Q3", "J1", "z1", "e0", "e1", "e2"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a code may mean: what it names, and what it says of it.

    It names the product with any of these barcodes (in 14 digits) or with this PLU (in 5): `count`
    times as many pieces as that barcode is on, or `weight` kilograms, at the `price` for all of it.
    """

    kind: Kind
    gtin14s: frozenset[str] = frozenset()
    plu5: str | None = None
    count: int | None = None
    weight: Decimal | None = None
    price: Decimal | None = None
    lot: str | None = None
    best_before: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a code may mean, and the sentence for the case that the shop has nothing of it.

    `damaged` says that this sentence is about the code, which is not right.
    """

    meanings: tuple[Meaning, ...]
    otherwise: str = "No product has that barcode."
    damaged: bool = False


class Bearer(NamedTuple):
    """A product that has a barcode (in 14 digits, on so many pieces), or, where these are None, a PLU (in 5), in short."""

    code: str
    unit: str
    gtin14: str | None
    pieces: int | None
    plu5: str | None


Scanned = tuple[Meaning, Bearer] | NotFound | Invalid
"""What a code turned out to be: what it means and names, or why it does not."""


def whole(path: str, query: str) -> str:
    """Return the code of a request: what its path ends with, and what a client left unescaped behind a `?`.

    A link's own escapes stay in its query, as they do where all of it was escaped.
    """
    if not query:
        return path
    return f"{path}?{query if _LINK.match(path) else unquote(query)}"


def read(code: str, scales: Scales, today: date) -> Reading:
    """Return what `code` may mean in a shop with these `scales`. Raises Invalid for what nothing may be sold by.

    A GTIN is recognised first, by its length: a wrong one may well pass for element strings.
    """
    text = code.strip(" \t\r\n")
    if len(text) > LONGEST:
        raise unreadable(f"A code has at most {LONGEST} characters.")
    symbology = _SYMBOLOGY.match(text)
    kind = symbology[1] + symbology[2] if symbology else ""
    text = text[len(symbology[0]) :] if symbology else text
    if kind[:1] in _GTIN_ALONE or (kind not in _ELEMENTS and _FIGURES.fullmatch(text)):
        return _of_number(text, scales, today)
    said = contents(_elements(text), today)
    return Reading(
        (
            Meaning(
                "gs1",
                frozenset({said.gtin14}),
                count=said.count,
                weight=said.weight,
                price=said.price,
                lot=said.lot,
                best_before=said.best_before,
                expires_on=said.expires_on,
            ),
        )
    )


def _elements(text: str) -> Elements:
    if _LINK.match(text):
        return linked(text)
    return printed(text) if text.startswith("(") else scanned(text)


def _of_number(text: str, scales: Scales, today: date) -> Reading:
    if is_plu(text):
        return Reading((Meaning("plu", plu5=plu5(text)),), "No product has that PLU.")
    if not has_length(text):
        raise unreadable(
            "This is no GTIN, which has 8, 12, 13 or 14 digits, and no PLU, which has 4 or 5."
        )
    if not has_right_check_digit(text) or not text.strip("0"):
        raise unreadable("The code is damaged: its check digit is wrong.")
    plain = Meaning("gtin", frozenset({gtin14(text)}))
    if not is_local(text):
        return Reading((plain,))
    try:
        label = scales.label(text)
    except DamagedLabelError as error:
        return Reading((plain,), str(error), damaged=True)
    if label is None:
        return Reading(
            (plain,), "No product has that barcode, and the shop knows no label of scales like it."
        )
    return Reading(
        (plain, _of_label(label, today)), "No product has the item number of that label."
    )


def _of_label(label: Label, today: date) -> Meaning:
    blank = frozenset({label.blank} if label.blank else ())
    match label.kind:
        case "weight_label":
            return Meaning(label.kind, blank, label.plu5, weight=label.amount)
        case "price_label":
            return Meaning(label.kind, blank, label.plu5, price=label.amount)
        case "count_label":
            return Meaning(label.kind, blank, label.plu5, count=int(label.amount))
        case "reduced_label":
            return Meaning(label.kind, blank, label.plu5, best_before=day(label.yymmdd, today))


def quantity(meaning: Meaning, unit: str, pieces: int | None) -> Decimal | None:
    """Return how much the code is for of a product sold by the `unit`; None if that has to be weighed or counted.

    `pieces` is how many the barcode is on. Raises Invalid where the code measures otherwise than the shop sells.
    """
    if meaning.weight is not None:
        if unit != "kg":
            raise unreadable(f"The code says a weight, and the product is sold by the {unit}.")
        return meaning.weight
    if unit == "piece" and meaning.kind != "price_label":
        return Decimal((meaning.count or 1) * (pieces or 1)).quantize(_PIECES)
    if meaning.kind == "count_label":
        raise unreadable(
            f"The code says a number of pieces, and the product is sold by the {unit}."
        )
    return None
