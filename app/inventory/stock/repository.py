"""Queries about lots, levels and movements. Movements are what changes stock; a trigger applies them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.database import Manager, Statement
from app.core.web import NotFound
from app.core.web.paging import PageQuery, Scalar, looked_through
from app.inventory.stock import statements as sql
from app.inventory.stock.lots import Product
from app.inventory.stock.schemas import LevelQuery, LotQuery, MovementQuery

Key = tuple[Scalar, ...] | None
"""The sort key that a page starts behind; None for the first page."""


@dataclass(frozen=True, slots=True)
class LotState:
    """A lot under its product's lock: quantities in the product's unit."""

    product_id: int
    unit: str
    on_hand: Decimal
    allocated: Decimal

    @property
    def free(self) -> Decimal:
        """What is on hand and promised to nobody."""
        return self.on_hand - self.allocated


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot to open: the quantity above 0 in the product's unit, the cost of one unit without VAT."""

    product_id: int
    quantity: Decimal
    unit_cost: Decimal
    expires_on: date | None = None
    supplier_id: int | None = None
    line_id: int | None = None
    lot_code: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stock moves, and who moves it."""

    kind: str
    login_id: int | None
    reason: str = ""
    invoice_request_id: int | None = None
    note: str | None = None


class StockRepository:
    """Stock in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def today(self) -> date:
        """Return the shop's today, by the database's clock."""
        found: date = await self._manager.fetch_value(sql.TODAY)
        return found

    async def products(self, codes: Collection[str]) -> dict[str, Product]:
        """Return those of the products that exist, by code."""
        rows = await self._manager.fetch(sql.PRODUCTS, codes=list(codes))
        return {row[1]: Product(*row) for row in rows}

    async def suppliers(self, codes: Collection[str]) -> dict[str, tuple[int, bool]]:
        """Return (id, active) of those of the suppliers that exist, by code."""
        rows = await self._manager.fetch(sql.SUPPLIERS, codes=list(codes))
        return {code: (id_, active) for id_, code, active in rows}

    async def lock_lot(self, lot_id: int) -> LotState | None:
        """Lock the lot's product, and return the lot as it then is; None if there is no such lot."""
        if await self._manager.fetch_one(sql.LOCK_LEVEL_OF_LOT, id=lot_id) is None:
            return None
        # Only a statement of its own sees what the lock was waited for.
        return await self.lot_state(lot_id)

    async def lot_state(self, lot_id: int) -> LotState:
        """Return a lot that is there, as it is now."""
        (row,) = await self._manager.fetch(sql.LOT_STATE, id=lot_id)
        return LotState(*row)

    async def open_lots(self, lots: Sequence[NewLot], cause: Cause) -> list[tuple[int, int]]:
        """Open lots with what is in them, and return (movement's id, lot's id) of each, in order."""
        return await self._manager.fetch(
            sql.OPEN_LOTS,
            products=[lot.product_id for lot in lots],
            quantities=[lot.quantity for lot in lots],
            unit_costs=[lot.unit_cost for lot in lots],
            expiries=[lot.expires_on for lot in lots],
            suppliers=[lot.supplier_id for lot in lots],
            lines=[lot.line_id for lot in lots],
            lot_codes=[lot.lot_code for lot in lots],
            **_columns(cause),
        )

    async def move(self, lot_id: int, product_id: int, quantity: Decimal, cause: Cause) -> int:
        """Change what is on hand of a lot by the signed `quantity`; return the movement's id."""
        moved: int = await self._manager.fetch_value(
            sql.MOVE,
            lot=lot_id,
            product=product_id,
            quantity=quantity,
            note=cause.note,
            **_columns(cause),
        )
        return moved

    async def expired_openings(self) -> list[NewLot]:
        """Return anew what was received last of products that have expired, if nobody has ever delivered them.

        Locks all levels until the transaction's end. For a small shop.
        """
        # Only a statement of its own sees what the lock was waited for.
        await self._manager.fetch(sql.LOCK_ALL_LEVELS)
        return [NewLot(*row) for row in await self._manager.fetch(sql.EXPIRED_OPENINGS)]

    async def lot(self, lot_id: int) -> str:
        """Return the lot's JSON. Raises NotFound."""
        return await self._one(sql.LOT, "lot", id=lot_id)

    async def lots(self, lot_ids: Collection[int]) -> str:
        """Return a JSON array of the lots, by id."""
        text: str = await self._manager.fetch_value(sql.LOTS, ids=list(lot_ids))
        return text

    async def movement(self, movement_id: int) -> str:
        """Return the movement's JSON. Raises NotFound."""
        return await self._one(sql.MOVEMENT, "movement", id=movement_id)

    async def lot_page(self, query: LotQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, expires_on or infinity as text, id), first expired first."""
        expiry, lot_id = after or (None, None)
        return await self._manager.fetch(
            sql.LOT_PAGE, **_filters(query), after_expiry=expiry, after_id=lot_id
        )

    async def level_page(self, query: LevelQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, product's code), by code.

        And one without JSON where the search for more stopped, if it did.
        """
        filters = _filters(query)
        statement = sql.LEVEL if query.product else sql.LEVEL_PAGE
        filters["after_code"] = after[0] if after else ""
        rows = await self._manager.fetch(
            statement, **{name: filters[name] for name in statement.names}
        )
        return looked_through(rows)

    async def movement_page(self, query: MovementQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id), newest first."""
        (movement_id,) = after or (None,)
        return await self._manager.fetch(sql.MOVEMENT_PAGE, **_filters(query), after_id=movement_id)

    async def shortage_page(self, query: PageQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, purchase line's id), oldest first."""
        (line_id,) = after or (None,)
        return await self._manager.fetch(sql.SHORTAGE_PAGE, **_filters(query), after_id=line_id)

    async def counted(self, product: str) -> bool:
        """Take a product off the list of what is to be counted; False if it is not on it."""
        return await self._manager.run(sql.COUNTED, product=product) > 0

    async def uncounted_page(self, query: PageQuery, after: Key) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, since, product's id), the longest uncounted first."""
        since, product_id = after or (None, None)
        return await self._manager.fetch(
            sql.UNCOUNTED_PAGE, **_filters(query), after_since=since, after_id=product_id
        )

    async def _one(self, statement: Statement, what: str, **key: int) -> str:
        row = await self._manager.fetch_one(statement, **key)
        if row is None:
            raise NotFound(f"There is no such {what}.")
        text: str = row[0]
        return text


def _filters(query: PageQuery) -> dict[str, Any]:
    """Return the query's parameters, with one row more than was asked for: page() wants it."""
    return {**query.model_dump(exclude={"cursor"}), "limit": query.limit + 1}


def _columns(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "login": cause.login_id,
        "reason": cause.reason,
        "invoice_request": cause.invoice_request_id,
    }
