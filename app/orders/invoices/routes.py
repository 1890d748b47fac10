"""Invoices and credit notes over HTTP."""

from uuid import UUID

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from app.core.web.http import file_response
from app.core.web.idempotency import idempotent
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.answers import document_url
from app.orders.invoices.schemas import Buyer, Document
from app.orders.invoices.schemas import Documents as DocumentList
from app.orders.invoices.service import Documents

blueprint = APIBlueprint("documents", __name__, url_prefix="/api/v1", tag="Purchases")

_PDF = "application/pdf"


@blueprint.get("/purchases/<uuid:purchase>/documents")
@allow("purchases:own", "sales:read")
@blueprint.output(DocumentList)
async def list_documents(purchase: UUID) -> Response:
    """List what was issued for a purchase: the invoice when it was handed over, then a credit note for each refund.

    A purchase that was handed over before the shop made documents has no invoice.
    """
    return json_response(await wired(Documents).of_purchase(principal(), str(purchase)))


@blueprint.post("/purchases/<uuid:purchase>/invoice")
@allow("purchases:own", "sales:write")
@describe(409)
@blueprint.input(Buyer, location="json")
@blueprint.output(Document, status_code=201)
@idempotent
async def name_buyer(purchase: UUID, json_data: Buyer) -> Response:
    """Have the invoice name its buyer, and its credit notes too; number, day and amounts stay as they are.

    Once, and for good. Refused with 409 `not_invoiced` before the goods are handed over, and `buyer_named`.
    """
    name = wired(Documents).name_buyer
    number, json = await name(principal(), str(purchase), json_data)
    return json_response(json, 201, {"Location": document_url(number)})


@blueprint.get("/documents/<number>")
@allow("purchases:own", "sales:read")
@blueprint.output(Document)
async def read_document(number: str) -> Response:
    """Read an invoice or credit note."""
    return json_response(await wired(Documents).read(principal(), number))


@blueprint.get("/documents/<number>/pdf")
@allow("purchases:own", "sales:read")
@blueprint.output(FileSchema(type="string", format="binary"), content_type=_PDF)
async def print_document(number: str) -> Response:
    """Read an invoice or credit note as PDF, to print or to send."""
    content = await wired(Documents).printed(principal(), number)
    return file_response(content, _PDF, f"{number}.pdf")
