"""What is rung up: lines as a cart would have them, and deposits that are given back. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.core.web import FieldError, Invalid, NotFound
from app.orders.carts.adding import Added
from app.orders.counter.schemas import ReturnedDeposit, Sale


@dataclass(frozen=True, slots=True)
class Rung:
    """So much of a product; `place` is where the request has it first, which may have said no quantity."""

    added: Added
    place: int
    is_bare: bool = False


def check(sale: Sale) -> None:
    """Raise Invalid for a sale of nothing."""
    if not sale.lines and not sale.deposits_returned:
        error = FieldError("/lines", "is needed unless deposits are given back")
        raise Invalid("Nothing lies on the counter.", errors=[error])


def merged(lines: Iterable[Added], bare: Collection[int] = ()) -> list[Rung]:
    """Return each product once, at its price and for each day of its reduced goods; what a label prints is there each time.

    `bare` are the places of lines that name a product and no quantity.
    """
    found: dict[tuple[str, date | None, int | None], Rung] = {}
    for place, line in enumerate(lines):
        alone = None if line.label_price is None else place
        key = (line.product, line.best_before, alone)
        before = found.get(key)
        if before is None:
            found[key] = Rung(line, place, place in bare)
        else:
            quantity = (before.added.quantity or Decimal(0)) + (line.quantity or Decimal(0))
            found[key] = replace(before, added=replace(before.added, quantity=quantity))
    return list(found.values())


def summed(deposits: Sequence[ReturnedDeposit]) -> dict[str, Decimal]:
    """Return how many of each deposit are given back, in the order of their first mention."""
    found: dict[str, Decimal] = {}
    for each in deposits:
        found[each.deposit] = found.get(each.deposit, Decimal(0)) + each.quantity
    return found


def at_line(place: int, error: NotFound | Invalid) -> Invalid:
    """Return the error of a line as one of the sale's."""
    detail = error.detail or ""
    errors = [
        FieldError(f"/lines/{place}{each.pointer}", each.message) for each in error.errors
    ] or [FieldError(f"/lines/{place}/barcode", detail)]
    return Invalid(detail, code=error.code if isinstance(error, Invalid) else None, errors=errors)
