"""Counts over HTTP: for staff."""

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, request

from app.core.web.bodies import LINES_BODY
from app.core.web.http import file_response
from app.core.web.idempotency import idempotent
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.counts.schemas import (
    Approval,
    Cancellation,
    CountedProduct,
    CountedProductQuery,
    CountQuery,
    CountSummary,
    NewCount,
    Recount,
    Recounted,
    ScanResults,
    Scans,
    StockCount,
)
from app.inventory.counts.service import Counts

blueprint = APIBlueprint("counts", __name__, url_prefix="/api/v1/stock/counts", tag="Counts")

_PDF = "application/pdf"


@blueprint.get("")
@allow("stock:read")
@blueprint.input(CountQuery, location="query")
@blueprint.output(Page[CountSummary])
async def list_counts(query_data: CountQuery) -> Response:
    """List counts, newest first."""
    return page(await wired(Counts).page(query_data, after(query_data)), query_data)


@blueprint.post("")
@allow("stock:write", longest_body=LINES_BODY)
@describe(409)
@blueprint.input(NewCount)
@blueprint.output(StockCount, status_code=201)
@idempotent
async def open_count(json_data: NewCount) -> Response:
    """Open a count of a category with all below it, or of a list of products; sales go on meanwhile.

    What belongs to it is fixed from here on: what is sold, and what is not sold any more and lies there, at most 5,000 products. Refused
    with 409 `being_counted` (`items` says what) where some of it is in another open count.
    """
    code, body = await wired(Counts).open(json_data, principal().login_id)
    return json_response(body, 201, {"Location": f"{request.path}/{code}"})


@blueprint.get("/<count>")
@allow("stock:read")
@blueprint.output(StockCount)
async def read_count(count: str) -> Response:
    """Read a count, and how far it is."""
    return json_response(await wired(Counts).read(count))


@blueprint.get("/<count>/products")
@allow("stock:read")
@blueprint.input(CountedProductQuery, location="query")
@blueprint.output(Page[CountedProduct])
async def list_counted_products(count: str, query_data: CountedProductQuery) -> Response:
    """List what was found of each product, by category and name as on the sheet."""
    rows = await wired(Counts).products(count, query_data, after(query_data))
    return page(rows, query_data)


@blueprint.get("/<count>/sheet")
@allow("stock:read")
@blueprint.output(FileSchema(type="string", format="binary"), content_type=_PDF)
async def print_count_sheet(count: str) -> Response:
    """Read the sheet to count with, as PDF: it does not say how much there should be."""
    content = await wired(Counts).sheet(count)
    return file_response(content, _PDF, f"{count}.pdf")


@blueprint.post("/<count>/scans")
@allow("stock:write", longest_body=LINES_BODY)
@describe(409)
@blueprint.input(Scans)
@blueprint.output(ScanResults)
@idempotent
async def take_scans(count: str, json_data: Scans) -> Response:
    """Send what was counted, at any time and as often as it takes: what has an `id` that was sent before is not counted twice.

    Places of a product add up; after a recount was asked for, only what is counted from then on counts. A scan that cannot be taken is
    refused alone: `results` says why. Refused as a whole with 409 `not_open`.
    """
    results = await wired(Counts).scan(count, json_data, principal().login_id)
    return json_response(ScanResults(results=results).model_dump_json())


@blueprint.post("/<count>/recounts")
@allow("stock:write")
@describe(409)
@blueprint.input(Recount)
@blueprint.output(Recounted)
@idempotent
async def ask_for_recount(count: str, json_data: Recount) -> Response:
    """Have products counted again: what is found then takes the place of what was found before. `{}` is for all that has to be."""
    again = await wired(Counts).recount(count, json_data, principal().login_id)
    return json_response(Recounted(products=again).model_dump_json())


@blueprint.post("/<count>/approve")
@allow("counts:approve")
@describe(409)
@blueprint.input(Approval)
@blueprint.output(StockCount)
@idempotent
async def approve_count(count: str, json_data: Approval) -> Response:
    """Book what was found, as adjustments; what was sold since stays sold. Once: then it is 409 `not_open`.

    All or nothing: 409 `recount_needed` where something has to be counted again, and `allocated` where more is missing than there
    is that nobody was promised; `items` says of what.
    """
    return json_response(await wired(Counts).approve(count, json_data, principal().login_id))


@blueprint.post("/<count>/cancel")
@allow("stock:write")
@describe(409)
@blueprint.input(Cancellation)
@blueprint.output(StockCount)
@idempotent
async def cancel_count(count: str, json_data: Cancellation) -> Response:
    """Give a count up: nothing is booked."""
    body = await wired(Counts).cancel(count, json_data.reason, principal().login_id)
    return json_response(body)
