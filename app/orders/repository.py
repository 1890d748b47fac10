"""Statements about carts."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from dataclasses import dataclass
from decimal import Decimal

from app.core.database import Manager
from app.core.errors import NotFound
from app.core.security import Principal
from app.core.statement import Statement

# Whose cart (named c) it is: the guest's who has its token, or the customer's. An open one ends with its time.
OWN = """c.id = %(cart)s::uuid
    AND (c.id = %(own)s::uuid OR c.customer_id = %(customer)s)
    AND (c.status <> 'open' OR c.expires_at > now())"""

OPEN = Statement(
    """
    INSERT INTO cart (token_hash, customer_id, expires_at)
    VALUES (%(token_hash)s, %(customer)s, now() + make_interval(days => %(days)s))
    RETURNING id::text, json_build_object(
        'id', id, 'status', status, 'currency', %(currency)s::text, 'items', '[]'::json,
        'total', '0.00', 'created_at', rfc3339(created_at), 'expires_at', rfc3339(expires_at),
        'purchase', NULL)::text
    """,
    read=False,
)

# A withdrawn product is for sale no more, whatever is left of it.
READ = Statement(
    f"""
    SELECT json_build_object(
        'id', c.id, 'status', c.status, 'currency', %(currency)s::text,
        'items', coalesce(x.items, '[]'), 'total', coalesce(x.total, 0.00)::text,
        'created_at', rfc3339(c.created_at), 'expires_at', rfc3339(c.expires_at),
        'purchase', (SELECT id FROM purchase WHERE cart_id = c.id))::text
    FROM cart c
    CROSS JOIN LATERAL (
        SELECT sum(y.total) AS total,
               json_agg(json_build_object(
                   'product', json_build_object('code', p.code, 'name', p.name, 'unit', p.unit),
                   'quantity', i.quantity::text, 'unit_price', o.unit_price::text,
                   'total', y.total::text,
                   'available', CASE WHEN p.active THEN a.available ELSE 0.000 END::text)
                   ORDER BY i.added_at, p.id) AS items
        FROM cart_item i
        JOIN product p ON p.id = i.product_id
        JOIN offer o ON o.product_id = i.product_id
        JOIN availability a ON a.product_id = i.product_id
        CROSS JOIN LATERAL (SELECT round(i.quantity * o.unit_price, 2) AS total) y
        WHERE i.cart_id = c.id
    ) x
    WHERE {OWN}
    """,
    read=True,
)

STATE = Statement(
    f"""
    SELECT c.status, (SELECT id::text FROM purchase WHERE cart_id = c.id) FROM cart c WHERE {OWN}
    """,
    read=True,
)

# Using a cart keeps it, and locks it: nothing is put into a cart while it is checked out.
TOUCH = Statement(
    f"""
    WITH touched AS (
        UPDATE cart c SET expires_at = now() + make_interval(days => %(days)s)
        WHERE {OWN} AND c.status = 'open'
        RETURNING c.id
    )
    SELECT p.id, p.unit, p.active FROM touched LEFT JOIN product p ON p.code = %(product)s
    """,
    read=False,
)

PUT = Statement(
    """
    INSERT INTO cart_item (cart_id, product_id, quantity)
    SELECT %(cart)s::uuid, %(product)s, %(quantity)s
    WHERE %(most)s > (
        SELECT count(*) FROM cart_item WHERE cart_id = %(cart)s::uuid AND product_id <> %(product)s)
    ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = EXCLUDED.quantity
    """,
    read=False,
)

REMOVE = Statement(
    f"""
    WITH held AS (
        SELECT c.id, c.status FROM cart c WHERE {OWN} FOR UPDATE
    )
    DELETE FROM cart_item i USING held, product p
    WHERE held.status = 'open' AND i.cart_id = held.id
        AND p.code = %(product)s AND p.id = i.product_id
    """,
    read=False,
)

DELETE_EXPIRED = Statement(
    """
    DELETE FROM cart WHERE id IN (
        SELECT id FROM cart WHERE status = 'open' AND expires_at <= now()
        ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """,
    read=False,
)


@dataclass(frozen=True, slots=True)
class Product:
    """What decides whether a product may go into a cart."""

    id: int
    unit: str
    active: bool


class CartRepository:
    """Carts in the database of `manager`. A cart that `who` does not own raises NotFound."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def open(
        self, token_hash: bytes | None, customer_id: int | None, days: int, currency: str
    ) -> tuple[str, str]:
        """Insert an empty cart, a guest's or a customer's, and return its id and JSON."""
        found = await self._manager.fetch_one(
            OPEN, token_hash=token_hash, customer=customer_id, days=days, currency=currency
        )
        assert found is not None  # noqa: S101 - INSERT … RETURNING has a row
        return found[0], found[1]

    async def read(self, cart: str, who: Principal, currency: str) -> str:
        """Return the cart's JSON, at today's prices."""
        found: str | None = await self._manager.fetch_value(
            READ, currency=currency, **own(cart, who)
        )
        if found is None:
            raise missing()
        return found

    async def state(self, cart: str, who: Principal) -> tuple[str, str | None]:
        """Return the cart's status, and the id of the purchase made from it."""
        found = await self._manager.fetch_one(STATE, **own(cart, who))
        if found is None:
            raise missing()
        return found[0], found[1]

    async def touch(self, cart: str, who: Principal, product: str, days: int) -> Product | None:
        """Lock an open cart, and keep it `days` from now; return the product of that code.

        None if there is no such open cart. Raises NotFound if there is no such product.
        """
        found = await self._manager.fetch_one(TOUCH, product=product, days=days, **own(cart, who))
        if found is None:
            return None
        if found[0] is None:
            raise NotFound("There is no such product.")
        return Product(*found)

    async def put(self, cart: str, product_id: int, quantity: Decimal, most: int) -> bool:
        """Set how much of a product is in a locked cart; False if it would have over `most` lines."""
        changed = await self._manager.run(
            PUT, cart=cart, product=product_id, quantity=quantity, most=most
        )
        return changed > 0

    async def remove(self, cart: str, who: Principal, product: str) -> bool:
        """Take a product out of an open cart; False if it was not in one."""
        return await self._manager.run(REMOVE, product=product, **own(cart, who)) > 0

    async def delete_expired(self, limit: int) -> int:
        """Delete up to `limit` open carts whose time is over, and return how many."""
        return await self._manager.run(DELETE_EXPIRED, limit=limit)


def own(cart: str, who: Principal) -> dict[str, str | int | None]:
    """Return OWN's parameters."""
    return {"cart": cart, "own": who.cart_id, "customer": who.customer_id}


def missing() -> NotFound:
    """Return what to raise for a cart that is not there, or somebody else's."""
    return NotFound("There is no such cart.")
