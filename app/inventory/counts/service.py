"""Counts: opening them, taking scans, having goods counted again, and ending them."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

import orjson

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.threads import Threads
from app.core.web import Conflict, FieldError, Invalid, Unavailable
from app.core.web.paging import Scalar
from app.inventory.counts.books import Books
from app.inventory.counts.intake import Intake
from app.inventory.counts.repository import CountRepository, Found, Result
from app.inventory.counts.schemas import (
    MOST_PRODUCTS,
    Approval,
    CountedProductQuery,
    CountQuery,
    NewCount,
    Recount,
    ScanResult,
    Scans,
)
from app.inventory.stock.repository import StockRepository

Key = tuple[Scalar, ...] | None
_MAX_WAITING = 8


class Counts:
    """Counts what is on the shelf while sales go on."""

    def __init__(
        self,
        manager: Manager,
        counts: CountRepository,
        stock: StockRepository,
        audit: AuditTrail,
        *,
        intake: Intake,
        books: Books,
    ) -> None:
        self._manager = manager
        self._counts = counts
        self._stock = stock
        self._audit = audit
        self._intake = intake
        self._books = books
        self._threads = Threads("sheets", at_once=1, max_waiting=_MAX_WAITING, busy=_busy)

    async def open(self, new: NewCount, by: int | None) -> tuple[str, str]:
        """Open a count of what belongs to it now; return its code and JSON.

        Raises Invalid for what does not exist, is nothing or too much, and Conflict `being_counted`, with `items`.
        """

        async def work() -> tuple[str, str]:
            products = await self._products(new)
            count, code = await self._counts.create(new.category, new.note, by)
            if elsewhere := await self._counts.add_products(count, products):
                items = [{"product": each} for each in elsewhere]
                raise Conflict("Some of it is being counted.", code="being_counted", items=items)
            await self._record(by, "opened", code, {"products": len(products)})
            return code, await self._counts.read(code)

        return await self._manager.transaction(work)

    async def read(self, code: str) -> str:
        """Return a count's JSON. Raises NotFound."""
        return await self._counts.read(code)

    async def page(self, query: CountQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first."""
        return await self._counts.page(query, after)

    async def products(
        self, code: str, query: CountedProductQuery, after: Key
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, place), as the shelf is walked. Raises NotFound."""
        count = await self._counts.find(code)
        return await self._counts.products(count.id, query, after)

    async def sheet(self, code: str) -> bytes:
        """Return the sheet to count with, as PDF. Raises NotFound, and Unavailable where too many wait."""
        return await self._threads.run(_print, await self._counts.sheet(code))

    async def scan(self, code: str, asked: Scans, by: int | None) -> list[ScanResult]:
        """Keep what was scanned, each once; return what became of each. Raises NotFound, and Conflict `not_open`."""

        async def work() -> list[ScanResult]:
            return await self._intake.take(_open(await self._counts.share(code)), asked, by)

        return await self._manager.transaction(work)

    async def recount(self, code: str, asked: Recount, by: int | None) -> list[str]:
        """Open the next round of products, or of all that have to be counted again; return which these are.

        Raises NotFound, Conflict `not_open`, and Invalid for products that nobody has counted.
        """

        async def work() -> list[str]:
            count = _open(await self._counts.lock(code))
            found = {each.code: each for each in await self._counts.results(count.id)}
            if asked.products is None:
                wanted = [each for each in found.values() if each.recount]
            else:
                _check_counted(asked.products, found)
                wanted = [found[each] for each in dict.fromkeys(asked.products)]
            # Of what waits for its recount already, the round goes on.
            again = [each for each in wanted if not each.waiting]
            await self._counts.next_round(count.id, [each.product_id for each in again])
            codes = [each.code for each in again]
            await self._record(by, "recounted", code, {"products": codes})
            return codes

        return await self._manager.transaction(work)

    async def approve(self, code: str, asked: Approval, by: int | None) -> str:
        """Book the differences as they were found, once; return the count's JSON.

        Raises NotFound, Conflict `not_open`, `recount_needed` and `allocated`, with `items`.
        """

        async def work() -> str:
            count = _open(await self._counts.lock(code))
            zero = asked.uncounted == "zero"
            found = await self._locked_results(count.id, zero=zero)
            if asked.recount == "refuse":
                _check_certain(found)
            today = await self._stock.today()
            settled = await self._books.settle(count.id, code, found, today=today, by=by)
            await self._counts.end(count.id, "approved", by)
            value = sum((each.value for each in settled), Decimal(0))
            booked = sum(1 for each in settled if each.booked)
            await self._record(by, "approved", code, {"booked": booked, "value": value})
            return await self._counts.read(code)

        return await self._manager.transaction(work)

    async def cancel(self, code: str, reason: str, by: int | None) -> str:
        """Give a count up: nothing is booked. Return its JSON. Raises NotFound, and Conflict `not_open`."""

        async def work() -> str:
            count = _open(await self._counts.lock(code))
            await self._counts.end(count.id, "cancelled", by)
            await self._record(by, "cancelled", code, {"reason": reason})
            return await self._counts.read(code)

        return await self._manager.transaction(work)

    async def _locked_results(self, count: int, *, zero: bool) -> list[Result]:
        """Return what was found, with the stock locked of what differs: a sale that is under way is through then."""
        found = await self._counts.results(count, zero=zero)
        differing = [each.product_id for each in found if each.difference]
        await self._counts.lock_levels(differing)
        again = await self._counts.results(count, differing, zero=zero)
        return [*(each for each in found if not each.difference), *again]

    async def _products(self, new: NewCount) -> list[int]:
        if (new.category is None) == (new.products is None):
            raise _invalid("/category", "is needed, unless products are listed")
        if new.products is not None:
            known = await self._stock.products(new.products)
            if wrong := [n for n, code in enumerate(new.products) if code not in known]:
                raise _invalid(f"/products/{wrong[0]}", "is not known")
            return [each.id for each in known.values()]
        category = await self._counts.category(new.category or "")
        if category is None:
            raise _invalid("/category", "is not known")
        found = await self._counts.of_category(category, MOST_PRODUCTS + 1)
        if not found:
            raise _invalid("/category", "has no products")
        if len(found) > MOST_PRODUCTS:
            raise _invalid("/category", f"has more than {MOST_PRODUCTS} products: count its parts")
        return found

    async def _record(self, by: int | None, action: str, code: str, detail: Any) -> None:
        await self._audit.record(by, f"stock_count.{action}", f"stock_count:{code}", detail)


def _open(count: Found) -> Found:
    if count.status != "open":
        raise Conflict(f"The count is {count.status} already.", code="not_open")
    return count


def _check_counted(products: Sequence[str], found: Collection[str]) -> None:
    errors = [
        FieldError(f"/products/{place}", "was not counted in this count")
        for place, code in enumerate(products)
        if code not in found
    ]
    if errors:
        raise Invalid("What was not counted cannot be counted again.", errors=errors)


def _check_certain(found: Sequence[Result]) -> None:
    if items := [{"product": each.code} for each in found if each.recount]:
        raise Conflict(
            "Some of it has to be counted again first.", code="recount_needed", items=items
        )


def _invalid(pointer: str, message: str) -> Invalid:
    return Invalid("This cannot be counted.", errors=[FieldError(pointer, message)])


def _print(json: str) -> bytes:
    # Here, so that a worker needs no memory for fonts until somebody prints.
    from app.inventory.counts.printing import printed  # noqa: PLC0415 - as above

    return printed(orjson.loads(json))


def _busy() -> Unavailable:
    return Unavailable("Too many sheets are printed at once. Try again.")
