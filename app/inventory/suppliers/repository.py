"""Queries about suppliers."""

from collections.abc import Mapping
from typing import Any

from app.core.database import Manager, Statement, json_object
from app.core.web import Conflict, FieldError, NotFound
from app.core.web.json import dumps
from app.core.web.paging import Scalar
from app.models import Supplier

_JSON = json_object("""
    'code', s.code, 'name', s.name, 'email', s.email, 'phone', s.phone, 'address', s.address,
    'lead_days', s.lead_days, 'delivery_days', s.delivery_days, 'least_order', s.least_order::text, 'active', s.active, 'version', s.version,
    'created_at', rfc3339(s.created_at), 'updated_at', rfc3339(s.updated_at)""")

READ = Statement(f"SELECT {_JSON}, s.version FROM supplier s WHERE s.code = %(code)s")  # noqa: S608 - made of constants

PAGE = Statement(
    f"""
    SELECT {_JSON}, plain_text(s.name), s.id FROM supplier s
    WHERE s.active = %(active)s
      AND (%(after_id)s::bigint IS NULL OR (plain_text(s.name), s.id) > (%(after_name)s::text, %(after_id)s))
    ORDER BY plain_text(s.name), s.id
    LIMIT %(limit)s
    """,  # noqa: S608 - made of constants
)

CREATE = Statement(
    """
    INSERT INTO supplier (code, name, email, phone, address, lead_days, delivery_days, least_order)
    VALUES (%(code)s, %(name)s, %(email)s, %(phone)s, %(address)s,
            %(lead_days)s, %(delivery_days)s::jsonb, %(least_order)s)
    ON CONFLICT (code) DO NOTHING
    RETURNING id
    """,
)

LOCK = Statement("SELECT id, version FROM supplier WHERE code = %(code)s FOR NO KEY UPDATE")

DELETE = Statement("DELETE FROM supplier WHERE id = %(id)s")


class SupplierRepository:
    """Suppliers in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, code: str) -> tuple[str, int]:
        """Return the supplier's JSON and version. Raises NotFound."""
        body, version = _found(await self._manager.fetch_one(READ, code=code))
        return body, version

    async def page(
        self, *, active: bool, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, sort key, id), by name, behind the key `after`."""
        name, id_ = after or (None, None)
        return await self._manager.fetch(
            PAGE, active=active, limit=limit, after_name=name, after_id=id_
        )

    async def create(self, values: Mapping[str, Any]) -> None:
        """Insert a supplier. Raises Conflict for a code that is taken."""
        stored = {**values, "delivery_days": dumps(values["delivery_days"]).decode()}
        if await self._manager.fetch_one(CREATE, **stored) is None:
            raise Conflict(
                "There is a supplier with that code already.",
                code="already_exists",
                errors=[FieldError("/code", "is taken")],
            )

    async def lock(self, code: str) -> tuple[int, int]:
        """Return the supplier's id and version, which stays until the transaction's end.

        Raises NotFound.
        """
        supplier_id, version = _found(await self._manager.fetch_one(LOCK, code=code))
        return supplier_id, version

    async def update(self, supplier_id: int, values: Mapping[str, Any]) -> None:
        """Set columns of a supplier."""
        await self._manager.execute(Supplier.update(dict(values)).where(Supplier.id == supplier_id))

    async def delete(self, supplier_id: int) -> None:
        """Delete a supplier. Raises ForeignKeyViolation if anything refers to it."""
        await self._manager.run(DELETE, id=supplier_id)


def _found(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise NotFound("There is no such supplier.")
    return row
