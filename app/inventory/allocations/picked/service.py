"""The stock's side of picking: a purchase's promises become what was picked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.web import Conflict, FieldError, Invalid
from app.inventory.allocations.picked.repository import Held, PickedRepository
from app.inventory.allocations.repository import AllocationRepository
from app.inventory.allocations.service import Allocations


@dataclass(frozen=True, slots=True)
class Taken:
    """So much of a lot is in the picker's hand for a purchase's line; `at` is where the request says so."""

    line: int
    lot: int
    quantity: Decimal
    at: str


class PickedStock:
    """Has purchases be promised what was picked for them. For use within the transaction of who holds the purchase."""

    def __init__(
        self,
        picked: PickedRepository,
        repository: AllocationRepository,
        allocations: Allocations,
    ) -> None:
        self._picked = picked
        self._repository = repository
        self._allocations = allocations

    async def keep(self, purchase: str, taken: Sequence[Taken], login_id: int | None) -> None:
        """Have each line of a waiting purchase be promised its quantity, all or nothing.

        Lines of which lots are named in `taken` get exactly these, and promises of these to others move away. Of the
        others, what is too much is given back, what has expired is replaced, and what is more than was promised comes
        from what is free; what weighs more than was ordered is booked as found where the books lack it. Raises Invalid for lots of something else, and Conflict `expired` or `out_of_stock` with `items`.
        """
        await self._repository.lock_levels(purchase)
        await self._picked.give_back(purchase, [each.line for each in taken])
        await self._allocations.replace_expired(purchase)
        if taken:
            await self._take(taken)
        await self._picked.take_own(purchase)
        await self._picked.take_heavy(purchase, login_id)
        if lacking := await self._picked.take_more(purchase):
            raise _out_of_stock(lacking)

    async def _take(self, taken: Sequence[Taken]) -> None:
        rows = [(each.line, each.lot, each.quantity) for each in taken]
        held = await self._picked.held(rows)
        _check(taken, held)
        short = {
            each.lot: each for each in held if each.free is not None and each.wanted > each.free
        }
        for each in short.values():
            await self._allocations.clear(
                each.lot, each.product_id, each.wanted - (each.free or Decimal(0))
            )
        if short:
            left = {each.lot: each for each in await self._picked.held(rows)}
            lacking = [
                (each.product, each.wanted, each.free)
                for each in left.values()
                if each.free is not None and each.wanted > each.free
            ]
            if lacking:
                raise _out_of_stock(lacking)
        await self._picked.take_held(rows)


def _check(taken: Sequence[Taken], held: Sequence[Held]) -> None:
    """Raise Invalid for lots that are not of their line's goods, and Conflict `expired`."""
    errors = [
        FieldError(each.at, "is no lot of these goods")
        for each, found in zip(taken, held, strict=True)
        if not found.fits
    ]
    if errors:
        raise Invalid("That was not ordered.", errors=errors)
    if expired := [found for found in held if found.has_expired]:
        raise Conflict(
            "What has expired cannot be sold.",
            code="expired",
            items=[{"product": each.product, "lot": each.lot} for each in expired],
        )


def _out_of_stock(lacking: Sequence[tuple[str, Decimal, Decimal]]) -> Conflict:
    """Return what to raise where more is in the picker's hand than the books have free."""
    return Conflict(
        "There is not enough of everything any more.",
        code="out_of_stock",
        items=[
            {"product": product, "requested": f"{wanted:f}", "available": f"{free:f}"}
            for product, wanted, free in lacking
        ],
    )
