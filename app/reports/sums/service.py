"""Days that are over are summed up, so that reports over years are quick."""

from app.reports.sums.repository import SumRepository


class Sums:
    """Sums up days, the oldest first, each in a transaction of its own."""

    def __init__(self, repository: SumRepository) -> None:
        self._repository = repository

    async def sum_up(self, limit: int) -> int:
        """Sum up so many days that are over; return how many there were to do."""
        done = 0
        while done < limit and await self._repository.sum_up():
            done += 1
        return done
