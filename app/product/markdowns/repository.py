"""The list of reduced goods."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from typing import Any

from app.core.database import Statement, TurnsManager, json_object
from app.core.web.paging import Scalar, looked_through
from app.product.images.statements import paths

MOST_LOOKED_AT = 2000
"""At how many lots a page looks. It is in the API's description too."""

_JSON = json_object(
    """
    'best_before', s.expires_on, 'price', r.unit_price::text, 'list_price', p.price::text, 'rate', r.rate::text,
    'quantity', r.available::text""",
    product=json_object(
        """'code', p.code, 'name', p.name, 'brand', (
            SELECT json_build_object('code', b.code, 'name', b.name) FROM brand b WHERE b.id = p.brand_id), 'unit', p.unit""",
        image=f"coalesce({paths('p.image')}, 'null')",
    ),
)

# By lots, as these come in the order of their days: of several of one product and day the first one stands for all.
REDUCED_PAGE = Statement(
    f"""
    SELECT CASE WHEN r.available > 0 THEN {_JSON} END, s.expires_on::text, s.id, r.available > 0 AS hit,
           s.place = {MOST_LOOKED_AT} AS stops
    FROM (
        SELECT *, row_number() OVER (ORDER BY expires_on, id) AS place FROM stock
        WHERE on_hand > 0 AND expires_on <= CURRENT_DATE + (SELECT max(days_left) FROM markdown_step)
            AND (expires_on, id) > (%(after_day)s::date, %(after_id)s)
            -- Behind the key, or today: the index is entered at the later one.
            AND expires_on >= CURRENT_DATE
        ORDER BY expires_on, id LIMIT {MOST_LOOKED_AT}
    ) s
    JOIN product p ON p.id = s.product_id
    LEFT JOIN LATERAL (
        SELECT o.* FROM reduced_offer(s.product_id, s.expires_on) o
        WHERE NOT EXISTS (
            SELECT FROM stock e
            WHERE e.product_id = s.product_id AND e.expires_on = s.expires_on AND e.on_hand > 0 AND e.id < s.id)
    ) r ON true
    WHERE r.available > 0 OR s.place = {MOST_LOOKED_AT}
    ORDER BY s.expires_on, s.id LIMIT %(limit)s
    """,
    read=True,
)


class ReducedRepository:
    """Reduced goods in the database of `lists`, which reads what anybody may ask for."""

    def __init__(self, lists: TurnsManager) -> None:
        self._lists = lists

    async def page(self, limit: int, after: tuple[Scalar, ...] | None) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, day, lot's id), behind the key `after`.

        And one without JSON where the search for more stopped, if it did.
        """
        day, lot = after or ("-infinity", 0)
        rows = await self._lists.fetch(REDUCED_PAGE, limit=limit, after_day=day, after_id=lot)
        return looked_through(rows)
