"""Queries about the catalogue."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from app.core.database import CheckViolation, Manager, UniqueViolation
from app.core.web import Conflict, FieldError, Invalid, NotFound
from app.core.web.paging import Scalar, looked_through
from app.product.gtin import gtin14
from app.product.kinds import Kind, Named
from app.product.listing import Wanted, listing
from app.product.statements import CODE_BY_BARCODE, READ_BARCODE


class Found(NamedTuple):
    """A thing as it is: its JSON, and its version."""

    json: str
    version: int


class Locked(NamedTuple):
    """A thing that nobody else changes until the transaction's end; `values` by member."""

    id: int
    version: int
    values: dict[str, Any]


class CatalogueRepository:
    """Brands, categories, discounts and products in the database of `manager`.

    Lists are read by a Manager of their own: anybody may ask for them, and for many.
    """

    def __init__(self, manager: Manager, lists: Manager) -> None:
        self._manager = manager
        self._lists = lists

    async def read(self, kind: Kind, code: str) -> Found:
        """Return the thing with that code. Raises NotFound."""
        row = await self._manager.fetch_one(kind.read, code=code)
        if row is None:
            raise _missing(kind)
        return Found(*row)

    async def by_barcode(self, gtin: str) -> Found:
        """Return the product with that GTIN, in whatever length it is written. Raises NotFound."""
        row = await self._manager.fetch_one(READ_BARCODE, gtin14=gtin14(gtin))
        if row is None:
            raise NotFound("No product has that barcode.")
        return Found(*row)

    async def page(
        self, kind: Named, *, active: bool, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, sort key, id), by name, behind the key `after`."""
        if after is None:
            return await self._lists.fetch(kind.first_page, active=active, limit=limit)
        key, id_ = after
        return await self._lists.fetch(
            kind.next_page, active=active, limit=limit, after_key=key, after_id=id_
        )

    async def products(
        self, wanted: Wanted, *, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, *sort key) in order, behind the key `after`.

        And one without JSON where the search for more stopped, if it did.
        """
        statement, parameters = listing(wanted, limit, after)
        return looked_through(await self._lists.fetch(statement, **parameters))

    async def lock(self, kind: Kind, code: str) -> Locked:
        """Return the thing with that code, locked. Raises NotFound."""
        row = await self._manager.fetch_one(kind.lock, code=code)
        if row is None:
            raise _missing(kind)
        id_, version, *values = row
        return Locked(id_, version, dict(zip(kind.members, values, strict=True)))

    async def insert(self, kind: Kind, code: str, values: Mapping[str, Any]) -> None:
        """Add a thing with these values, by member.

        Raises Conflict for a code or GTIN that is taken, Invalid for a code that names nothing.
        """
        row = {"code": code, **await self._row(kind, values)}
        await self._claim_gtin(values.get("gtin"))
        with _refusals(kind):
            await self._manager.execute(kind.model.insert(row))

    async def update(self, kind: Kind, id_: int, values: Mapping[str, Any]) -> None:
        """Set these values, by member. Raises what insert() does, and Conflict for a unit in use."""
        row = await self._row(kind, values)
        await self._claim_gtin(values.get("gtin"), id_)
        with _refusals(kind):
            await self._manager.execute(kind.model.update(row).where(kind.model.id == id_))

    async def delete(self, kind: Kind, id_: int) -> None:
        """Delete a thing. Raises ForeignKeyViolation if anything refers to it."""
        await self._manager.execute(kind.model.delete().where(kind.model.id == id_))

    async def _claim_gtin(self, gtin: str | None, by: int = 0) -> None:
        """Raise Conflict, which names it, if another product than the one with the id `by` has that GTIN."""
        if gtin is None:
            return
        # The index would say no more than that it is taken, and after that PostgreSQL answers nothing in this transaction.
        code = await self._manager.fetch_value(CODE_BY_BARCODE, gtin14=gtin14(gtin), but=by)
        if code is not None:
            raise Conflict(
                f"The product {code} has that GTIN already.",
                code="already_exists",
                errors=[FieldError("/gtin", f"is that of the product {code}")],
            )

    async def _row(self, kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by the model's names, with the ids of what they name by code."""
        row = {}
        unknown = []
        for member, value in values.items():
            if value is not None and member in kind.references:
                row[member] = await self._manager.fetch_value(kind.references[member], code=value)
                if row[member] is None:
                    unknown.append(FieldError(f"/{member}", "is the code of nothing that is known"))
            else:
                row[kind.fields.get(member, member)] = value
        if unknown:
            raise Invalid("The body names something that does not exist.", errors=unknown)
        return row


def _missing(kind: Kind) -> NotFound:
    return NotFound(f"There is no such {kind.name}.")


@contextmanager
def _refusals(kind: Kind) -> Iterator[None]:
    """Say in the API's terms why the database refuses a row of `kind`."""
    try:
        yield
    except UniqueViolation as error:
        member = "gtin" if "gtin" in (error.constraint or "") else "code"
        raise Conflict(
            f"There is a {kind.name} with that {member} already.",
            code="already_exists",
            errors=[FieldError(f"/{member}", "is taken")],
        ) from error
    except CheckViolation as error:
        if error.constraint == "category_tree":
            raise Invalid(
                "The category does not fit there.",
                errors=[FieldError("/parent", "must not lie below it, nor on the eighth level")],
            ) from error
        if error.constraint == "product_unit_in_use":
            raise Conflict(
                "The unit cannot change: stock of the product is counted in it.",
                code="in_use",
                errors=[FieldError("/unit", "is in use")],
            ) from error
        raise
