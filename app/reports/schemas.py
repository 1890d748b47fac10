"""What can be asked of reports, and what they answer, as JSON."""

from datetime import date
from typing import Literal

from pydantic import Field

from app.core.web.schema import (
    Code,
    Count,
    Date,
    Ratio,
    Schema,
    SignedQuantity,
    SignedTotal,
    Sku,
    Total,
)

Unit = Literal["piece", "kg", "litre"]


class ReportQuery(Schema):
    """What of a report is answered."""

    limit: int = Field(
        default=1000, ge=1, le=10_000, description="How many rows at most of things, not of times."
    )


class PeriodQuery(Schema):
    """Of which days a report is, in the shop's time zone."""

    from_: Date | None = Field(
        default=None,
        alias="from",
        description="The first day; 29 days before the last, if left out.",
    )
    to: Date | None = Field(default=None, description="The last day; today, if left out.")


class GoodsQuery(Schema):
    """Of which goods a report is: of all, unless it says."""

    product: Sku | None = None
    category: Code | None = Field(default=None, description="With all categories below it.")
    brand: Code | None = None


class SuppliedQuery(GoodsQuery):
    """Of whose goods a report is."""

    supplier: Code | None = Field(default=None, description="Of whom the very lots came.")


class SalesQuery(ReportQuery, PeriodQuery, SuppliedQuery):
    """Which sales, by what. An hour is one of the day's twenty-four, of all days and goods together."""

    by: Literal["day", "week", "month", "hour", "product", "category", "brand", "supplier"] = "day"


class VatQuery(ReportQuery, PeriodQuery):
    """VAT of which days, by what: each rate has its rows."""

    by: Literal["rate", "day", "week", "month"] = "rate"


class PaymentsQuery(ReportQuery, PeriodQuery):
    """Payments of which days, by what: each method has its rows."""

    by: Literal["method", "day", "week", "month", "hour", "till"] = "method"


class WasteQuery(ReportQuery, PeriodQuery, SuppliedQuery):
    """What was thrown away, by what."""

    by: Literal["day", "week", "month", "reason", "product", "category", "brand", "supplier"] = (
        "day"
    )


class ValuationQuery(ReportQuery, SuppliedQuery):
    """The stock of which day, by what."""

    on: Date | None = Field(
        default=None, description="In the evening of that day; now, if left out."
    )
    by: Literal["product", "category", "brand", "supplier"] = "category"


class ExpiringQuery(ReportQuery, SuppliedQuery):
    """What expires within how many days, by what."""

    days: int = Field(default=7, ge=0, le=3650, description="0 is what expires today, or has.")
    by: Literal["day", "product", "category", "brand", "supplier"] = "day"


class StockOutsQuery(ReportQuery, PeriodQuery, GoodsQuery):
    """What was out on which days, of 366 at most, those that are over."""


class PromotionsQuery(ReportQuery, PeriodQuery, GoodsQuery):
    """What something was taken off on which days."""


class FileQuery(PeriodQuery, SuppliedQuery):
    """What the report of that name can be asked."""

    by: str | None = Field(default=None, max_length=20)
    on: Date | None = None
    days: int | None = Field(default=None, ge=0, le=3650)


class Amounts(Schema):
    """What was charged, what the very goods cost, and what is left."""

    gross: SignedTotal
    vat: SignedTotal
    net: SignedTotal
    cost: SignedTotal = Field(description="Net of VAT, of the very lots.")
    margin: SignedTotal = Field(description="`net` less `cost`.")
    margin_share: Ratio | None = Field(description="`margin` as a part of `net`.")


class Measured(Schema):
    """How much it was, where all of it is counted in one unit."""

    quantity: SignedQuantity | None
    unit: Unit | None


class Keyed(Schema):
    """What a row is of."""

    key: str | None = Field(
        description="2026-01-31, 2026-W05, 2026-01, the hour 07, or a code; null of what has none, as no brand."
    )
    name: str | None = Field(description="Of what has a code.")


class SalesSums(Measured, Amounts):
    """What was sold, less what was given back."""

    purchases: Count | None = Field(description="By time and of all goods alone.")
    average_basket: SignedTotal | None = Field(description="`gross` for each of `purchases`.")


class SalesRow(Keyed, SalesSums):
    """What was sold at a time, or of something."""


class VatSums(Schema):
    """What documents charged less what they credited."""

    gross: SignedTotal
    net: SignedTotal
    vat: SignedTotal


class VatRow(VatSums):
    """What was charged at a rate of VAT."""

    key: str = Field(description="When, or the rate.")
    rate: str = Field(examples=["0.0700"])


class PaymentSums(Schema):
    """What was paid."""

    taken: Total
    given_back: Total
    kept: SignedTotal = Field(description="`taken` less `given_back`.")
    rounding: SignedTotal = Field(description="So much more cash than that, by rounding.")


class PaymentsRow(PaymentSums):
    """What was paid by a method."""

    key: str = Field(description="When, at which till (empty: none), or the method.")
    method: Literal["cash", "card", "transfer"]


class GoodsSums(Measured):
    """Goods at cost."""

    cost: SignedTotal


class GoodsRow(Keyed, GoodsSums):
    """Goods at cost, at a time, or of something."""


class StockOutSums(Schema):
    """What was out, and how much more would have gone on these days."""

    sold: SignedQuantity | None
    lost: SignedQuantity | None = Field(
        description="What would have gone had these days been like the others."
    )
    unit: Unit | None
    days_out: Count = Field(description="In whose evening nothing was left.")
    lost_gross: SignedTotal


class StockOutRow(Keyed, StockOutSums):
    """A product that sells and was out."""


class PromotionSums(Measured, Amounts):
    """What was sold with something taken off."""

    lines: Count
    taken_off: SignedTotal = Field(description="What the list price would have been above that.")


class PromotionRow(PromotionSums):
    """What a promotion was on. A coupon's lines may be a discount's too."""

    kind: Literal["discount", "multi_buy", "coupon", "reduced"]
    code: str | None = Field(description="Null of reduced goods.")
    name: str | None


class Report(Schema):
    """What a report is about."""

    currency: str
    time_zone: str
    left_out: Count = Field(description="So many more rows there are.")


class PeriodReport(Report):
    """What a report is about that is of some days."""

    from_: date = Field(alias="from")
    to: date
    by: str


class SalesReport(PeriodReport):
    """Sales and margin: by time in its order, or of things, the largest first."""

    rows: list[SalesRow]
    total: SalesSums


class VatReport(PeriodReport):
    """VAT by rate."""

    rows: list[VatRow]
    total: VatSums


class PaymentsReport(PeriodReport):
    """Payments by method."""

    rows: list[PaymentsRow]
    total: PaymentSums


class WasteReport(PeriodReport):
    """What was thrown away, at cost."""

    rows: list[GoodsRow]
    total: GoodsSums


class ValuationReport(Report):
    """What is on hand, at cost."""

    on: date
    by: str
    rows: list[GoodsRow]
    total: GoodsSums


class ExpiringReport(Report):
    """What expires, at cost."""

    days: int
    by: str
    rows: list[GoodsRow]
    total: GoodsSums


class StockOutsReport(PeriodReport):
    """Products that were out, those that lost most first."""

    rows: list[StockOutRow]
    total: StockOutSums


class PromotionsReport(PeriodReport):
    """Promotions, those that took off most first."""

    rows: list[PromotionRow]
    total: PromotionSums
