"""Invoice requests over HTTP: for staff."""

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, request

from app.core.spreadsheets import CSV
from app.core.web.bodies import FILE_BODY, LINES_BODY
from app.core.web.conditional import etag, expected_version
from app.core.web.http import file_response
from app.core.web.idempotency import idempotent, request_identity
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.requests.deliveries.service import Deliveries
from app.inventory.requests.schemas import (
    Delivery,
    InvoiceRequest,
    InvoiceRequestChanges,
    InvoiceRequestQuery,
    NewInvoiceRequest,
    Receipt,
)
from app.inventory.requests.service import InvoiceRequests

blueprint = APIBlueprint("invoice_requests", __name__, url_prefix="/api/v1", tag="Invoice requests")

_PDF = "application/pdf"
_FILE = FileSchema(type="string", format="binary")


@blueprint.get("/invoice-requests")
@allow("stock:read")
@blueprint.input(InvoiceRequestQuery, location="query")
@blueprint.output(Page[InvoiceRequest])
async def list_invoice_requests(query_data: InvoiceRequestQuery) -> Response:
    """List invoice requests, newest first; of those that are `overdue` the longest first."""
    return page(await wired(InvoiceRequests).page(query_data, after(query_data)), query_data)


@blueprint.post("/invoice-requests")
@allow("stock:write", longest_body=LINES_BODY)
@describe(409)
@blueprint.input(NewInvoiceRequest)
@blueprint.output(InvoiceRequest, status_code=201)
@idempotent
async def create_invoice_request(json_data: NewInvoiceRequest) -> Response:
    """Ask a supplier for goods, or draft it. What one unit costs, its article may say."""
    code, body, version = await wired(InvoiceRequests).create(json_data, principal().login_id)
    place = f"{request.path}/{code}"
    return json_response(body, 201, {"Location": place, "ETag": etag(version)})


@blueprint.get("/invoice-requests/<code>")
@allow("stock:read")
@blueprint.output(InvoiceRequest)
async def read_invoice_request(code: str) -> Response:
    """Read an invoice request by its code."""
    body, version = await wired(InvoiceRequests).read(code)
    return json_response(body, headers={"ETag": etag(version)})


@blueprint.get("/invoice-requests/<code>/pdf")
@allow("stock:read")
@blueprint.output(_FILE, content_type=_PDF)
async def print_invoice_request(code: str) -> Response:
    """Read an invoice request as PDF, to print or to send."""
    content = await wired(InvoiceRequests).printed(code)
    return file_response(content, _PDF, f"{code}.pdf")


@blueprint.get("/invoice-requests/<code>/csv")
@allow("stock:read")
@blueprint.output(_FILE, content_type="text/csv")
async def tabulate_invoice_request(code: str) -> Response:
    """Read the lines of an invoice request as CSV in UTF-8."""
    content = await wired(InvoiceRequests).tabled(code)
    return file_response(content, CSV, f"{code}.csv")


@blueprint.post("/invoice-requests/<code>/send")
@allow("stock:write")
@describe(409)
@blueprint.output(InvoiceRequest)
@idempotent
async def send_invoice_request(code: str) -> Response:
    """Note that a draft is sent to the supplier, and when it should come, if nobody has said so.

    That is the first of the supplier's `delivery_days` from its `lead_days` on. Refused with 409 `not_draft`, and `withdrawn`.
    """
    body, version = await wired(InvoiceRequests).send(code, principal().login_id)
    return json_response(body, headers={"ETag": etag(version)})


@blueprint.patch("/invoice-requests/<code>")
@allow("stock:write", longest_body=LINES_BODY)
@describe(409, conditional=True)
@blueprint.input(InvoiceRequestChanges)
@blueprint.output(InvoiceRequest)
async def change_invoice_request(code: str, json_data: InvoiceRequestChanges) -> Response:
    """Change an invoice request of which nothing has come, or when it is expected, or cancel what is still open.

    `lines` takes the place of all lines. `"status": "cancelled"` cancels.
    """
    body, version = await wired(InvoiceRequests).change(
        code, json_data, expected_version(), principal().login_id
    )
    return json_response(body, headers={"ETag": etag(version)})


@blueprint.delete("/invoice-requests/<code>")
@allow("stock:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_invoice_request(code: str) -> Response:
    """Delete an invoice request of which nothing was received."""
    await wired(InvoiceRequests).delete(code, expected_version(), principal().login_id)
    return no_content()


@blueprint.post("/invoice-requests/<code>/receive")
@allow("stock:write", longest_body=FILE_BODY)
@describe(409, idempotent=True)
@blueprint.input(Delivery)
@blueprint.output(Receipt)
async def receive_invoice_request(code: str, json_data: Delivery) -> Response:
    """Receive goods, whole or in part, into lots.

    A product that comes with two expiry dates has two lines. What keeps for some days only needs its last one; a scanned
    `code` may say it, with product and lot. What is `rejected` enters no lot and stays open. More than was asked for is taken
    up to `stock.over_delivery` of it, with a reason. `{}` receives all that is still open.
    """
    answer = await wired(Deliveries).receive(
        code, json_data, principal().login_id, request_identity()
    )
    return answer.response()
