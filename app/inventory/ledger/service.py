"""Reading a product's ledger."""

from typing import Any

from app.core.web.paging import PageQuery, Scalar
from app.inventory.ledger.repository import LedgerRepository


class Ledger:
    """What came and went of products."""

    def __init__(self, ledger: LedgerRepository) -> None:
        self._ledger = ledger

    async def page(
        self, product: str, query: PageQuery, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id, balance before it), newest first. Raises NotFound."""
        return await self._ledger.page(product, query, after)
