"""Queries about anything in the catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson

from app.core.database import ConstraintViolation, Manager, TurnsManager, UniqueViolation
from app.core.web import Conflict, FieldError, Invalid, NotFound
from app.core.web.paging import Scalar
from app.product.kinds import Kind, Named


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
    """Things with a code in the database of `manager`, of whichever kind.

    Lists are read by a Manager of their own: anybody may ask for them, and for many.
    """

    def __init__(self, manager: Manager, lists: TurnsManager) -> None:
        self._manager = manager
        self._lists = lists

    async def read(self, kind: Kind, code: str) -> Found:
        """Return the thing with that code. Raises NotFound."""
        row = await self._manager.fetch_one(kind.read, code=code)
        if row is None:
            raise _missing(kind)
        return Found(*row)

    async def id_of(self, kind: Kind, code: str) -> int:
        """Return the id of the thing with that code. Raises NotFound."""
        found: int | None = await self._manager.fetch_value(kind.find, code=code)
        if found is None:
            raise _missing(kind)
        return found

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

    async def lock(self, kind: Kind, code: str) -> Locked:
        """Return the thing with that code, locked. Raises NotFound."""
        row = await self._manager.fetch_one(kind.lock, code=code)
        if row is None:
            raise _missing(kind)
        id_, version, *found = row
        values = dict(zip(kind.members, found, strict=True))
        for member in kind.documents:
            values[member] = None if values[member] is None else orjson.loads(values[member])
        return Locked(id_, version, values)

    async def insert(self, kind: Kind, code: str, values: Mapping[str, Any]) -> None:
        """Add a thing with these values, by member.

        Raises Conflict for a code that is taken, Invalid for one that names nothing, and what else the kind refuses.
        """
        row = {"code": code, **await self._row(kind, values)}
        with _refusals(kind):
            await self._manager.execute(kind.model.insert(row))

    async def update(self, kind: Kind, id_: int, values: Mapping[str, Any]) -> None:
        """Set these values, by member. Raises what insert() does."""
        row = await self._row(kind, values)
        with _refusals(kind):
            await self._manager.execute(kind.model.update(row).where(kind.model.id == id_))

    async def delete(self, kind: Kind, id_: int) -> None:
        """Delete a thing. Raises ForeignKeyViolation if anything refers to it."""
        await self._manager.execute(kind.model.delete().where(kind.model.id == id_))

    async def unknown(self, kind: Kind, member: str, codes: Sequence[str]) -> list[FieldError]:
        """Return what is wrong with those codes of a member that name nothing."""
        if not codes:
            return []
        places = await self._manager.fetch(kind.code_lists[member], codes=list(codes))
        return [
            FieldError(f"/{member}/{place}", "is the code of nothing that is known")
            for (place,) in places
        ]

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
            if member in kind.code_lists:
                unknown += await self.unknown(kind, member, value)
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
    except ConstraintViolation as error:
        refusal = kind.refusals.get(error.constraint or "")
        if refusal is not None:
            raise refusal() from error
        if isinstance(error, UniqueViolation):
            raise Conflict(
                f"There is a {kind.name} with that code already.",
                code="already_exists",
                errors=[FieldError("/code", "is taken")],
            ) from error
        raise
