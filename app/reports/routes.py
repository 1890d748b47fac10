"""Reports over HTTP: for those who may see what the shop earns."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, request
from pydantic import BaseModel

from app.core.web.adapter import parse_query
from app.core.web.http import file_response
from app.core.web.json import json_response
from app.core.web.security import allow
from app.core.wiring import wired
from app.reports.files import TYPES, FileKind
from app.reports.schemas import (
    ExpiringQuery,
    ExpiringReport,
    FileQuery,
    PaymentsQuery,
    PaymentsReport,
    PromotionsQuery,
    PromotionsReport,
    SalesQuery,
    SalesReport,
    StockOutsQuery,
    StockOutsReport,
    ValuationQuery,
    ValuationReport,
    VatQuery,
    VatReport,
    WasteQuery,
    WasteReport,
)
from app.reports.service import Reports
from app.reports.tables import Table

blueprint = APIBlueprint("reports", __name__, url_prefix="/api/v1/reports", tag="Reports")

_FILES: Mapping[str, tuple[type[BaseModel], Callable[[Reports, Any], Awaitable[Table]]]] = {
    "sales": (SalesQuery, Reports.sales),
    "vat": (VatQuery, Reports.vat),
    "payments": (PaymentsQuery, Reports.payments),
    "waste": (WasteQuery, Reports.waste),
    "valuation": (ValuationQuery, Reports.valuation),
    "expiring": (ExpiringQuery, Reports.expiring),
    "stock-outs": (StockOutsQuery, Reports.stock_outs),
    "promotions": (PromotionsQuery, Reports.promotions),
}
_ANY = '<any(sales,vat,payments,waste,valuation,expiring,"stock-outs",promotions):report>'
_FILE = FileSchema(type="string", format="binary")


@blueprint.get("/sales")
@allow("reports:read")
@blueprint.input(SalesQuery, location="query")
@blueprint.output(SalesReport)
async def read_sales(query_data: SalesQuery) -> Response:
    """Read what was sold, less what was given back, and what is left of it, by when documents were issued.

    Cost is that of the very lots, less of those that came back, also where they were thrown away: that is `waste`.
    """
    table = await wired(Reports).sales(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/vat")
@allow("reports:read")
@blueprint.input(VatQuery, location="query")
@blueprint.output(VatReport)
async def read_vat(query_data: VatQuery) -> Response:
    """Read what documents charged at each rate of VAT, less what they credited."""
    table = await wired(Reports).vat(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/payments")
@allow("reports:read")
@blueprint.input(PaymentsQuery, location="query")
@blueprint.output(PaymentsReport)
async def read_payments(query_data: PaymentsQuery) -> Response:
    """Read what was taken and given back by each method, by when money moved."""
    table = await wired(Reports).payments(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/waste")
@allow("reports:read")
@blueprint.input(WasteQuery, location="query")
@blueprint.output(WasteReport)
async def read_waste(query_data: WasteQuery) -> Response:
    """Read what was thrown away, at cost."""
    table = await wired(Reports).waste(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/valuation")
@allow("reports:read")
@blueprint.input(ValuationQuery, location="query")
@blueprint.output(ValuationReport)
async def read_valuation(query_data: ValuationQuery) -> Response:
    """Read what was on hand in the evening of a day, or is now, at cost."""
    table = await wired(Reports).valuation(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/expiring")
@allow("reports:read")
@blueprint.input(ExpiringQuery, location="query")
@blueprint.output(ExpiringReport)
async def read_expiring(query_data: ExpiringQuery) -> Response:
    """Read what expires soon, or has, and is on hand, at cost."""
    table = await wired(Reports).expiring(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/stock-outs")
@allow("reports:read")
@blueprint.input(StockOutsQuery, location="query")
@blueprint.output(StockOutsReport)
async def read_stock_outs(query_data: StockOutsQuery) -> Response:
    """Read which products were out while they sell, on how many days, and what that may have cost in sales.

    A day counts in whose evening nothing was left; on it, as much would have gone as on an average one of the others.
    """
    table = await wired(Reports).stock_outs(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get("/promotions")
@allow("reports:read")
@blueprint.input(PromotionsQuery, location="query")
@blueprint.output(PromotionsReport)
async def read_promotions(query_data: PromotionsQuery) -> Response:
    """Read what discounts, multi-buys, coupons and the end of shelf lives took off, and what was left of it."""
    table = await wired(Reports).promotions(query_data)
    return json_response(table.json(query_data.limit))


@blueprint.get(f"/{_ANY}/csv")
@allow("reports:read")
@blueprint.input(FileQuery, location="query")
@blueprint.output(_FILE, content_type=TYPES["csv"])
async def read_report_csv(report: str, query_data: FileQuery) -> Response:  # noqa: ARG001 - the report's own schema reads it
    """Read all rows of a report as CSV, asked as the report is. Text is never a formula."""
    return await _file(report, "csv")


@blueprint.get(f"/{_ANY}/xlsx")
@allow("reports:read")
@blueprint.input(FileQuery, location="query")
@blueprint.output(_FILE, content_type=TYPES["xlsx"])
async def read_report_xlsx(report: str, query_data: FileQuery) -> Response:  # noqa: ARG001 - the report's own schema reads it
    """Read all rows of a report as a workbook, asked as the report is. Text is never a formula."""
    return await _file(report, "xlsx")


async def _file(report: str, kind: FileKind) -> Response:
    model, read = _FILES[report]
    reports = wired(Reports)
    table = await read(reports, parse_query(model, request.args.to_dict(flat=False)))
    name, content = await reports.file(report, table, kind)
    return file_response(content, TYPES[kind], name, "attachment")
