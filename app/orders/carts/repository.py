"""Statements about carts."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from app.core.database import Manager, Statement, json_array, json_object
from app.core.settings import ShopSettings
from app.core.web import NotFound
from app.core.web.security import Principal
from app.orders.carts.adding import Added
from app.orders.statements import VAT

# Whose cart (named c) it is: the guest's who has its token, or the customer's; and the till may put into any.
# An open one ends with its time.
OWN = """c.id = %(cart)s::uuid
    AND (c.id = %(own)s::uuid OR c.customer_id = %(customer)s OR %(at_till)s)
    AND (c.status <> 'open' OR c.expires_at > now())"""

_NEW = json_object(
    """
    'id', id, 'status', status, 'currency', %(currency)s::text, 'total', '0.00'::text, 'vat_total', '0.00'::text,
    'created_at', rfc3339(created_at), 'expires_at', rfc3339(expires_at)""",
    items="'[]'",
    coupon="'null'",
    vat="'[]'",
    purchase="'null'",
)

OPEN = Statement(
    f"""
    INSERT INTO cart (token_hash, customer_id, expires_at)
    VALUES (%(token_hash)s, %(customer)s, now() + make_interval(days => %(days)s))
    RETURNING id::text, {_NEW}
    """,
    read=False,
)

# The coupon of a cart, c, and what k says of it.
_COUPON = (
    "CASE WHEN c.coupon_id IS NULL THEN 'null' ELSE (SELECT "
    + json_object("""
        'code', coalesce(c.coupon_code, upper(q.code)), 'name', q.name, 'reduction', k.reduction::text,
        'refused', nullif(k.refused, ''), 'minimum', q.minimum::text""")
    + " FROM coupon q WHERE q.id = c.coupon_id) END"
)

# What a cart looks like, for a row that is named c and what _items() says of it.
_JSON = json_object(
    """
    'id', c.id, 'status', c.status, 'currency', %(currency)s::text, 'total', coalesce(x.total - coalesce(k.reduction, 0), 0.00)::text,
    'vat_total', coalesce(w.total, 0.00)::text,
    'created_at', rfc3339(c.created_at), 'expires_at', rfc3339(c.expires_at),
    'purchase', (SELECT id FROM purchase WHERE cart_id = c.id)""",
    items="x.items",
    coupon=_COUPON,
    vat="w.rates",
)

_ITEM = json_object(
    """
    'id', i.id, 'offer', CASE WHEN i.best_before IS NULL THEN 'regular' ELSE 'reduced' END, 'best_before', i.best_before,
    'quantity', i.quantity::text, 'list_price', o.price::text, 'unit_price', y.unit_price::text, 'discount', y.discount,
    'label_price', i.label_price::text, 'total', y.total::text,
    'available', CASE WHEN NOT o.active THEN 0.000 WHEN i.best_before IS NULL THEN a.available
        ELSE coalesce(r.available, 0.000) END::text""",
    product=json_object("'code', o.code, 'name', o.name, 'unit', o.unit"),
    deposit="CASE WHEN y.deposit > 0 THEN "
    + json_object(
        "'code', o.deposit_code, 'name', o.deposit_name, 'amount', o.deposit_amount::text, 'total', y.deposit::text"
    )
    + " ELSE 'null' END",
)


def _items(rows: str) -> str:
    """Return the join that sums up a cart's `rows` of cart_item, at today's prices.

    A withdrawn product is for sale no more, whatever is left of it. OFFSET 0 has a total worked out once, and not
    wherever it is named.
    """
    return f"""
        CROSS JOIN LATERAL (
            SELECT sum(y.total) + coalesce(sum(y.deposit), 0) AS total,
                   array_agg(o.product_id) AS products, array_agg(y.total) AS goods,
                   array_agg(y.deposit) FILTER (WHERE y.deposit > 0) AS deposits,
                   array_agg(o.vat_rate) || array_agg(o.deposit_vat_rate) FILTER (WHERE y.deposit > 0) AS rates,
                   {json_array(_ITEM, "i.added_at, i.id")} AS items
            FROM {rows} i
            JOIN offer o ON o.product_id = i.product_id
            JOIN sellable a ON a.product_id = i.product_id
            CROSS JOIN LATERAL reduced_offer(i.product_id, i.best_before) r
            CROSS JOIN LATERAL (
                SELECT t.*, round(i.quantity * o.deposit_amount, 2) AS deposit
                FROM line_charge(
                    o.discount_set, o.unit, o.price, o.unit_price, o.discount_rate, o.discount_terms,
                    r.unit_price, r.rate,
                    i.quantity, i.label_price) t
                OFFSET 0
            ) y
        ) x
        LEFT JOIN LATERAL (
            SELECT e.refused, e.reduction, ARRAY(
                       SELECT g.total - coalesce(g.share, 0)
                       FROM unnest(x.goods, e.shares) WITH ORDINALITY AS g (total, share, place) ORDER BY g.place) AS goods
            FROM coupon_effect(c.coupon_id, c.coupon_code, c.customer_id, x.products, x.goods) e
            WHERE c.coupon_id IS NOT NULL
        ) k ON true
        CROSS JOIN LATERAL (
            SELECT sum(v.vat) AS total, {json_array(VAT, "v.rate")} AS rates
            FROM vat_by_rate(coalesce(k.goods, x.goods) || x.deposits, x.rates) v
        ) w"""


READ = Statement(
    f"""
    SELECT {_JSON} FROM cart c {_items("(SELECT * FROM cart_item WHERE cart_id = c.id)")}
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


def _put(what: str) -> Statement:
    """Return the statement that puts `what` into a cart: the quantity, a label's price, whether it is added.

    The cart and its items are those that the function saw behind the lock.
    """
    return Statement(
        f"""
        SELECT put.outcome, {_JSON}
        FROM (SELECT c.id FROM cart c WHERE {OWN}) mine
        CROSS JOIN LATERAL put_cart_offer(
            mine.id, %(product)s, %(best_before)s, {what}, %(max_quantity)s, %(days)s, %(max_lines)s) put
        CROSS JOIN LATERAL (SELECT (put.cart).*) c
        {_items("unnest(put.items)")}
        """,
        read=False,
    )


PUT = _put("%(quantity)s, NULL, false")

# Of what a label prints nothing but the price of, there is as much as that is for today.
ADD = _put("""coalesce(%(quantity)s, (
        SELECT greatest(round(%(label_price)s / o.unit_price, 3), 0.001) FROM offer o WHERE o.code = %(product)s)),
    %(label_price)s, true""")

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

REMOVE_LINE = Statement(
    f"""
    WITH held AS (
        SELECT c.id, c.status FROM cart c WHERE {OWN} FOR UPDATE
    )
    DELETE FROM cart_item i USING held
    WHERE held.status = 'open' AND i.cart_id = held.id AND i.id = %(line)s
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

# In one statement with the purchases, which name them. Who pays or collects at this moment is not waited for. Arrays,
# because a join with all purchases looks cheaper where very many carts are due.
DELETE_CHECKED_OUT = Statement(
    """
    WITH old AS (
        SELECT id, cart_id FROM purchase
        WHERE cart_id IS NOT NULL
            AND placed_at < now() - greatest(make_interval(days => %(days)s), make_interval(hours => %(hours)s))
        ORDER BY placed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), freed AS (
        UPDATE purchase SET cart_id = NULL WHERE id = ANY (ARRAY(SELECT id FROM old))
    )
    DELETE FROM cart WHERE id = ANY (ARRAY(SELECT cart_id FROM old))
    """,
    read=False,
)


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

    async def put(
        self, cart: str, who: Principal, product: str, quantity: Decimal, shop: ShopSettings
    ) -> tuple[str, str]:
        """Set how much of a product is in an open cart, and keep it; return the cart's JSON.

        Before it comes `put`, or a word of put_cart_offer's that says why nothing has changed.
        """
        what = {"product": product, "quantity": quantity, "best_before": None}
        return await self._put(PUT, cart, who, shop, **what)

    async def add(
        self, cart: str, who: Principal, added: Added, shop: ShopSettings
    ) -> tuple[str, str]:
        """Add to what is in an open cart, and keep it; return what put() returns."""
        return await self._put(ADD, cart, who, shop, **asdict(added))

    async def _put(
        self, statement: Statement, cart: str, who: Principal, shop: ShopSettings, **what: Any
    ) -> tuple[str, str]:
        found = await self._manager.fetch_one(
            statement,
            **what,
            max_quantity=shop.max_quantity,
            days=shop.cart_days,
            max_lines=shop.max_cart_lines,
            currency=shop.currency,
            **own(cart, who),
        )
        if found is None:
            raise missing()
        return found[0], found[1]

    async def remove(self, cart: str, who: Principal, product: str) -> bool:
        """Take a product out of an open cart; False if it was not in one."""
        return await self._manager.run(REMOVE, product=product, **own(cart, who)) > 0

    async def remove_line(self, cart: str, who: Principal, line: int) -> bool:
        """Take a line out of an open cart; False if it was not in one."""
        return await self._manager.run(REMOVE_LINE, line=line, **own(cart, who)) > 0

    async def delete_expired(self, limit: int) -> int:
        """Delete up to `limit` open carts whose time is over, and return how many."""
        return await self._manager.run(DELETE_EXPIRED, limit=limit)

    async def delete_checked_out(self, limit: int, days: int, hours: int) -> int:
        """Delete up to `limit` carts that were checked out `days` and `hours` ago, whichever is longer; return how many."""
        return await self._manager.run(DELETE_CHECKED_OUT, limit=limit, days=days, hours=hours)


def own(cart: str, who: Principal) -> dict[str, str | int | None]:
    """Return OWN's parameters."""
    at_till = "till:use" in who.permissions
    return {"cart": cart, "own": who.cart_id, "customer": who.customer_id, "at_till": at_till}


def missing() -> NotFound:
    """Return what to raise for a cart that is not there, or somebody else's."""
    return NotFound("There is no such cart.")
