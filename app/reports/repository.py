"""Reads sums, by turns with lists: a report costs as much as one, and must not keep tills waiting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.database import Statement, TurnsManager
from app.reports import statements
from app.reports.rows import Found


class ReportRepository:
    """Sums in the database of `lists`."""

    def __init__(self, lists: TurnsManager) -> None:
        self._lists = lists

    async def today(self) -> date:
        """Return the date that the shop has."""
        found: date = await self._lists.fetch_value(statements.TODAY)
        return found

    async def sums(self, statement: Statement, values: Mapping[str, Any]) -> list[Found]:
        """Return the rows of one of the statements; it takes those of `values` that it names, None for others."""
        taken = {name: values.get(name) for name in statement.names}
        return [Found(*row) for row in await self._lists.fetch(statement, **taken)]
