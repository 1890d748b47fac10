"""What staff corrects, throws away and looks up in stock."""

from decimal import Decimal
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.settings import StockSettings
from app.core.web import Conflict, FieldError, Invalid, NotFound
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.paging import PageQuery
from app.inventory.allocations.service import Allocations
from app.inventory.stock.lots import not_expired, whole_pieces
from app.inventory.stock.repository import Cause, Key, LotState, NewLot, StockRepository
from app.inventory.stock.schemas import (
    LevelQuery,
    LotQuery,
    MovementQuery,
    NewAdjustment,
    NewWaste,
)


class Stock:
    """Reads stock, and changes it other than by buying and selling."""

    def __init__(
        self,
        manager: Manager,
        stock: StockRepository,
        allocations: Allocations,
        audit: AuditTrail,
        settings: StockSettings,
    ) -> None:
        self._manager = manager
        self._stock = stock
        self._allocations = allocations
        self._audit = audit
        self._waste_reasons = settings.waste_reasons

    async def lot(self, lot_id: int) -> str:
        """Return the lot's JSON. Raises NotFound."""
        return await self._stock.lot(lot_id)

    async def movement(self, movement_id: int) -> str:
        """Return the movement's JSON. Raises NotFound."""
        return await self._stock.movement(movement_id)

    async def lot_page(self, query: LotQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, expires_on or infinity as text, id), first expired first."""
        return await self._stock.lot_page(query, after)

    async def level_page(self, query: LevelQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, product's code), by code."""
        return await self._stock.level_page(query, after)

    async def movement_page(self, query: MovementQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first."""
        return await self._stock.movement_page(query, after)

    async def shortage_page(self, query: PageQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, purchase line's id), oldest first."""
        return await self._stock.shortage_page(query, after)

    async def counted(self, product: str, by: int | None) -> None:
        """Note that a product was counted, and the books are right. Raises NotFound."""

        async def work() -> None:
            if not await self._stock.counted(product):
                raise NotFound("There is nothing to count of it.")
            await self._audit.record(by, "stock.counted", f"product:{product}", {})

        await self._manager.transaction(work)

    async def uncounted_page(self, query: PageQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, since, product's id), the longest uncounted first."""
        return await self._stock.uncounted_page(query, after)

    async def adjust(
        self, asked: NewAdjustment, by: int | None, identity: RequestIdentity
    ) -> Answer:
        """Correct a lot, or open one with what was found; answer with the movement.

        What a lot loses of what it has promised, others take over. Raises Invalid for wrong values,
        Conflict `not_on_hand` or `allocated` if a lot would lose what it does not have or others
        cannot take over (`free` says how much can go), and what once() raises.
        """
        _check_form(asked)

        async def work() -> Answer:
            cause = Cause("adjustment", by, asked.reason)
            match asked:
                case NewAdjustment(lot=int(lot_id)):
                    moved = await self._move(lot_id, asked.quantity, cause)
                case NewAdjustment(product=str(code), unit_cost=Decimal() as unit_cost):
                    moved = await self._open_lot(code, unit_cost, asked, cause)
            return await self._answer(moved, "stock.adjusted", cause, asked.quantity)

        return await once(self._manager, **identity, work=work)

    async def waste(self, asked: NewWaste, by: int | None, identity: RequestIdentity) -> Answer:
        """Throw some of a lot away, for a reason of the shop's list; answer with the movement. Raises as adjust() does."""
        if asked.reason not in self._waste_reasons:
            known = ", ".join(self._waste_reasons)
            raise _invalid(FieldError("/reason", f"must be one of: {known}"))

        async def work() -> Answer:
            cause = Cause("waste", by, asked.reason, note=asked.note)
            moved = await self._move(asked.lot, -asked.quantity, cause)
            return await self._answer(moved, "stock.wasted", cause, -asked.quantity)

        return await once(self._manager, **identity, work=work)

    async def renew_openings(self) -> int:
        """Receive opening stock again of which nothing is left to sell because it has expired; return how many lots.

        Only of products that nobody has ever delivered: for a demo shop, which is then as fresh as a new one.
        """

        async def work() -> int:
            lots = await self._stock.expired_openings()
            if lots:
                await self._stock.open_lots(lots, Cause("receipt", None, "opening stock"))
            return len(lots)

        return await self._manager.transaction(work)

    async def _open_lot(
        self, code: str, unit_cost: Decimal, asked: NewAdjustment, cause: Cause
    ) -> tuple[int, int]:
        product = (await self._stock.products([code])).get(code)
        if product is None:
            raise _invalid(FieldError("/product", "is not known"))
        errors = [
            *whole_pieces(product.unit, asked.quantity, "/quantity"),
            *not_expired(asked.expires_on, await self._stock.today(), "/expires_on"),
        ]
        if errors:
            raise _invalid(*errors)
        lot = NewLot(
            product.id, asked.quantity, unit_cost, asked.expires_on, lot_code=asked.lot_code
        )
        (moved,) = await self._stock.open_lots([lot], cause)
        return moved

    async def _move(self, lot_id: int, quantity: Decimal, cause: Cause) -> tuple[int, int]:
        if quantity < 0:
            await self._allocations.prepare_loss(lot_id, -quantity)
        lot = await self._stock.lock_lot(lot_id)
        if lot is None:
            raise _invalid(FieldError("/lot", "is not known"))
        if errors := list(whole_pieces(lot.unit, quantity, "/quantity")):
            raise _invalid(*errors)
        await self._check_free(lot_id, lot, -quantity)
        return await self._stock.move(lot_id, lot.product_id, quantity, cause), lot_id

    async def _check_free(self, lot_id: int, lot: LotState, taken: Decimal) -> None:
        """Make way for a loss: move what the lot has promised to others as far as that is needed.

        Raises Conflict if more would go than the lot has, or than it can do without.
        """
        if taken <= max(lot.free, Decimal(0)):
            return
        figures: dict[str, Any] = {"on_hand": str(lot.on_hand), "allocated": str(lot.allocated)}
        if taken > lot.on_hand:
            raise Conflict(
                "The lot has less than that on hand.",
                code="not_on_hand",
                **figures,
                free=str(lot.free),
            )
        await self._allocations.clear(lot_id, lot.product_id, taken - lot.free)
        free = (await self._stock.lot_state(lot_id)).free
        if taken > free:
            raise Conflict(
                "Some of that is promised to purchases, and other lots cannot take over enough of it.",
                code="allocated",
                **figures,
                free=str(free),
            )

    async def _answer(
        self, moved: tuple[int, int], action: str, cause: Cause, quantity: Decimal
    ) -> Answer:
        movement_id, lot_id = moved
        detail = {"movement": movement_id, "quantity": quantity, "reason": cause.reason}
        await self._audit.record(cause.login_id, action, f"lot:{lot_id}", detail)
        body = await self._stock.movement(movement_id)
        location = f"/api/v1/stock/movements/{movement_id}"
        return Answer(201, body.encode(), {"Location": location})


def _invalid(*errors: FieldError) -> Invalid:
    return Invalid("The body has wrong values.", errors=errors)


def _check_form(asked: NewAdjustment) -> None:
    """Raise Invalid unless it is a correction of a lot or a whole new lot, and of something."""
    new_lot = ("product", "unit_cost", "expires_on", "lot_code")
    if asked.lot is not None:
        errors = [
            FieldError(f"/{name}", "is for a new lot only: leave it or the lot out")
            for name in new_lot
            if getattr(asked, name) is not None
        ]
    else:
        errors = [
            FieldError(f"/{name}", "is needed unless a lot is named")
            for name in ("product", "unit_cost")
            if getattr(asked, name) is None
        ]
        if asked.quantity < 0:
            errors.append(FieldError("/quantity", "must be greater than 0 for a new lot"))
    if asked.quantity == 0:
        errors.append(FieldError("/quantity", "must not be 0"))
    if errors:
        raise _invalid(*errors)
