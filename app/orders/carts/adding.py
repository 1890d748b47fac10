"""What comes into a cart when something is added: how much of which product, and at which price if a label prints one. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.web import FieldError, Invalid
from app.orders.carts.schemas import NamedItem
from app.product.barcodes.reading import Meaning, quantity

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Added:
    """So much of a product, or of the reduced goods of it with a day on them; and what a label charges that prints a price.

    No quantity stands for as much as that price is for at today's.
    """

    product: str
    quantity: Decimal | None
    label_price: Decimal | None = None
    best_before: date | None = None


def by_code(item: NamedItem) -> Added | None:
    """Return what is added of the product that is named, None if a barcode is given instead. Raises Invalid."""
    if item.product is None and item.barcode is None:
        raise wrong("barcode", "is needed unless a product is named")
    if item.product is None:
        if item.best_before is not None:
            raise wrong("best_before", "must be left out where a barcode is given")
        return None
    if item.barcode is not None:
        raise wrong("barcode", "must be left out where a product is named")
    return Added(item.product, item.quantity or _ONE, best_before=item.best_before)


def scanned(
    meaning: Meaning, product: str, unit: str, pieces: int | None, times: Decimal | None
) -> Added:
    """Return what is added of a `product` by a code that means this, `times` over. Raises Invalid.

    The code may be on so many `pieces`. What it weighs, and what a label with a price is on, is there once.
    """
    said = quantity(meaning, unit, pieces)
    once = meaning.weight is not None or meaning.price is not None
    if said is not None and once and times is not None:
        raise wrong("quantity", "must be left out: the label says how much it is")
    day = meaning.best_before if meaning.kind == "reduced_label" else None
    if meaning.price is not None:
        return Added(product, said or times or (_ONE if unit == "piece" else None), meaning.price)
    if said is None:
        if times is None:
            raise wrong("quantity", "is needed: the code does not say how much it is")
        return Added(product, times, best_before=day)
    if times is not None and times % 1:
        raise wrong("quantity", "must be whole: so many times what the code is on")
    return Added(product, said * (times or _ONE), best_before=day)


def wrong(member: str, message: str) -> Invalid:
    """Return the problem of that member of what is added."""
    return Invalid("This cannot be added.", errors=[FieldError(f"/{member}", message)])
