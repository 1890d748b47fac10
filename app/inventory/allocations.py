"""The stock's side of a purchase: promise at checkout, issue at the till, take back on return."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Conflict
from app.inventory import fefo
from app.inventory.allocation_repository import AllocationRepository
from app.inventory.fefo import Lot, Pick


@dataclass(frozen=True, slots=True)
class Wanted:
    """So much of a product, in its unit; `code` is what clients know it by."""

    product_id: int
    code: str
    quantity: Decimal


class Allocations:
    """Promises stock to purchases. Every method belongs within the caller's transaction.

    A purchase's own row must be locked by the caller before anything is done for it.
    """

    def __init__(self, repository: AllocationRepository) -> None:
        self._repository = repository

    async def allocate(self, wanted: Sequence[Wanted]) -> list[Pick]:
        """Promise all of `wanted` (each product once), from unexpired lots, first expired first.

        Raises Conflict `out_of_stock`, whose `items` name every product there is too little of;
        the caller's transaction must then end.
        """
        picks, short = await self._take(wanted)
        if short:
            raise Conflict(
                "There is not enough of everything any more.", code="out_of_stock", items=short
            )
        return picks

    async def release(self, purchase: str) -> None:
        """Take back what a placed purchase was promised."""
        await self._repository.release(purchase)

    async def issue(self, purchase: str, login_id: int | None) -> None:
        """Turn what a placed purchase was promised into a sale.

        Lots that have expired since are replaced by others. Raises Conflict `expired`, with
        `items`, if there are none.
        """
        if await self._repository.has_expired(purchase):
            await self._replace_expired(purchase)
        # Promised first, then on hand: never may more be promised than there is.
        await self._repository.release(purchase)
        await self._repository.sell(purchase, login_id)

    async def take_back(
        self, purchase: str, returned: Sequence[Wanted], *, reason: str, login_id: int | None
    ) -> None:
        """Put goods of a collected purchase back onto the lots that they came from.

        Raises Conflict `return_above_sold`, with `items`, if more comes back than is still out.
        """
        lots = _by_product(await self._repository.sold_lots(purchase))
        # Onto the lots that expire first: goods never come back fresher than they may be.
        found = {
            item.product_id: fefo.pick(lots[item.product_id], item.quantity) for item in returned
        }
        above = [
            _item(item, returnable=_sum(lots[item.product_id]))
            for item in returned
            if found[item.product_id] is None
        ]
        if above:
            raise Conflict(
                "More would come back than was sold.", code="return_above_sold", items=above
            )
        await self._repository.take_back(purchase, _all(found), reason, login_id)

    async def _take(self, wanted: Sequence[Wanted]) -> tuple[list[Pick], list[dict[str, str]]]:
        """Promise `wanted`; return the picks, or else what there is too little of."""
        enough = await self._repository.reserve_levels([(w.product_id, w.quantity) for w in wanted])
        found: dict[int, list[Pick] | None] = {}
        if len(enough) == len(wanted):
            lots, today = await self._repository.free_lots(enough)
            sellable = _by_product(lot for lot in lots if not fefo.expired(lot, today))
            found = {w.product_id: fefo.pick(sellable[w.product_id], w.quantity) for w in wanted}
            if None not in found.values():
                picks = _all(found)
                await self._repository.reserve_lots(picks)
                return picks, []
        return [], await self._short(wanted, enough)

    async def _short(self, wanted: Sequence[Wanted], enough: set[int]) -> list[dict[str, str]]:
        """Say what is short, and by how much; `enough` are those that were promised just now."""
        left = await self._repository.available(w.product_id for w in wanted)
        for w in wanted:
            if w.product_id in enough:
                left[w.product_id] += w.quantity
        return [
            _item(w, available=left[w.product_id])
            for w in wanted
            # What is free again since then was still refused.
            if w.product_id not in enough or left[w.product_id] < w.quantity
        ]

    async def _replace_expired(self, purchase: str) -> None:
        lacking = [Wanted(*row) for row in await self._repository.drop_expired(purchase)]
        picks, short = await self._take(lacking)
        if short:
            raise Conflict(
                "Some of it has expired, and there is nothing to replace it with.",
                code="expired",
                items=short,
            )
        await self._repository.assign(purchase, picks)


def _by_product(lots: Iterable[Lot]) -> Mapping[int, list[Lot]]:
    found: dict[int, list[Lot]] = defaultdict(list)
    for lot in lots:
        found[lot.product_id].append(lot)
    return found


def _all(found: Mapping[int, list[Pick] | None]) -> list[Pick]:
    return [pick for picks in found.values() for pick in picks or ()]


def _sum(lots: Iterable[Lot]) -> Decimal:
    return sum((lot.free for lot in lots), Decimal("0.000"))


def _item(wanted: Wanted, **found: Decimal) -> dict[str, str]:
    figures = {"requested": wanted.quantity, **found}
    return {"product": wanted.code, **{name: f"{figure:f}" for name, figure in figures.items()}}
