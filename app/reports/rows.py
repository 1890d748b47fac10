"""From sums to the rows of reports. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.reports.periods import Time, key_of

_CENT, _SHARE, _GRAM = Decimal("0.01"), Decimal("0.0001"), Decimal("0.001")

Sums = Sequence[Decimal]
Cells = dict[str, Any]
Making = Callable[[Sums], Cells]
"""Makes the cells of a row of its sums."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement gives: sums of what has a key, and the unit that all of it is counted in, if there is one."""

    key: Any
    name: str | None
    unit: str | None
    sums: Sums


def by_time(rows: Iterable[Found], by: Time) -> list[Found]:
    """Return rows of days as rows of days, weeks or months; `name` tells rows of one day apart."""
    found: dict[tuple[str, str | None], Found] = {}
    for row in rows:
        place = key_of(by, row.key), row.name
        found[place] = _both(found.get(place), Found(place[0], row.name, row.unit, row.sums))
    return list(found.values())


def filled(rows: Sequence[Found], keys: Iterable[Any], width: int) -> list[Found]:
    """Return rows with one for each of `keys`, in their order, and each name that there is: of zeros, where there is none."""
    found = {(row.key, row.name): row for row in rows}
    names: list[str | None] = [*sorted({row.name for row in rows if row.name})] or [None]
    units = {row.unit for row in rows}
    unit = units.pop() if len(units) == 1 else None
    none = [Decimal(0)] * width
    return [
        found.get((key, name)) or Found(key, name, unit, none) for key in keys for name in names
    ]


def total_of(rows: Iterable[Found], width: int) -> Found:
    """Return the sums of all rows."""
    total: Found | None = None
    for row in rows:
        total = _both(total, row)
    return total or Found(None, None, None, [Decimal(0)] * width)


def _both(one: Found | None, other: Found) -> Found:
    if one is None:
        return other
    sums = [first + second for first, second in zip(one.sums, other.sums, strict=True)]
    return Found(one.key, one.name, one.unit if one.unit == other.unit else None, sums)


def cents(amount: Decimal) -> Decimal:
    """Return an amount in cents, half up."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def amounts(gross: Decimal, vat: Decimal, cost: Decimal) -> Cells:
    """Return what was charged, what it cost, and what is left; the part that this is of the net, if there is a net."""
    net, cost = cents(gross - vat), cents(cost)
    margin = net - cost
    share = (margin / net).quantize(_SHARE, ROUND_HALF_UP) if net else None
    return {
        "gross": cents(gross),
        "vat": cents(vat),
        "net": net,
        "cost": cost,
        "margin": margin,
        "margin_share": share,
    }


def of_sales(sums: Sums) -> Cells:
    """Return the cells of a part of what was sold: of how many purchases, nobody counts."""
    _, gross, vat, cost, *_ = sums
    return amounts(gross, vat, cost) | {"purchases": None, "average_basket": None}


def of_all_sales(sums: Sums) -> Cells:
    """Return the cells of what was sold, with the purchases and what they came to on average, returns taken off."""
    purchases = int(sums[4])
    basket = cents(sums[1] / purchases) if purchases else None
    return of_sales(sums) | {"purchases": purchases, "average_basket": basket}


def of_vat(sums: Sums) -> Cells:
    """Return the cells of what was charged at a rate."""
    gross, vat = map(cents, sums)
    return {"gross": gross, "net": gross - vat, "vat": vat}


def of_payments(sums: Sums) -> Cells:
    """Return the cells of what was paid by a method."""
    taken, given_back, rounding = map(cents, sums)
    kept = taken - given_back
    return {"taken": taken, "given_back": given_back, "kept": kept, "rounding": rounding}


def of_goods(sums: Sums) -> Cells:
    """Return the cells of goods at cost."""
    return {"cost": cents(sums[1])}


def of_promotions(sums: Sums) -> Cells:
    """Return the cells of what something was taken off."""
    lines, _, gross, vat, cost, taken_off = sums
    return {"lines": int(lines), **amounts(gross, vat, cost), "taken_off": cents(taken_off)}


def of_stock_outs(sums: Sums) -> Cells:
    """Return the cells of what was out."""
    days, _, _, _, lost = sums
    return {"days_out": int(days), "lost_gross": cents(lost)}


def quantity(sum_: Decimal) -> Decimal:
    """Return a quantity with three decimals."""
    return sum_.quantize(_GRAM)
