"""Money, quantities and days as the shop's region writes them."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent

_KEPT = 4096
"""Texts of amounts that are not worked out again: prices of a shop are few, and Babel takes its time."""


class Formats:
    """Writes values for people. Amounts, quantities and moments come as the API has them, as texts."""

    def __init__(self, locale: str, currency: str, time_zone: str) -> None:
        self.locale = Locale.parse(locale, sep="-")
        self._currency = currency
        self._zone = ZoneInfo(time_zone)
        self.money = lru_cache(_KEPT)(self._money)
        self.quantity = lru_cache(_KEPT)(self._quantity)

    def _money(self, amount: str | Decimal) -> str:
        """Return an amount with its currency: €1.99, or 1,99 €."""
        return format_currency(Decimal(amount), self._currency, locale=self.locale)

    def _quantity(self, quantity: str | Decimal) -> str:
        """Return a quantity without zeros at its end: 1.5."""
        return format_decimal(Decimal(quantity), "#,##0.###", locale=self.locale)

    def share(self, part: str | Decimal) -> str:
        """Return a part in per cent: 15%."""
        pattern = self.locale.percent_formats[None].pattern.replace("0", "0.##")
        return format_percent(Decimal(part), pattern, locale=self.locale)

    def day(self, day: str | date) -> str:
        """Return a day: Mon, 30 Nov."""
        found = date.fromisoformat(day) if isinstance(day, str) else day
        return format_skeleton("MMMEd", found, locale=self.locale)

    def local(self, moment: str | datetime) -> datetime:
        """Return a moment in the shop's time zone."""
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return found.astimezone(self._zone)

    def time(self, moment: str | datetime) -> str:
        """Return the time of day of a moment, where the shop is: 14:30."""
        return format_time(self.local(moment), "short", locale=self.locale)

    def moment(self, moment: str | datetime) -> str:
        """Return a moment, where the shop is: Mon, 30 Nov, 14:30."""
        there = self.local(moment)
        return f"{self.day(there.date())}, {self.time(there)}"
