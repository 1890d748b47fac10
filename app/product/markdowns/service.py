"""What everybody finds among reduced goods."""

from typing import Any

from app.core.web.paging import Scalar
from app.product.markdowns.repository import ReducedRepository


class Reduced:
    """What is close to its last day, at prices of its own."""

    def __init__(self, goods: ReducedRepository) -> None:
        self._goods = goods

    async def page(self, limit: int, after: tuple[Scalar, ...] | None) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, *sort key), the closest to its day first, behind the key `after`."""
        return await self._goods.page(limit, after)
