"""What staff does at a drawer between its float and its count."""

from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web.paging import Scalar
from app.orders.till.repository import TillRepository
from app.orders.till.schemas import (
    NewCashMovement,
    NewTillSession,
    PaymentQuery,
    TillCount,
    TillSessionQuery,
)


class Tills:
    """Opens tills, moves cash that is no sale's, and closes them with a count."""

    def __init__(self, manager: Manager, tills: TillRepository, audit: AuditTrail) -> None:
        self._manager = manager
        self._tills = tills
        self._audit = audit

    async def read(self, session: int) -> str:
        """Return the JSON of a session with its report. Raises NotFound."""
        return await self._tills.read(session)

    async def page(
        self, query: TillSessionQuery, behind: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, id) of sessions, the newest first."""
        after_id = behind[0] if behind else None
        return await self._tills.page(
            till=query.till, only_open=query.open, limit=query.limit + 1, after_id=after_id
        )

    async def payments(
        self, query: PaymentQuery, behind: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, at, id) of payments and refunds, the newest first."""
        return await self._tills.payments(
            session=query.session,
            since=query.since,
            until=query.until,
            limit=query.limit + 1,
            after=behind,
        )

    async def open(self, new: NewTillSession, by: int | None) -> tuple[int, str]:
        """Open a till, and return the session and its JSON. Raises Conflict `till_open`."""

        async def work() -> tuple[int, str]:
            session = await self._tills.open(new, by)
            detail = {"float": f"{new.float:f}"}
            await self._audit.record(by, "till.opened", f"till:{new.till}", detail)
            return session, await self._tills.read(session)

        return await self._manager.transaction(work)

    async def move(self, session: int, moved: NewCashMovement, by: int | None) -> str:
        """Write down cash that is put into the drawer or taken out, and return its JSON.

        Raises NotFound, and Conflict `till_closed` or `not_in_drawer`.
        """

        async def work() -> str:
            await self._tills.lock(session)
            return await self._tills.move(session, moved, by)

        return await self._manager.transaction(work)

    async def close(self, session: int, count: TillCount, by: int | None) -> str:
        """Close a session with what was counted, and return its JSON, which never changes any more.

        Waits for whoever is about to take money in it. Raises NotFound, and Conflict `till_closed`.
        """

        async def work() -> str:
            await self._tills.lock(session)
            await self._tills.close(session, count, by)
            detail = {"counted": f"{count.counted:f}"}
            await self._audit.record(by, "till.closed", f"till session:{session}", detail)
            return await self._tills.read(session)

        return await self._manager.transaction(work)
