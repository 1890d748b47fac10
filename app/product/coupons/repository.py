"""Statements about codes that redeem a coupon once."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Sequence
from functools import cache
from typing import Any

from app.core.database import Statement, json_object
from app.product.repository import CatalogueRepository

_WRITTEN = "concat_ws('-', left(k.code, 4), substr(k.code, 5, 4), right(k.code, 4))"
_CODE = json_object(f"'code', {_WRITTEN}, 'purchase', k.purchase_id")

MAKE = Statement(
    f"""
    INSERT INTO coupon_code AS k (code, coupon_id)
    SELECT w.code, %(coupon)s FROM unnest(%(codes)s::text[]) AS w (code)
    RETURNING {_WRITTEN}
    """,
    read=False,
)


@cache
def _page(*, used: bool | None, paged: bool) -> Statement:
    """Return the statement for a page of (JSON, code) of a coupon's codes."""
    conditions = ["k.coupon_id = %(coupon)s"]
    if used is not None:
        conditions.append("k.purchase_id IS NOT NULL" if used else "k.purchase_id IS NULL")
    if paged:
        conditions.append("k.code > %(after)s")
    return Statement(
        f"SELECT {_CODE}, k.code FROM coupon_code k WHERE {' AND '.join(conditions)} ORDER BY k.code LIMIT %(limit)s",
        read=True,
    )


class CouponRepository(CatalogueRepository):
    """Coupons and their codes in the database of `manager`."""

    async def make_codes(self, coupon_id: int, codes: Sequence[str]) -> list[str]:
        """Add codes of a coupon, and return them as they are written."""
        rows = await self._manager.fetch(MAKE, coupon=coupon_id, codes=list(codes))
        return [row[0] for row in rows]

    async def codes(
        self, coupon_id: int, *, used: bool | None, limit: int, after: str | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, code), behind the code `after`."""
        behind = {} if after is None else {"after": after}
        statement = _page(used=used, paged=after is not None)
        return await self._manager.fetch(statement, coupon=coupon_id, limit=limit, **behind)
