"""Statements about what discounts do to products."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement, json_object
from app.product.repository import CatalogueRepository

_ITEM = json_object("""
    'product', l.code, 'name', l.name, 'quantity', l.quantity::text, 'total', l.total::text,
    'total_with', least(l.total, l.alone)::text""")

RENEW = Statement("SELECT renew_discount_sets(%(discount)s, %(limit)s)", read=False)
DROP_SETS = Statement("SELECT drop_discount_sets(%(limit)s)", read=False)

# Only the products that it is on are looked at, and no more of them than are counted: they may be anywhere by name.
PREVIEW = Statement(
    f"""
    WITH RECURSIVE seen AS (
        SELECT d.* FROM discount d WHERE d.code = %(code)s
    ), below AS (
        SELECT c.id FROM category c JOIN seen d ON d.categories ? c.code
        UNION SELECT c.id FROM category c JOIN below b ON c.parent_id = b.id
    ), meant AS (
        SELECT p.id FROM seen d CROSS JOIN LATERAL (
            SELECT p.id FROM product p WHERE p.discount_id = d.id AND p.active LIMIT %(most)s) p
        UNION SELECT p.id FROM seen d CROSS JOIN jsonb_array_elements_text(d.products) w JOIN product p ON p.code = w AND p.active
        UNION (SELECT p.id FROM seen d JOIN brand b ON d.brands ? b.code
            JOIN product p ON p.brand_id = b.id AND p.active LIMIT %(most)s)
        UNION (SELECT p.id FROM below b JOIN product p ON p.category_id = b.id AND p.active LIMIT %(most)s)
        LIMIT %(most)s
    ), placed AS (
        SELECT p.code, p.name, q.quantity, least(round(q.quantity * p.price, 2), o.total) AS total,
            coalesce(round(q.quantity * price_off(p.price, d.rate, d.amount), 2),
                CASE WHEN p.unit = 'piece' THEN multibuy_total(p.price, q.quantity, d.buy, d.pay, d.price) END) AS alone,
            row_number() OVER (ORDER BY plain_text(p.name), p.code) AS place
        FROM meant JOIN product p USING (id) CROSS JOIN seen d
        CROSS JOIN LATERAL (SELECT coalesce(d.buy, 1)::numeric(12,3) AS quantity) q
        CROSS JOIN LATERAL (
            SELECT min(coalesce(
                round(q.quantity * price_off(p.price, t.rate, t.amount), 2),
                CASE WHEN p.unit = 'piece' THEN multibuy_total(p.price, q.quantity, t.buy, t.pay, t.price) END)) AS total
            FROM discount_set s JOIN discount_today t ON t.id = ANY (s.discounts)
            WHERE s.id = p.discount_set AND t.id <> d.id
        ) o
    )
    SELECT (SELECT concat(
        '{{"count":', least(count(*), %(most)s - 1), ',"more":', (count(*) = %(most)s)::text, ',"items":[',
        string_agg({_ITEM}, ',' ORDER BY l.place) FILTER (WHERE l.place <= %(limit)s), ']}}') FROM placed l)
    FROM seen
    """,
    read=True,
)


class DiscountRepository(CatalogueRepository):
    """Discounts in the database of `manager`, and the products that they are on."""

    async def renew(self, discount_id: int | None, limit: int) -> int:
        """Have up to `limit` products follow a discount, or any; return how many did not."""
        return int(await self._manager.fetch_value(RENEW, discount=discount_id, limit=limit))

    async def drop_sets(self, limit: int) -> int:
        """Drop up to `limit` sets of discounts that no product has; return how many."""
        return int(await self._manager.fetch_value(DROP_SETS, limit=limit))

    async def preview(self, code: str, *, shown: int, counted: int) -> str | None:
        """Return the JSON of what products cost with a discount: of the first by name, of how many are counted. None without it."""
        found: str | None = await self._lists.fetch_value(
            PREVIEW, code=code, limit=shown, most=counted + 1
        )
        return found
