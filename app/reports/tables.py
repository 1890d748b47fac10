"""What a report answers: one table, as JSON and as rows of a sheet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.reports.rows import Cells, Found, Making, quantity, total_of

Keys = Callable[[Found], Cells]


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows are made of sums, of which there are `width`: what tells rows apart, and their cells.

    `quantities` says which sums are quantities, by the names of the cells; these are empty where units differ.
    """

    keys: Keys
    making: Making
    width: int
    quantities: Mapping[str, int]

    def row(self, found: Found) -> Cells:
        """Return the cells of a row."""
        return self.keys(found) | self.sums(found)

    def sums(self, found: Found) -> Cells:
        """Return the cells that are sums."""
        cells: Cells = {
            name: quantity(found.sums[place]) if found.unit else None
            for name, place in self.quantities.items()
        }
        if self.quantities:
            cells["unit"] = found.unit
        return cells | self.making(found.sums)


@dataclass(frozen=True, slots=True)
class Table:
    """A report: what it is about, its rows, and the total of them all. Ranked ones begin with the largest."""

    about: Mapping[str, Any]
    heads: Sequence[str]
    rows: Sequence[Cells]
    total: Cells
    is_ranked: bool

    def json(self, limit: int) -> dict[str, Any]:
        """Return what is answered, with so many ranked rows at most; `left_out` says how many there are more."""
        rows = self.rows[:limit] if self.is_ranked else self.rows
        left_out = len(self.rows) - len(rows)
        return {**self.about, "rows": rows, "left_out": left_out, "total": self.total}


def table_of(
    about: Mapping[str, Any], shape: Shape, rows: Sequence[Found], rank: int | None = None
) -> Table:
    """Return the report that rows of sums make: as they are, or by the sum at `rank`, the largest first."""
    ranked = (
        rows if rank is None else sorted(rows, key=lambda row: (-row.sums[rank], row.key or ""))
    )
    total = shape.sums(total_of(rows, shape.width))
    heads = list(shape.row(Found("", None, None, [Decimal(0)] * shape.width)))
    return Table(about, heads, [shape.row(row) for row in ranked], total, rank is not None)


def by_key(found: Found) -> Cells:
    """Tell rows apart by what they are of."""
    return {"key": found.key, "name": found.name}


def by_rate(found: Found) -> Cells:
    """Tell rows apart by when, and the rate."""
    return {"key": found.key, "rate": found.name}


def by_method(found: Found) -> Cells:
    """Tell rows apart by when or where, and the method."""
    return {"key": found.key, "method": found.name}


def by_promotion(found: Found) -> Cells:
    """Tell rows apart by what took something off."""
    kind, _, code = found.key.partition(":")
    return {"kind": kind, "code": code or None, "name": found.name}
