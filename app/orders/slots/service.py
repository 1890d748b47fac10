"""When goods are collected: what anybody may ask, and what staff says."""

from datetime import date
from operator import itemgetter
from typing import Any

import orjson

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Conflict, FieldError, Invalid, Problem
from app.core.web.conditional import check_version
from app.orders.slots.clashes import clashes
from app.orders.slots.repository import FoundPlan, SlotRepository
from app.orders.slots.schemas import NewPlan

DAYS_KEPT = 31
"""For how long it is known after a window how many places of it were taken."""


def slot_refused(word: str) -> Problem | None:
    """Return what to raise for a window that a checkout cannot have, with chosen_slot's word for why; None for another word."""
    unknown = "The shop does not know when to expect you."
    match word:
        case "slot_full":
            return Conflict("The window has no place left.", code="slot_full")
        case "slot_closed":
            return Conflict("It is too late to order for this window.", code="slot_closed")
        case "slot_required":
            errors = [FieldError("/slot", "must name the window in which it is collected")]
            return Invalid(unknown, code="slot_required", errors=errors)
        case "no_such_slot":
            errors = [FieldError("/slot", "is not the start of a window")]
            return Invalid(unknown, code="no_such_slot", errors=errors)
    return None


class Slots:
    """The windows, and the plan that they follow from. Changes of it are noted in the audit log, and take effect at once."""

    def __init__(self, manager: Manager, slots: SlotRepository, audit: AuditTrail) -> None:
        self._manager = manager
        self._slots = slots
        self._audit = audit

    async def list(self, from_day: date | None, until_day: date | None) -> str:
        """Return the JSON of the windows of those days that are not over, as far ahead as one can order."""
        return await self._slots.list(from_day, until_day)

    async def read_plan(self) -> FoundPlan:
        """Return the plan."""
        return await self._slots.read()

    async def replace_plan(
        self, plan: NewPlan, *, expected: int | None, by: int | None
    ) -> FoundPlan:
        """Have this be the plan, and return it; what is so already is no change.

        What was ordered keeps its window. Raises PreconditionFailed unless its version is `expected` (None: any), and Invalid for
        windows that overlap and days that are there twice.
        """
        if found := list(clashes(plan)):
            errors = [FieldError(pointer, message) for pointer, message in found]
            raise Invalid("The hours do not go together.", errors=errors)

        async def work() -> FoundPlan:
            found = await self._slots.lock()
            check_version(found.version, expected)
            before, after = orjson.loads(found.json), plan.model_dump(mode="json")
            after["exceptions"].sort(key=itemgetter("date"))
            if any(before[name] != value for name, value in after.items()):
                await self._slots.replace(plan)
                await self._audit.record(by, "slots.updated", "slots", _difference(before, after))
            return await self._slots.read()

        return await self._manager.transaction(work)

    async def forget(self, limit: int) -> int:
        """Forget how many places were taken of up to `limit` windows that are long over; return how many that were."""
        return await self._slots.forget(limit, DAYS_KEPT)


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        "days_ahead": after["days_ahead"],
        **{
            kind: {
                "added": [each for each in after[kind] if each not in before[kind]],
                "removed": [each for each in before[kind] if each not in after[kind]],
            }
            for kind in ("patterns", "exceptions")
        },
    }
