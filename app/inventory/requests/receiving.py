"""What may be asked of a supplier, and what a delivery makes of it. Pure, on Decimals and dates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.web import Conflict, FieldError, Invalid
from app.inventory.stock.lots import Product, not_expired, whole_pieces


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an invoice request: what was asked for, and what has come."""

    id: int
    product_id: int
    product: str
    unit: str
    quantity: Decimal
    received: Decimal
    unit_cost: Decimal

    @property
    def open(self) -> Decimal:
        """What has not come yet."""
        return self.quantity - self.received


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one product with one expiry date; without a unit cost, at the line's."""

    product: str
    quantity: Decimal
    expires_on: date | None = None
    unit_cost: Decimal | None = None
    lot_code: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a lot is made of: so much of that line, at that cost."""

    line: Line
    quantity: Decimal
    unit_cost: Decimal
    expires_on: date | None
    lot_code: str | None = None


def requested(
    lines: Iterable[tuple[str, Decimal]], products: Mapping[str, Product]
) -> list[Product]:
    """Return the products of lines of (code, quantity), found among those that exist.

    Raises Invalid for a product that does not exist or comes twice and for split pieces, and
    Conflict for products that are withdrawn.
    """
    found: list[Product] = []
    errors: list[FieldError] = []
    withdrawn: list[FieldError] = []
    for place, (code, quantity) in enumerate(lines):
        product = products.get(code)
        if product is None:
            errors.append(FieldError(f"/lines/{place}/product", "is not known"))
            continue
        if product in found:
            errors.append(FieldError(f"/lines/{place}/product", "comes twice"))
        if not product.active:
            withdrawn.append(FieldError(f"/lines/{place}/product", "is withdrawn"))
        errors += whole_pieces(product.unit, quantity, f"/lines/{place}/quantity")
        found.append(product)
    if errors:
        raise Invalid("The lines have wrong values.", errors=errors)
    if withdrawn:
        raise Conflict("Some products are withdrawn.", code="withdrawn", errors=withdrawn)
    return found


def receive(lines: Sequence[Line], arrivals: Iterable[Arrival], today: date) -> list[Received]:
    """Return what `arrivals` make of a request's `lines`, in their order.

    Raises Invalid for products that were not asked for, split pieces and dates that have passed,
    and Conflict `over_received`, naming the lines, if more came than is open.
    """
    by_product = {line.product: line for line in lines}
    received: list[Received] = []
    errors: list[FieldError] = []
    for place, arrival in enumerate(arrivals):
        at = f"/lines/{place}"
        line = by_product.get(arrival.product)
        if line is None:
            errors.append(FieldError(f"{at}/product", "was not asked for in this request"))
            continue
        errors += whole_pieces(line.unit, arrival.quantity, f"{at}/quantity")
        errors += not_expired(arrival.expires_on, today, f"{at}/expires_on")
        unit_cost = line.unit_cost if arrival.unit_cost is None else arrival.unit_cost
        received.append(
            Received(line, arrival.quantity, unit_cost, arrival.expires_on, arrival.lot_code)
        )
    if errors:
        raise Invalid("The delivery has wrong values.", errors=errors)
    _refuse_excess(received)
    return received


def all_open(lines: Iterable[Line]) -> list[Received]:
    """Return what comes if everything does that is still open: without expiry, at the lines' costs."""
    return [Received(line, line.open, line.unit_cost, None) for line in lines if line.open > 0]


def _refuse_excess(received: Sequence[Received]) -> None:
    came: dict[Line, Decimal] = defaultdict(Decimal)
    places: dict[Line, int] = {}
    for place, lot in enumerate(received):
        came[lot.line] += lot.quantity
        places[lot.line] = place
    excess = [line for line, quantity in came.items() if quantity > line.open]
    if excess:
        raise Conflict(
            "More came than was asked for.",
            code="over_received",
            errors=[
                FieldError(f"/lines/{places[line]}/quantity", f"at most {line.open} is still open")
                for line in excess
            ],
            lines=[
                {"product": line.product, "open": str(line.open), "received": str(came[line])}
                for line in excess
            ],
        )
