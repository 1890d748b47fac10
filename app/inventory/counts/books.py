"""Puts the books right by what was counted; within the transaction that approves it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain

from app.core.web import Conflict
from app.inventory.allocations.service import Allocations
from app.inventory.counts.booking import ShelfLot, gaining, left_to_book, losing, worth
from app.inventory.counts.repository import Booking, CountRepository, Result, Settled, Shelf

_NONE = Decimal(0)


class Books:
    """Books what a count has found more or less of than there should be."""

    def __init__(self, counts: CountRepository, allocations: Allocations) -> None:
        self._counts = counts
        self._allocations = allocations

    async def settle(
        self, count: int, code: str, found: Sequence[Result], *, today: date, by: int | None
    ) -> list[Settled]:
        """Book what is left of the differences, write down what was found, and return both.

        The levels of what differs are locked. Raises Conflict `allocated`, with `items`, where more is missing than there is
        that nobody was promised: then nothing is to be booked.
        """
        left = {each.product_id: left_to_book(each.difference, each.corrected) for each in found}
        await self._free([product for product, quantity in left.items() if quantity < 0], today)
        differing = [product for product, quantity in left.items() if quantity]
        shelves = await self._counts.shelves(differing)
        _check([each for each in found if left[each.product_id] < 0], left, shelves)
        costs = await self._counts.last_costs(differing)
        bookings = {
            product: _bookings(product, left[product], shelves[product].lots, costs[product], today)
            for product in differing
        }
        await self._counts.book(count, [*chain(*bookings.values())], f"count {code}", by)
        settled = [
            Settled(each, left[each.product_id], _value(bookings.get(each.product_id, ())))
            for each in found
        ]
        await self._counts.settle(count, settled)
        return settled

    async def _free(self, products: Sequence[int], today: date) -> None:
        """Have lots that have not expired take over what others of products have promised, as far as they can."""
        for product, shelf in (await self._counts.shelves(products)).items():
            for lot in shelf.promised:
                if (lot.expires_on or date.max) < today:
                    await self._allocations.clear(lot.id, product, _NONE)


def _check(
    short: Sequence[Result], left: Mapping[int, Decimal], shelves: Mapping[int, Shelf]
) -> None:
    items = []
    for each in short:
        free = sum((lot.free for lot in shelves[each.product_id].lots), _NONE)
        if free < -left[each.product_id]:
            missing = f"{-left[each.product_id]:.3f}"
            items.append({"product": each.code, "missing": missing, "free": f"{free:.3f}"})
    if items:
        raise Conflict(
            "More of it is missing than there is that nobody was promised: cancel purchases, or count again.",
            code="allocated",
            items=items,
        )


def _bookings(
    product: int, quantity: Decimal, lots: Sequence[ShelfLot], last_cost: Decimal, today: date
) -> list[Booking]:
    if quantity < 0:
        lost = losing(-quantity, lots)
        return [Booking(product, lot.id, -taken, lot.unit_cost) for lot, taken in lost]
    lot = gaining(lots, today)
    if lot is None:
        return [Booking(product, None, quantity, last_cost)]
    return [Booking(product, lot.id, quantity, lot.unit_cost)]


def _value(bookings: Sequence[Booking]) -> Decimal:
    return sum((worth(each.quantity, each.unit_cost) for each in bookings), _NONE)
