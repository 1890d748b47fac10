"""A product's ledger over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.paging import Page, PageQuery, after, page
from app.core.web.security import allow
from app.core.wiring import wired
from app.inventory.ledger.schemas import LedgerEntry
from app.inventory.ledger.service import Ledger

blueprint = APIBlueprint("ledger", __name__, url_prefix="/api/v1/products", tag="Stock")


@blueprint.get("/<code>/ledger")
@allow("stock:read")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Page[LedgerEntry])
async def read_ledger(code: str, query_data: PageQuery) -> Response:
    """List what came and went of a product, newest first, each with what there was behind it."""
    return page(await wired(Ledger).page(code, query_data, after(query_data)), query_data)
