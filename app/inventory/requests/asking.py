"""What may be asked of a supplier. Pure, on Decimals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.web import Conflict, FieldError, Invalid
from app.inventory.articles.terms import Terms
from app.inventory.stock.lots import Product, whole_pieces


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for of one product, by its code; without a unit cost, at the supplier's."""

    product: str
    quantity: Decimal
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to write: with the supplier's number and pack, where it sells the product as an article."""

    product_id: int
    quantity: Decimal
    unit_cost: Decimal
    article_number: str | None = None
    pack: Decimal | None = None
    why: str | None = None


def active_supplier(found: tuple[int, bool] | None) -> int:
    """Return the id of a supplier that was `found` as (id, active). Raises Invalid if none was, and Conflict if it is withdrawn."""
    if found is None:
        errors = [FieldError("/supplier", "is not known")]
        raise Invalid("There is no such supplier.", errors=errors)
    supplier_id, active = found
    if not active:
        errors = [FieldError("/supplier", "is withdrawn")]
        raise Conflict("The supplier is withdrawn.", code="withdrawn", errors=errors)
    return supplier_id


def requested(lines: Iterable[Wish], products: Mapping[str, Product]) -> list[Product]:
    """Return the products of lines, found among those that exist.

    Raises Invalid for a product that does not exist or comes twice and for split pieces, and
    Conflict for products that are withdrawn.
    """
    found: list[Product] = []
    errors: list[FieldError] = []
    withdrawn: list[FieldError] = []
    for place, line in enumerate(lines):
        product = products.get(line.product)
        if product is None:
            errors.append(FieldError(f"/lines/{place}/product", "is not known"))
            continue
        if product in found:
            errors.append(FieldError(f"/lines/{place}/product", "comes twice"))
        if not product.active:
            withdrawn.append(FieldError(f"/lines/{place}/product", "is withdrawn"))
        errors += whole_pieces(product.unit, line.quantity, f"/lines/{place}/quantity")
        found.append(product)
    if errors:
        raise Invalid("The lines have wrong values.", errors=errors)
    if withdrawn:
        raise Conflict("Some products are withdrawn.", code="withdrawn", errors=withdrawn)
    return found


def at_terms(lines: Iterable[tuple[Wish, Product]], terms: Mapping[int, Terms]) -> list[NewLine]:
    """Return the lines as the supplier sells them, by the `terms` of its articles.

    Raises Invalid for a line that says no cost where no article does.
    """
    made: list[NewLine] = []
    errors: list[FieldError] = []
    for place, (wish, product) in enumerate(lines):
        article = terms.get(product.id)
        cost = wish.unit_cost
        if cost is None and article is not None:
            cost = article.unit_cost
        if cost is None:
            message = "is missing: the supplier has no article of it that says what it costs"
            errors.append(FieldError(f"/lines/{place}/unit_cost", message))
            continue
        number, pack = (article.article_number, article.pack) if article else (None, None)
        made.append(NewLine(product.id, wish.quantity, cost, number, pack))
    if errors:
        raise Invalid("The lines have wrong values.", errors=errors)
    return made
