"""The statement that sums up a day."""

from app.core.database import Manager, Statement

SUM_UP = Statement("SELECT sum_up_day()", read=False)


class SumRepository:
    """The sums in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def sum_up(self) -> bool:
        """Sum up the first day that is over and that nobody has; False where there is none, or somebody is at it."""
        return bool(await self._manager.fetch_value(SUM_UP))
