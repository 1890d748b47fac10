"""Queries about counts."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from app.core.database import Manager, Statement
from app.core.web import NotFound
from app.core.web.paging import Scalar
from app.inventory.counts import statements as sql
from app.inventory.counts.booking import ShelfLot
from app.inventory.counts.scanning import Goods
from app.inventory.counts.schemas import CountedProductQuery, CountQuery

Key = tuple[Scalar, ...] | None


class Found(NamedTuple):
    """A count as it is, and the moment at which it was looked at."""

    id: int
    status: str
    opened_at: datetime
    now: datetime


class Taken(NamedTuple):
    """A scan as it is kept: what it says, and when by the client's clock."""

    id: UUID
    product_id: int
    quantity: Decimal
    place: str
    said_at: datetime


class Result(NamedTuple):
    """What was found of a product, and what of it was corrected in the books since."""

    product_id: int
    code: str
    moment: datetime
    counted: Decimal
    expected: Decimal
    recount: bool
    corrected: Decimal
    waiting: bool

    @property
    def difference(self) -> Decimal:
        """What there is more than in the books."""
        return self.counted - self.expected


class Settled(NamedTuple):
    """What was found of a product, what was booked, and what the movements are worth."""

    result: Result
    booked: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product's lots that have something on hand; `promised` are those of them that purchases are promised some of."""

    lots: list[ShelfLot]
    promised: list[ShelfLot]


class Booking(NamedTuple):
    """More or less of a lot, or of a new one at that cost."""

    product_id: int
    lot: int | None
    quantity: Decimal
    unit_cost: Decimal


class CountRepository:
    """Counts in the database of `manager`; a difference worth more than `bound` is far off, None is no bound."""

    def __init__(self, manager: Manager, bound: Decimal | None) -> None:
        self._manager = manager
        self._bound = bound

    async def category(self, code: str) -> int | None:
        """Return the id of a category, None if there is none."""
        found: int | None = await self._manager.fetch_value(sql.CATEGORY, code=code)
        return found

    async def of_category(self, category: int, limit: int) -> list[int]:
        """Return up to so many products of a category and of those below it."""
        rows = await self._manager.fetch(sql.OF_CATEGORY, category=category, limit=limit)
        return [product for (product,) in rows]

    async def create(self, category: str | None, note: str, by: int | None) -> tuple[int, str]:
        """Open a count of nothing, and return its id and code."""
        row = await self._manager.fetch_one(sql.CREATE, category=category, note=note, by=by)
        id_, code = row or (0, "")
        return id_, code

    async def add_products(self, count: int, products: Collection[int]) -> list[str]:
        """Have products belong to a count; return the codes of those that are in another open one."""
        rows = await self._manager.fetch(sql.ADD_PRODUCTS, count=count, products=list(products))
        others = set(products) - {product for (product,) in rows}
        if not others:
            return []
        return [code for (code,) in await self._manager.fetch(sql.CODES, products=list(others))]

    async def read(self, code: str) -> str:
        """Return a count's JSON. Raises NotFound."""
        return str(_found(await self._manager.fetch_one(sql.READ, code=code, bound=self._bound))[0])

    async def page(self, query: CountQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first."""
        (after_id,) = after or (None,)
        return await self._manager.fetch(
            sql.PAGE, status=query.status, limit=query.limit + 1, after_id=after_id
        )

    async def products(
        self, count: int, query: CountedProductQuery, after: Key
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, place), as the shelf is walked."""
        (after_place,) = after or (None,)
        return await self._manager.fetch(
            sql.PRODUCTS,
            count=count,
            state=query.state,
            limit=query.limit + 1,
            after_place=after_place,
            bound=self._bound,
        )

    async def sheet(self, code: str) -> str:
        """Return what a count's sheet says, as JSON. Raises NotFound."""
        return str(_found(await self._manager.fetch_one(sql.SHEET, code=code))[0])

    async def find(self, code: str) -> Found:
        """Return a count. Raises NotFound."""
        return await self._one(sql.FIND, code)

    async def share(self, code: str) -> Found:
        """Return a count which nobody ends or recounts until the transaction's end. Raises NotFound."""
        return await self._one(sql.SHARE, code)

    async def lock(self, code: str) -> Found:
        """Return a count which nobody else has until the transaction's end. Raises NotFound."""
        return await self._one(sql.LOCK, code)

    async def goods(self, count: int, codes: Collection[str]) -> dict[str, Goods]:
        """Return those of the products that exist, by code."""
        rows = await self._manager.fetch(sql.GOODS, count=count, codes=list(codes))
        return {code: Goods(*rest) for code, *rest in rows}

    async def add_scans(
        self, count: int, scans: Sequence[tuple[Taken, datetime]], by: int | None
    ) -> set[UUID]:
        """Keep scans, each with when it was by our clock; return the ids that are new."""
        rows = await self._manager.fetch(
            sql.ADD_SCANS,
            count=count,
            by=by,
            ids=[str(each.id) for each, _ in scans],
            products=[each.product_id for each, _ in scans],
            quantities=[each.quantity for each, _ in scans],
            places=[each.place for each, _ in scans],
            counted=[counted_at for _, counted_at in scans],
            said=[each.said_at for each, _ in scans],
        )
        return {id_ for (id_,) in rows}

    async def known(self, count: int, ids: Collection[UUID]) -> dict[UUID, Taken]:
        """Return those of the scans that are kept."""
        rows = await self._manager.fetch(sql.KNOWN, count=count, ids=[str(each) for each in ids])
        return {
            id_: Taken(id_, product_id, quantity, place, said_at.replace(tzinfo=UTC))
            for id_, product_id, quantity, place, said_at in rows
        }

    async def results(
        self, count: int, products: Collection[int] | None = None, *, zero: bool = False
    ) -> list[Result]:
        """Return what was found of products, None: of all. With `zero` what nobody counted is 0 now."""
        wanted = None if products is None else list(products)
        rows = await self._manager.fetch(
            sql.RESULTS, count=count, products=wanted, zero=zero, bound=self._bound
        )
        return [Result(*row) for row in rows]

    async def next_round(self, count: int, products: Collection[int]) -> None:
        """Have products counted again."""
        await self._manager.run(sql.NEXT_ROUND, count=count, products=list(products))

    async def lock_levels(self, products: Collection[int]) -> None:
        """Lock the stock of products."""
        await self._manager.fetch(sql.LOCK_LEVELS, products=list(products))

    async def shelves(self, products: Collection[int]) -> Mapping[int, Shelf]:
        """Return the lots of products that have any on hand."""
        found: dict[int, Shelf] = defaultdict(lambda: Shelf([], []))
        for product, *lot, promised in await self._manager.fetch(sql.LOTS, products=list(products)):
            found[product].lots.append(ShelfLot(*lot))
            if promised:
                found[product].promised.append(found[product].lots[-1])
        return found

    async def last_costs(self, products: Collection[int]) -> dict[int, Decimal]:
        """Return what a unit of each product's last lot cost."""
        return dict(await self._manager.fetch(sql.LAST_COSTS, products=list(products)))

    async def book(
        self, count: int, bookings: Sequence[Booking], reason: str, by: int | None
    ) -> None:
        """Write the adjustments."""
        columns = zip(*bookings, strict=True) if bookings else ((), (), (), ())
        products, lots, quantities, unit_costs = (list(each) for each in columns)
        await self._manager.run(
            sql.BOOK,
            count=count,
            by=by,
            reason=reason,
            products=products,
            lots=lots,
            quantities=quantities,
            unit_costs=unit_costs,
        )

    async def settle(self, count: int, found: Sequence[Settled]) -> None:
        """Write down what was found, and take these products off the list of what is to be counted."""
        products = [each.result.product_id for each in found]
        await self._manager.run(
            sql.SETTLE,
            count=count,
            products=products,
            moments=[each.result.moment for each in found],
            counted=[each.result.counted for each in found],
            expected=[each.result.expected for each in found],
            booked=[each.booked for each in found],
            values=[each.value for each in found],
        )
        await self._manager.run(sql.COUNTED, products=products)

    async def end(self, count: int, status: str, by: int | None) -> None:
        """End a count, so that its products may be in another."""
        await self._manager.run(sql.CLOSE, count=count)
        await self._manager.run(sql.END, count=count, status=status, by=by)

    async def _one(self, statement: Statement, code: str) -> Found:
        return Found(*_found(await self._manager.fetch_one(statement, code=code)))


def _found(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise NotFound("There is no such count.")
    return row
