"""When a supplier comes. Pure, on dates."""

from collections.abc import Collection
from datetime import date, timedelta

from app.inventory.suppliers.schemas import WEEKDAYS
from app.product.discounts.schemas import Weekday


def next_delivery(earliest: date, days: Collection[Weekday]) -> date:
    """Return the first day from `earliest` on that is one of the weekdays; of none, any day is."""
    week = (earliest + timedelta(days=ahead) for ahead in range(7))
    return next(day for day in week if not days or WEEKDAYS[day.weekday()] in days)


def expected_on(sent: date, lead_days: int | None, days: Collection[Weekday]) -> date | None:
    """Return when an order that is `sent` on a day comes; None where it is not known how long the supplier takes."""
    return None if lead_days is None else next_delivery(sent + timedelta(days=lead_days), days)
