"""Queries about customers."""
# ruff: noqa: S608 - the parts of the SQL are constants of this module; values are bound

from collections.abc import Mapping
from typing import Any

from app.core.database import Manager, Statement, json_object
from app.core.web import NotFound
from app.core.web.paging import Scalar
from app.models import Customer

_JSON = json_object("""'id', c.id, 'email', l.email, 'name', c.name, 'phone', c.phone,
    'address', c.address, 'active', l.active, 'version', c.version,
    'created_at', rfc3339(c.created_at), 'updated_at', rfc3339(c.updated_at)""")

READ = Statement(
    f"""
    SELECT {_JSON}, c.version FROM customer c JOIN login l ON l.id = c.login_id
    WHERE c.id = %(customer_id)s
    """,
    read=True,
)
PAGE = Statement(
    f"""
    SELECT {_JSON}, plain_text(c.name), c.id FROM customer c JOIN login l ON l.id = c.login_id
    WHERE l.active = %(active)s
        AND (%(q)s::text IS NULL OR position(plain_text(%(q)s) IN plain_text(c.name)) > 0
            OR position(lower(%(q)s) IN lower(l.email)) > 0)
        AND (%(after_id)s::bigint IS NULL OR (plain_text(c.name), c.id) > (%(after_name)s::text, %(after_id)s))
    ORDER BY plain_text(c.name), c.id
    LIMIT %(limit)s
    """,
    read=True,
)
INSERT = Statement(
    """
    INSERT INTO customer (login_id, name, phone, address)
    VALUES (%(login_id)s, %(name)s, %(phone)s, %(address)s)
    RETURNING id
    """,
    read=False,
)
LOCK = Statement(
    "SELECT login_id, version FROM customer WHERE id = %(customer_id)s FOR NO KEY UPDATE",
    read=False,
)
# Also where only the login changes: the version stands for both rows.
TOUCH = Statement("UPDATE customer SET name = name WHERE id = %(customer_id)s", read=False)
DELETE_CARTS = Statement("DELETE FROM cart WHERE customer_id = %(customer_id)s", read=False)
DELETE = Statement("DELETE FROM customer WHERE id = %(customer_id)s", read=False)


class CustomerRepository:
    """Rows of customer, each with its login."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, customer_id: int) -> tuple[str, int]:
        """Return the customer's JSON and version. Raises NotFound."""
        text, version = _found(await self._manager.fetch_one(READ, customer_id=customer_id))
        return text, version

    async def page(
        self, q: str | None, limit: int, after: tuple[Scalar, ...] | None, *, active: bool
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, sort key, id), by name, behind the key `after`."""
        name, id_ = after or (None, None)
        return await self._manager.fetch(
            PAGE, q=q, active=active, limit=limit, after_name=name, after_id=id_
        )

    async def insert(self, login_id: int, name: str, phone: str | None, address: str | None) -> int:
        """Insert a customer and return the id."""
        found = await self._manager.fetch_value(
            INSERT, login_id=login_id, name=name, phone=phone, address=address
        )
        return int(found)

    async def lock(self, customer_id: int) -> tuple[int, int]:
        """Return the login's id and the version, which stays until the transaction's end.

        Raises NotFound.
        """
        login_id, version = _found(await self._manager.fetch_one(LOCK, customer_id=customer_id))
        return login_id, version

    async def update(self, customer_id: int, values: Mapping[str, Any]) -> None:
        """Set those of name, phone and address, and with or without them the next version."""
        if values:
            await self._manager.execute(
                Customer.update(dict(values)).where(Customer.id == customer_id)
            )
        else:
            await self._manager.run(TOUCH, customer_id=customer_id)

    async def delete(self, customer_id: int) -> None:
        """Delete a customer and their carts; the login stays.

        Raises ForeignKeyViolation if they have bought anything.
        """
        await self._manager.run(DELETE_CARTS, customer_id=customer_id)
        await self._manager.run(DELETE, customer_id=customer_id)


def _found(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise NotFound("There is no such customer.")
    return row
