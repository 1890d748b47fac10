"""Reports: what was sold, earned, paid, wasted and left."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.core.database import Statement, TurnsManager
from app.core.settings import ShopSettings
from app.core.threads import Threads
from app.core.web import FieldError, Invalid, Unavailable
from app.reports import rows, statements
from app.reports.files import FileKind, file_name, written
from app.reports.periods import LONGEST, TIMES, YEAR, Period, period_of
from app.reports.repository import ReportRepository
from app.reports.rows import Found, by_time, filled
from app.reports.schemas import (
    ExpiringQuery,
    PaymentsQuery,
    PeriodQuery,
    PromotionsQuery,
    SalesQuery,
    StockOutsQuery,
    ValuationQuery,
    VatQuery,
    WasteQuery,
)
from app.reports.tables import (
    Shape,
    Table,
    by_key,
    by_method,
    by_promotion,
    by_rate,
    table_of,
)

_SOLD = Shape(by_key, rows.of_sales, 4, {"quantity": 0})
_ALL_SOLD = Shape(by_key, rows.of_all_sales, 5, {"quantity": 0})
_CHARGED = Shape(by_rate, rows.of_vat, 2, {})
_PAID = Shape(by_method, rows.of_payments, 3, {})
_GOODS = Shape(by_key, rows.of_goods, 2, {"quantity": 0})
_OUT = Shape(by_key, rows.of_stock_outs, 5, {"sold": 1, "lost": 3})
_PROMOTED = Shape(by_promotion, rows.of_promotions, 6, {"quantity": 1})
_FILTERS = ("product", "category", "brand", "supplier")
_MAX_WAITING = 8
_HOURS = [f"{hour:02d}" for hour in range(24)]


class Reports:
    """Reports on the days of a shop, in its time zone and currency."""

    def __init__(
        self, lists: TurnsManager, repository: ReportRepository, shop: ShopSettings
    ) -> None:
        self._lists = lists
        self._repository = repository
        self._shop = {"currency": shop.currency, "time_zone": shop.time_zone}
        self._threads = Threads("sheets", at_once=1, max_waiting=_MAX_WAITING, busy=_busy)

    async def file(self, name: str, table: Table, kind: FileKind) -> tuple[str, bytes]:
        """Return a report as a file, and what it is called. Raises Unavailable where too many wait."""
        return file_name(name, table, kind), await self._threads.run(written, table, kind)

    async def sales(self, query: SalesQuery) -> Table:
        """Return what was sold and what is left of it. Raises Invalid for wrong days, and for hours of some goods."""
        period, values = await self._period(query)
        is_all = not any(values[name] for name in _FILTERS)
        if query.by == "hour":
            if not is_all:
                raise _hours_of_all()
            found = await self._sums(statements.SALES_BY_HOUR, values)
            hours = [Found(f"{row.key:02d}", None, None, row.sums) for row in found]
            return self._of(period, query.by, _ALL_SOLD, filled(hours, _HOURS, 5))
        if query.by not in TIMES:
            found = await self._sums(statements.SALES[query.by], values)
            return self._of(period, query.by, _SOLD, found, 1)
        by_day = statements.SALES_BY_DAY if is_all else statements.SOME_SALES_BY_DAY
        shape = _ALL_SOLD if is_all else _SOLD
        found = await self._over(by_day, period, query.by, values, shape.width)
        return self._of(period, query.by, shape, found)

    async def vat(self, query: VatQuery) -> Table:
        """Return what was charged at each rate of VAT. Raises Invalid for wrong days."""
        period, values = await self._period(query)
        by = "month" if query.by == "rate" else query.by
        found = await self._over(statements.VAT_BY_DAY, period, by, values, 2)
        if query.by == "rate":
            found = _merged(Found(row.name, row.name, None, row.sums) for row in found if row.name)
        return self._of(period, query.by, _CHARGED, [row for row in found if row.name])

    async def payments(self, query: PaymentsQuery) -> Table:
        """Return what was taken and given back by each method. Raises Invalid for wrong days."""
        period, values = await self._period(query)
        if query.by in TIMES:
            found = await self._over(
                statements.PAYMENTS_BY["day"], period, query.by, values, _PAID.width
            )
            return self._of(period, query.by, _PAID, [row for row in found if row.name])
        found = await self._sums(statements.PAYMENTS_BY[query.by], values)
        if query.by == "hour":
            hours = [Found(f"{row.key:02d}", row.name, None, row.sums) for row in found]
            found = [row for row in filled(hours, _HOURS, _PAID.width) if row.name]
        return self._of(period, query.by, _PAID, found)

    async def waste(self, query: WasteQuery) -> Table:
        """Return what was thrown away. Raises Invalid for wrong days."""
        period, values = await self._period(query)
        if query.by in TIMES:
            found = await self._over(
                statements.WASTE_BY_DAY, period, query.by, values, _GOODS.width
            )
            return self._of(period, query.by, _GOODS, found)
        statement = (
            statements.WASTE_BY_REASON if query.by == "reason" else statements.WASTE[query.by]
        )
        found = await self._sums(statement, values)
        return self._of(period, query.by, _GOODS, found, 1)

    async def valuation(self, query: ValuationQuery) -> Table:
        """Return what was on hand in the evening of a day, or is now."""
        on = query.on or await self._repository.today()
        values = {"on": on, **_goods(query)}
        found = await self._sums(statements.VALUATION[query.by], values)
        about = {"on": on, "by": query.by, **self._shop}
        return table_of(about, _GOODS, found, 1)

    async def expiring(self, query: ExpiringQuery) -> Table:
        """Return what expires within some days, or has."""
        values = {"days": query.days, **_goods(query)}
        about = {"days": query.days, "by": query.by, **self._shop}
        if query.by == "day":
            found = await self._sums(statements.EXPIRING_BY_DAY, values)
            return table_of(about, _GOODS, by_time(found, "day"))
        found = await self._sums(statements.EXPIRING[query.by], values)
        return table_of(about, _GOODS, found, 1)

    async def stock_outs(self, query: StockOutsQuery) -> Table:
        """Return what was out while it sells. Raises Invalid for wrong days."""
        period, values = await self._period(query, YEAR)
        found = await self._sums(statements.STOCK_OUTS, values)
        return self._of(period, "product", _OUT, found, 4)

    async def promotions(self, query: PromotionsQuery) -> Table:
        """Return what promotions took off. Raises Invalid for wrong days."""
        period, values = await self._period(query)
        found = await self._sums(statements.PROMOTIONS, values)
        return self._of(period, "promotion", _PROMOTED, found, 5)

    async def _period(
        self, query: PeriodQuery, longest: int = LONGEST
    ) -> tuple[Period, dict[str, Any]]:
        period = period_of(query.from_, query.to, await self._repository.today(), longest)
        return period, {"since": period.since, "until": period.until, **_goods(query)}

    async def _sums(self, statement: Statement, values: Mapping[str, Any]) -> list[Found]:
        # The turn before the connection: who waits for one holds none.
        async with self._lists.one_turn():
            return await self._lists.transaction(self._repository.sums, statement, values)

    async def _over(
        self, by_day: Statement, period: Period, by: Any, values: Mapping[str, Any], width: int
    ) -> list[Found]:
        found = await self._sums(by_day, values)
        return filled(by_time(found, by), period.keys(by), width)

    def _of(
        self,
        period: Period,
        by: str,
        shape: Shape,
        found: Sequence[Found],
        rank: int | None = None,
    ) -> Table:
        about = {"from": period.since, "to": period.until, "by": by, **self._shop}
        return table_of(about, shape, found, rank)


def _goods(query: Any) -> dict[str, Any]:
    return {name: getattr(query, name, None) for name in _FILTERS}


def _merged(found: Iterable[Found]) -> list[Found]:
    groups: dict[Any, list[Found]] = {}
    for row in found:
        groups.setdefault(row.key, []).append(row)
    return [rows.total_of(group, 2) for _, group in sorted(groups.items())]


def _busy() -> Unavailable:
    return Unavailable("Too many files are made at once. Try again.")


def _hours_of_all() -> Invalid:
    errors = [FieldError("/query/by", "can be `hour` of all goods alone")]
    return Invalid("The query has wrong parameters.", errors=errors)
