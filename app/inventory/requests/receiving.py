"""What a delivery makes of what was asked for. Pure, on Decimals and dates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from app.core.web import Conflict, FieldError, Invalid
from app.inventory.stock.lots import not_expired, whole_pieces

_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Line:
    """One product of an invoice request: what was asked for, what has come, and for how many days the product keeps."""

    id: int
    product_id: int
    product: str
    unit: str
    quantity: Decimal
    received: Decimal
    unit_cost: Decimal
    active: bool = True
    shelf_life_days: int | None = None
    rejected: Decimal = Decimal(0)

    @property
    def open(self) -> Decimal:
        """What has not come yet."""
        return max(self.quantity - self.received, Decimal(0))

    def most(self, over: Decimal) -> Decimal:
        """Return how much may still come, where a share `over` what was asked for is taken."""
        return (self.quantity * (1 + over)).quantize(_STEP, ROUND_DOWN) - self.received


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one product with one expiry date, and what of it was not taken; without a unit cost, at the line's."""

    product: str
    quantity: Decimal
    expires_on: date | None = None
    unit_cost: Decimal | None = None
    lot_code: str | None = None
    rejected: Decimal = Decimal(0)
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a lot is made of: so much of that line, at that cost."""

    line: Line
    quantity: Decimal
    unit_cost: Decimal
    expires_on: date | None
    lot_code: str | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """What came otherwise than asked for, and why it was not taken, or was."""

    line: Line
    kind: Literal["rejected", "over_delivered"]
    quantity: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of a delivery: lots, and what is written down beside them."""

    lots: list[Received] = field(default_factory=list)
    deviations: list[Deviation] = field(default_factory=list)


def receive(
    lines: Sequence[Line], arrivals: Sequence[Arrival], today: date, over: Decimal = Decimal(0)
) -> Taken:
    """Return what `arrivals` make of a request's `lines`, in their order; a share `over` what was asked for is taken.

    Raises Invalid for products that were not asked for, split pieces, dates that have passed or are missing and reasons
    that are, and Conflict `over_received`, naming the lines, if more came than may still come.
    """
    by_product = {line.product: line for line in lines}
    came: dict[Line, Decimal] = defaultdict(Decimal)
    places: dict[Line, int] = {}
    taken = Taken()
    errors: list[FieldError] = []
    for place, arrival in enumerate(arrivals):
        line = by_product.get(arrival.product)
        if line is None:
            message = f"was not asked for in this request: {arrival.product}"
            errors.append(FieldError(f"/lines/{place}/product", message))
            continue
        before = max(came[line] - line.open, Decimal(0))
        came[line] += arrival.quantity
        places[line] = place
        excess = max(came[line] - line.open, Decimal(0)) - before
        errors += _faults(line, arrival, today, f"/lines/{place}")
        # More than may come at all is no matter of a reason.
        if excess and came[line] <= line.most(over) and arrival.reason is None:
            message = "is missing: more came than was asked for"
            errors.append(FieldError(f"/lines/{place}/reason", message))
        _take(taken, line, arrival, excess)
    if errors:
        raise Invalid("The delivery has wrong values.", errors=errors)
    _refuse_excess(came, places, over)
    return taken


def all_open(lines: Iterable[Line]) -> Taken:
    """Return what comes if everything does that is still open: without expiry, at the lines' costs.

    Raises Invalid where a product's expiry has to be said.
    """
    due = [line for line in lines if line.open > 0]
    errors = [
        FieldError("/lines", f"are needed: {line.product} keeps {line.shelf_life_days} days")
        for line in due
        if line.shelf_life_days is not None
    ]
    if errors:
        raise Invalid("The last day of some products must be said.", errors=errors)
    return Taken([Received(line, line.open, line.unit_cost, None) for line in due])


def _take(taken: Taken, line: Line, arrival: Arrival, excess: Decimal) -> None:
    reason = arrival.reason or ""
    if arrival.quantity:
        cost = line.unit_cost if arrival.unit_cost is None else arrival.unit_cost
        lot = Received(line, arrival.quantity, cost, arrival.expires_on, arrival.lot_code)
        taken.lots.append(lot)
    if arrival.rejected:
        taken.deviations.append(Deviation(line, "rejected", arrival.rejected, reason))
    if excess:
        taken.deviations.append(Deviation(line, "over_delivered", excess, reason))


def _faults(line: Line, arrival: Arrival, today: date, at: str) -> Iterator[FieldError]:
    yield from whole_pieces(line.unit, arrival.quantity, f"{at}/quantity")
    yield from whole_pieces(line.unit, arrival.rejected, f"{at}/rejected")
    if not arrival.quantity and not arrival.rejected:
        yield FieldError(f"{at}/quantity", "must be greater than 0 unless something was rejected")
    yield from not_expired(arrival.expires_on, today, f"{at}/expires_on")
    if arrival.quantity and line.shelf_life_days is not None and arrival.expires_on is None:
        message = f"is missing: it keeps {line.shelf_life_days} days"
        yield FieldError(f"{at}/expires_on", message)
    if arrival.rejected and arrival.reason is None:
        yield FieldError(f"{at}/reason", "is missing: something was rejected")


def _refuse_excess(came: Mapping[Line, Decimal], places: Mapping[Line, int], over: Decimal) -> None:
    excess = [line for line, quantity in came.items() if quantity > line.most(over)]
    if excess:
        raise Conflict(
            "More came than was asked for.",
            code="over_received",
            errors=[
                FieldError(
                    f"/lines/{places[line]}/quantity",
                    f"at most {max(line.most(over), Decimal(0))} may still come",
                )
                for line in excess
            ],
            lines=[
                {"product": line.product, "open": str(line.open), "received": str(came[line])}
                for line in excess
            ],
        )
