"""Lots over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.json import json_response
from app.core.web.paging import Page, PageQuery, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.lots.schemas import (
    Correction,
    ExpiringLot,
    ExpiringQuery,
    LotChanges,
    RecallPage,
    RecallQuery,
)
from app.inventory.lots.service import Lots
from app.inventory.stock.schemas import Lot

blueprint = APIBlueprint("lots", __name__, url_prefix="/api/v1/stock", tag="Stock")


@blueprint.patch("/lots/<int:lot>")
@allow("stock:write")
@blueprint.input(LotChanges)
@blueprint.output(Lot)
async def correct_lot(lot: int, json_data: LotChanges) -> Response:
    """Put right what is known of a lot; what it was, who changed it and why is kept.

    What was promised follows the new day. Of two who change the same, the later one holds.
    """
    return json_response(await wired(Lots).correct(lot, json_data, principal().login_id))


@blueprint.get("/lots/<int:lot>/corrections")
@allow("stock:read")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Page[Correction])
async def list_corrections(lot: int, query_data: PageQuery) -> Response:
    """List what was put right about a lot, newest first."""
    return page(await wired(Lots).corrections(lot, query_data, after(query_data)), query_data)


@blueprint.get("/recalls")
@allow("stock:read")
@blueprint.input(RecallQuery, location="query")
@blueprint.output(RecallPage)
async def list_recalled(query_data: RecallQuery) -> Response:
    """List the purchases that have, or were promised, some of lots with that code, newest first; `lots` are in every page."""
    lots, rows = await wired(Lots).recall(query_data, after(query_data))
    return page(rows, query_data, f',"lots":{lots}')


@blueprint.get("/expiring")
@allow("stock:read")
@blueprint.input(ExpiringQuery, location="query")
@blueprint.output(Page[ExpiringLot])
async def list_expiring(query_data: ExpiringQuery) -> Response:
    """List lots that have expired or will within `days`, by their day, with what will be left of them."""
    return page(await wired(Lots).expiring(query_data, after(query_data)), query_data)
