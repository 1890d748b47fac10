"""What a request to give money back comes to, line by line. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.core.web import Conflict, FieldError, Invalid
from app.inventory.allocations.service import Returned
from app.orders.invoices.crediting import ChargedLine, CreditedLine
from app.orders.purchases.refunds.schemas import RefundedLine, RefundRequest, ReturnedItem

_NOT_SOLD = "What came back was not sold with this purchase."


@dataclass(frozen=True, slots=True)
class Credit:
    """Lines that money goes back for, and the goods that come back into stock, or are thrown away."""

    lines: Sequence[CreditedLine]
    restocked: Sequence[Returned]
    wasted: Sequence[Returned]


NOTHING = Credit((), (), ())
"""Of a purchase whose goods are still here: money alone goes back."""


def check(request: RefundRequest) -> None:
    """Raise Invalid for a request that is neither of lines nor of an amount, or both."""
    if not request.lines:
        if request.amount is None:
            raise _wrong("/amount", "is needed unless lines are named")
    elif request.amount is not None:
        raise _wrong("/amount", "must be left out where lines are named, which may have their own")
    elif request.returned:
        raise _wrong("/returned", "must be left out where lines are named, which say it")


def by_line(wanted: Sequence[RefundedLine], charged: Sequence[ChargedLine]) -> Credit:
    """Return what goes back, of which lines; a line may be named more than once.

    Raises Invalid, and Conflict `return_above_sold` or `refund_above_charged`, with `items`.
    """
    before = {each.line: each for each in charged}
    if errors := [
        error for place, each in enumerate(wanted) for error in _errors(place, each, before)
    ]:
        raise Invalid(_NOT_SOLD, errors=errors)
    after = dict(before)
    for each in wanted:
        line = after[each.line]
        if each.quantity > line.left_quantity:
            raise _above_sold(line, each.quantity)
        amount = line.due(each.quantity) if each.amount is None else each.amount
        if amount > line.left:
            raise _above_charged(line, amount)
        after[each.line] = replace(
            line,
            credited_quantity=line.credited_quantity + each.quantity,
            credited=line.credited + amount,
        )
    return Credit(
        [
            _between(before[line], after[line])
            for line in dict.fromkeys(each.line for each in wanted)
        ],
        _merged(before, [(each.line, each.quantity) for each in wanted if each.goods == "restock"]),
        _merged(before, [(each.line, each.quantity) for each in wanted if each.goods == "waste"]),
    )


def returned(items: Sequence[ReturnedItem], charged: Sequence[ChargedLine]) -> list[Returned]:
    """Return the goods that come back, each line once. Raises Invalid for what could not have been sold."""
    lines = {each.line: each for each in charged}
    errors = [
        error
        for place, item in enumerate(items)
        for error in _faults(f"/returned/{place}", item, lines)
    ]
    if errors:
        raise Invalid(_NOT_SOLD, errors=errors)
    return _merged(lines, [(item.line, item.quantity) for item in items])


def weights(
    amount: Decimal, back: Sequence[Returned], charged: Sequence[ChargedLine]
) -> list[Decimal]:
    """Return by what an amount is shared out over lines: what is left of those that came back, or of all if that is less."""
    named = {each.line for each in back}
    of_named = [each.left if each.line in named else Decimal(0) for each in charged]
    return of_named if sum(of_named) >= amount else [each.left for each in charged]


def by_amount(
    parts: Sequence[Decimal], back: Sequence[Returned], charged: Sequence[ChargedLine]
) -> list[CreditedLine]:
    """Return the lines that an amount is shared out over in `parts`, with what came `back` of them."""
    quantities = {each.line: each.quantity for each in back}
    lines = [
        CreditedLine(
            each.line, min(quantities.get(each.line, Decimal(0)), each.left_quantity), part
        )
        for each, part in zip(charged, parts, strict=True)
    ]
    return [each for each in lines if each.total or each.quantity]


def _errors(
    place: int, wanted: RefundedLine, lines: Mapping[int, ChargedLine]
) -> Iterator[FieldError]:
    at = f"/lines/{place}"
    if wanted.quantity:
        goods = wanted.goods != "none"
        yield from _faults(at, wanted, lines, goods=goods)
    elif wanted.line not in lines:
        yield FieldError(f"{at}/line", "is not a line of this purchase")
    elif wanted.goods != "none" or not wanted.amount:
        yield FieldError(f"{at}/quantity", "must be above 0, but for an amount without goods")


def _faults(
    at: str,
    item: ReturnedItem | RefundedLine,
    lines: Mapping[int, ChargedLine],
    *,
    goods: bool = True,
) -> Iterator[FieldError]:
    line = lines.get(item.line)
    if line is None or (goods and line.product is None):
        what = "a line of goods" if goods else "a line"
        yield FieldError(f"{at}/line", f"is not {what} of this purchase")
    elif line.is_whole and item.quantity % 1:
        yield FieldError(f"{at}/quantity", "must be whole")


def _merged(
    lines: Mapping[int, ChargedLine], pairs: Iterable[tuple[int, Decimal]]
) -> list[Returned]:
    found: dict[int, Decimal] = {}
    for line, quantity in pairs:
        found[line] = found.get(line, Decimal(0)) + quantity
    return [Returned(line, lines[line].product or "", quantity) for line, quantity in found.items()]


def _between(before: ChargedLine, after: ChargedLine) -> CreditedLine:
    return CreditedLine(
        before.line,
        after.credited_quantity - before.credited_quantity,
        after.credited - before.credited,
    )


def _above_sold(line: ChargedLine, quantity: Decimal) -> Conflict:
    item = {
        "line": line.line,
        "product": line.product,
        "requested": f"{quantity:f}",
        "returnable": f"{line.left_quantity:f}",
    }
    return Conflict("More would come back than was sold.", code="return_above_sold", items=[item])


def _above_charged(line: ChargedLine, amount: Decimal) -> Conflict:
    item = {"line": line.line, "requested": f"{amount:f}", "left": f"{line.left:f}"}
    return Conflict(
        f"Only {line.left:f} of what was charged for a line is left.",
        code="refund_above_charged",
        items=[item],
    )


def _wrong(pointer: str, message: str) -> Invalid:
    return Invalid("A refund is of lines or of an amount.", errors=[FieldError(pointer, message)])
