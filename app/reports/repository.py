"""Reads sums, by turns with lists: a report costs as much as one, and must not keep tills waiting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.database import Statement, TurnsManager
from app.reports import statements
from app.reports.rows import Found

# Some statements add up hundreds of thousands of rows, and few people ask for them.
_BY_SEVERAL_PROCESSES = Statement(
    "SELECT set_config('max_parallel_workers_per_gather', '2', true)", read=False
)


class ReportRepository:
    """Sums in the database of `lists`."""

    def __init__(self, lists: TurnsManager) -> None:
        self._lists = lists

    async def today(self) -> date:
        """Return the date that the shop has."""
        found: date = await self._lists.fetch_value(statements.TODAY)
        return found

    async def sums(self, statement: Statement, values: Mapping[str, Any]) -> list[Found]:
        """Return the rows of one of the statements; it takes those of `values` that it names, None for others.

        For transactions, as it changes how the rest of them is planned.
        """
        await self._lists.run(_BY_SEVERAL_PROCESSES)
        taken = {name: values.get(name) for name in statement.names}
        return [Found(*row) for row in await self._lists.fetch(statement, **taken)]
