"""Who fetches what was ordered, and what came of it."""

from collections.abc import Sequence
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Conflict
from app.core.web.paging import Scalar
from app.core.web.security import Principal
from app.inventory.allocations.picked.service import PickedStock
from app.orders.picking.outcome import Outcome, not_agreed, outcome, taken
from app.orders.picking.repository import PickingRepository
from app.orders.picking.schemas import PickingQuery, PickRequest
from app.orders.purchases.repository import PurchaseRepository
from app.orders.states import must_wait


class Picking:
    """Has purchases be picked by one at a time, and charges what came."""

    def __init__(
        self,
        manager: Manager,
        picking: PickingRepository,
        purchases: PurchaseRepository,
        stock: PickedStock,
        audit: AuditTrail,
    ) -> None:
        self._manager = manager
        self._picking = picking
        self._purchases = purchases
        self._stock = stock
        self._audit = audit

    async def page(
        self, query: PickingQuery, behind: Sequence[Scalar] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, due_at, placed_at, id) of what is to be picked, what is wanted first in front."""
        return await self._picking.page(query.filters(behind))

    async def read(self, purchase: str) -> str:
        """Return the JSON of a purchase that waits, for who picks it. Raises NotFound."""
        return await self._picking.read(purchase)

    async def claim(self, who: Principal, purchase: str, *, take_over: bool) -> str:
        """Have a purchase be picked by `who`, and return its JSON; who has it already may claim it again.

        Raises NotFound, and Conflict `purchase_ended`, `already_picked`, or `being_picked` unless it is taken over.
        """

        async def work() -> str:
            status, picker = await self._picking.lock(purchase)
            _must_be_open(status)
            if picker != who.login_id and who.login_id is not None:
                if picker is not None and not take_over:
                    raise _being_picked()
                await self._picking.claim(purchase, who.login_id)
            return await self._picking.read(purchase)

        return await self._manager.transaction(work)

    async def release(self, who: Principal, purchase: str) -> str:
        """Have nobody pick a purchase that `who` claimed, and return its JSON.

        Raises NotFound, and Conflict `purchase_ended`, `already_picked`, `being_picked` or `not_claimed`.
        """

        async def work() -> str:
            status, picker = await self._picking.lock(purchase)
            _must_be_open(status)
            _must_be_picker(who, picker)
            await self._picking.release(purchase)
            return await self._picking.read(purchase)

        return await self._manager.transaction(work)

    async def pick(self, who: Principal, purchase: str, request: PickRequest) -> str:
        """Charge a purchase for what came, have it ready, and return its JSON as the purchase that it is.

        What came is all there is to say, in place of what was said before. Raises NotFound; Invalid for what cannot be; and
        Conflict `purchase_ended`, `not_claimed`, `being_picked`, `nothing_picked`, or `not_agreed`, `out_of_stock` and `expired` with `items`.
        """

        async def work() -> str:
            status, picker = await self._picking.lock(purchase)
            must_wait(status)
            if status != "ready":
                _must_be_picker(who, picker)
            ordered = await self._picking.ordered(purchase)
            codes = {one.product for each in request.lines for one in each.substitutes}
            offered = await self._picking.offered(sorted(codes)) if codes else {}
            came = outcome(request.lines, ordered, offered)
            await self._charge(who, purchase, came)
            await self._audit.record(
                who.login_id,
                "purchase.picked",
                f"purchase:{purchase}",
                request.model_dump(mode="json", exclude_defaults=True),
            )
            return await self._purchases.read(purchase, who)

        return await self._manager.transaction(work)

    async def _charge(self, who: Principal, purchase: str, came: Outcome) -> None:
        charged = await self._picking.charge(purchase, who.login_id, came.quantities, came.instead)
        if charged.dearer:
            raise not_agreed(
                [
                    {"line": line, "product": came.products[line], "why": "dearer"}
                    for line in sorted(set(charged.dearer))
                ]
            )
        of_substitutes = [
            one
            for line, each in zip(charged.substitutes, came.instead, strict=True)
            for one in taken(line, each.lots, each.at)
        ]
        await self._stock.keep(purchase, [*came.taken, *of_substitutes], who.login_id)


def _must_be_open(status: str) -> None:
    must_wait(status)
    if status == "ready":
        raise Conflict("It is ready.", code="already_picked")


def _must_be_picker(who: Principal, picker: int | None) -> None:
    if picker is None:
        raise Conflict("Claim it first.", code="not_claimed")
    if picker != who.login_id:
        raise _being_picked()


def _being_picked() -> Conflict:
    return Conflict("Somebody else is picking it.", code="being_picked")
