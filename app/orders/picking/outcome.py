"""What came of what was ordered, as who picked it says: whether it may be so. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core.web import Conflict, FieldError, Invalid
from app.inventory.allocations.picked.service import Taken
from app.orders.picking.schemas import PickedLine, PickedLot, PickedSubstitute

# What is above that was typed wrong, whatever was agreed.
_MOST_AGREED = 2


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of goods that was ordered; up to `most` may come of it unasked.

    Of what `is_whole` no part is sold; what `has_label` costs what that printed; a substitute is `welcome` or not.
    """

    line: int
    product: str
    is_whole: bool
    ordered: Decimal
    most: Decimal
    has_label: bool
    welcome: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that may come instead of another one."""

    id: int
    is_whole: bool
    is_sold: bool


@dataclass(frozen=True, slots=True)
class Instead:
    """So much of a product came instead of a line; `at` is where the request says so."""

    line: int
    product: int
    quantity: Decimal
    agreed: bool
    lots: Sequence[PickedLot]
    at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """So much came of each line that was ordered, from these lots if they were named, and this instead."""

    products: Mapping[int, str]
    quantities: Mapping[int, Decimal]
    taken: Sequence[Taken]
    instead: Sequence[Instead]


def outcome(
    picked: Sequence[PickedLine], ordered: Sequence[OrderedLine], offered: Mapping[str, Offered]
) -> Outcome:
    """Return what came of all lines that were `ordered`; those that are not `picked` came so.

    Raises Invalid for what cannot be, Conflict `not_agreed` (with `items`) for what the buyer must be asked about first,
    and `nothing_picked` where nothing came. `offered` are the substitutes' products, by code.
    """
    lines = {each.line: each for each in ordered}
    if errors := list(_errors(picked, lines, offered)):
        raise Invalid("That cannot have come of it.", errors=errors)
    if items := [item for each in picked for item in _unasked(each, lines[each.line])]:
        raise not_agreed(items)
    quantities = {each.line: each.ordered for each in ordered}
    quantities |= {each.line: each.quantity for each in picked}
    instead = [
        Instead(
            each.line,
            offered[one.product].id,
            one.quantity,
            each.agreed,
            one.lots,
            f"/lines/{place}/substitutes/{nth}",
        )
        for place, each in enumerate(picked)
        for nth, one in enumerate(each.substitutes)
    ]
    if not any(quantities.values()) and not instead:
        raise Conflict("Nothing of it came: cancel it.", code="nothing_picked")
    held = [
        one
        for place, each in enumerate(picked)
        for one in taken(each.line, each.lots, f"/lines/{place}")
    ]
    return Outcome({each.line: each.product for each in ordered}, quantities, held, instead)


def taken(line: int, lots: Sequence[PickedLot], at: str) -> list[Taken]:
    """Return what a line takes from lots that are named, `at` a place of the request."""
    return [
        Taken(line, each.lot, each.quantity, f"{at}/lots/{nth}/lot")
        for nth, each in enumerate(lots)
    ]


def not_agreed(items: Sequence[Mapping[str, Any]]) -> Conflict:
    """Return what to raise for what the buyer must be asked about."""
    return Conflict(
        "The buyer must be asked about some of it.", code="not_agreed", items=list(items)
    )


def _unasked(picked: PickedLine, line: OrderedLine) -> Iterator[dict[str, Any]]:
    """Yield what must not come of a line without asking."""
    if picked.agreed:
        return
    item = {"line": line.line, "product": line.product}
    if picked.quantity > line.most:
        yield {**item, "why": "too_much", "most": f"{line.most:f}"}
    if picked.substitutes and not line.welcome:
        yield {**item, "why": "unwelcome"}


def _errors(
    picked: Sequence[PickedLine],
    lines: Mapping[int, OrderedLine],
    offered: Mapping[str, Offered],
) -> Iterator[FieldError]:
    seen: set[int] = set()
    for place, each in enumerate(picked):
        at = f"/lines/{place}"
        line = lines.get(each.line)
        if line is None:
            yield FieldError(f"{at}/line", "is no line of goods that was ordered")
        elif each.line in seen:
            yield FieldError(f"{at}/line", "is named twice")
        else:
            yield from _of_line(at, each, line)
            yield from _of_substitutes(f"{at}/substitutes", each, line, offered)
        seen.add(each.line)


def _of_line(at: str, picked: PickedLine, line: OrderedLine) -> Iterator[FieldError]:
    if line.has_label and picked.quantity not in {0, line.ordered}:
        yield FieldError(
            f"{at}/quantity", f"must be 0 or {line.ordered:f}, as its label printed a price"
        )
    elif line.is_whole and picked.quantity % 1:
        yield FieldError(f"{at}/quantity", "must be whole")
    elif not line.is_whole and picked.quantity > _MOST_AGREED * line.ordered:
        yield FieldError(f"{at}/quantity", f"must be at most {_MOST_AGREED * line.ordered:f}")
    elif line.is_whole and picked.quantity > line.ordered:
        yield FieldError(f"{at}/quantity", f"must be at most {line.ordered:f}")
    yield from _of_lots(f"{at}/lots", picked)


def _of_substitutes(
    at: str, picked: PickedLine, line: OrderedLine, offered: Mapping[str, Offered]
) -> Iterator[FieldError]:
    if picked.substitutes and picked.quantity >= line.ordered:
        yield FieldError(at, "must be left out where nothing lacks")
    seen: set[str] = set()
    for nth, each in enumerate(picked.substitutes):
        product = offered.get(each.product)
        if product is None or not product.is_sold:
            what = "is not known" if product is None else "is not sold any more"
            yield FieldError(f"{at}/{nth}/product", what)
        elif each.product in seen:
            yield FieldError(f"{at}/{nth}/product", "is named twice")
        elif product.is_whole and each.quantity % 1:
            yield FieldError(f"{at}/{nth}/quantity", "must be whole")
        seen.add(each.product)
        yield from _of_lots(f"{at}/{nth}/lots", each)


def _of_lots(at: str, picked: PickedLine | PickedSubstitute) -> Iterator[FieldError]:
    if picked.lots and sum(each.quantity for each in picked.lots) != picked.quantity:
        yield FieldError(at, "must come to the quantity")
