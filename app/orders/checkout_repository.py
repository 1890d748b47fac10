"""Statements that turn a cart into a purchase."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.database import Manager
from app.core.security import Principal
from app.core.statement import Statement
from app.inventory.fefo import Pick
from app.orders.pricing import Line, total_of, vat_of
from app.orders.repository import OWN, missing, own

# The cart alone: what is in it is read by the next statement, which sees what was put in while
# this one waited.
LOCK = Statement(
    f"""
    SELECT c.status, c.customer_id, r.name, r.phone
    FROM cart c LEFT JOIN customer r ON r.id = c.customer_id
    WHERE {OWN} FOR UPDATE OF c
    """,
    read=False,
)

ITEMS = Statement(
    """
    SELECT p.active, p.id, p.code, p.name, p.unit, i.quantity,
           p.price, o.discount_rate, o.unit_price, p.vat_rate
    FROM cart_item i
    JOIN product p ON p.id = i.product_id
    JOIN offer o ON o.product_id = i.product_id
    WHERE i.cart_id = %(cart)s
    ORDER BY i.added_at, p.id
    """,
    read=True,
)

PLACE = Statement(
    """
    WITH placed AS (
        INSERT INTO purchase (cart_id, customer_id, contact_name, contact_phone,
                              currency, total, vat_total, pay_by)
        VALUES (%(cart)s, %(customer)s, %(contact_name)s, %(contact_phone)s,
                %(currency)s, %(total)s, %(vat_total)s,
                now() + make_interval(mins => %(minutes_to_pay)s))
        RETURNING id
    ), line AS (
        INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price,
                                   discount_rate, unit_price, vat_rate, total, vat_amount)
        SELECT placed.id, l.*
        FROM placed, unnest(
            %(products)s::bigint[], %(codes)s::text[], %(names)s::text[], %(units)s::text[],
            %(quantities)s::numeric[], %(prices)s::numeric[], %(discount_rates)s::numeric[],
            %(unit_prices)s::numeric[], %(vat_rates)s::numeric[], %(totals)s::numeric[],
            %(vat_amounts)s::numeric[]) AS l
        RETURNING id, product_id
    ), served AS (
        INSERT INTO allocation (purchase_line_id, stock_id, quantity)
        SELECT line.id, a.stock_id, a.quantity
        FROM line JOIN unnest(
            %(picked_products)s::bigint[], %(lots)s::bigint[], %(picked)s::numeric[]
        ) AS a (product_id, stock_id, quantity) USING (product_id)
    ), closed AS (
        UPDATE cart SET status = 'checked_out' WHERE id = %(cart)s
    )
    SELECT id::text FROM placed
    """,
    read=False,
)


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A cart that nobody else changes now; the name and phone are its customer's, if it has one."""

    status: str
    customer_id: int | None
    name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """What a purchase is made of, but for its lines and where they come from."""

    cart: str
    customer_id: int | None
    contact_name: str
    contact_phone: str | None
    currency: str
    minutes_to_pay: int


class CheckoutRepository:
    """The way from a cart to a purchase. For use within a transaction."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def lock(self, cart: str, who: Principal) -> LockedCart:
        """Lock a cart until the transaction's end. Raises NotFound for another one's too."""
        found = await self._manager.fetch_one(LOCK, **own(cart, who))
        if found is None:
            raise missing()
        return LockedCart(*found)

    async def items(self, cart: str) -> tuple[list[Line], list[str]]:
        """Return a cart's lines at today's prices, and the codes of those that were withdrawn."""
        rows = await self._manager.fetch(ITEMS, cart=cart)
        lines = [Line(*row[1:]) for row in rows]
        return lines, [line.code for line, row in zip(lines, rows, strict=True) if not row[0]]

    async def place(self, placed: Placed, lines: Sequence[Line], picks: Sequence[Pick]) -> str:
        """Insert a purchase with its lines and their lots, close its cart, and return its id."""
        found: str = await self._manager.fetch_value(
            PLACE,
            cart=placed.cart,
            customer=placed.customer_id,
            contact_name=placed.contact_name,
            contact_phone=placed.contact_phone,
            currency=placed.currency,
            minutes_to_pay=placed.minutes_to_pay,
            total=total_of(lines),
            vat_total=vat_of(lines),
            products=[line.product_id for line in lines],
            codes=[line.code for line in lines],
            names=[line.name for line in lines],
            units=[line.unit for line in lines],
            quantities=[line.quantity for line in lines],
            prices=[line.list_price for line in lines],
            discount_rates=[line.discount_rate for line in lines],
            unit_prices=[line.unit_price for line in lines],
            vat_rates=[line.vat_rate for line in lines],
            totals=[line.total for line in lines],
            vat_amounts=[line.vat for line in lines],
            picked_products=[pick.product_id for pick in picks],
            lots=[pick.lot_id for pick in picks],
            picked=[pick.quantity for pick in picks],
        )
        return found
