"""How prices of a day to come into force: by the first request of the day in each worker, before anything is read."""

import logging
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request
from peewee import PeeweeException

from app.product.prices.service import Prices

_MOST = 500
"""How many products one request lists anew; the next ones do the rest."""

_PAUSE = 30.0

_log = logging.getLogger(__name__)


class Daybreak:
    """Looks at the clock before each request of the API, and once a day into the database.

    The day is the database's: a clock that is ahead asks again until the other one follows.
    """

    def __init__(self, prices: Prices, time_zone: str) -> None:
        self._prices = prices
        self._zone = ZoneInfo(time_zone)
        self._next = 0.0

    def watch(self, app: Flask) -> None:
        """Begin each day of `app` so."""
        app.before_request(self._look)

    def _look(self) -> None:
        if time.time() >= self._next and request.path.startswith("/api/"):
            current_app.ensure_sync(self._begin)()

    async def _begin(self) -> None:
        # Nobody else asks meanwhile, and what fails is not tried again at once: prices stay what they were, in lists and carts.
        self._next = time.time() + _PAUSE
        try:
            listed, today = await self._prices.begin_day(_MOST)
        except PeeweeException:
            _log.warning("the prices of the day are not in force yet", exc_info=True)
            return
        tomorrow = datetime(today.year, today.month, today.day, tzinfo=self._zone) + timedelta(
            days=1
        )
        self._next = 0.0 if listed == _MOST else tomorrow.timestamp()
