"""Stock over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.idempotency import request_identity
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.paging import Page, PageQuery, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.stock.schemas import (
    Level,
    LevelQuery,
    Lot,
    LotQuery,
    Movement,
    MovementQuery,
    NewAdjustment,
    NewWaste,
    Shortage,
    Uncounted,
)
from app.inventory.stock.service import Stock

blueprint = APIBlueprint("stock", __name__, url_prefix="/api/v1/stock", tag="Stock")


@blueprint.get("/lots")
@allow("stock:read")
@blueprint.input(LotQuery, location="query")
@blueprint.output(Page[Lot])
async def list_lots(query_data: LotQuery) -> Response:
    """List lots that have something on hand, first expired first."""
    return page(await wired(Stock).lot_page(query_data, after(query_data)), query_data)


@blueprint.get("/lots/<int:lot>")
@allow("stock:read")
@blueprint.output(Lot)
async def read_lot(lot: int) -> Response:
    """Read a lot."""
    return json_response(await wired(Stock).lot(lot))


@blueprint.get("/levels")
@allow("stock:read")
@blueprint.input(LevelQuery, location="query")
@blueprint.output(Page[Level])
async def list_levels(query_data: LevelQuery) -> Response:
    """List how much there is of each product, by its code.

    Products that are withdrawn and used up are left out. A page looks at the next five thousand products for what is asked: it
    may end before it is full, or be empty, and have a `next` all the same.
    """
    return page(await wired(Stock).level_page(query_data, after(query_data)), query_data)


@blueprint.get("/shortages")
@allow("stock:read")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Page[Shortage])
async def list_shortages(query_data: PageQuery) -> Response:
    """List what was promised and cannot be served: it has expired, and nothing can replace it.

    What other lots can take over is promised from them to who has paid first, then to who has waited
    longest. The rest is listed, the oldest first: cancel the purchase, or receive more.
    """
    return page(await wired(Stock).shortage_page(query_data, after(query_data)), query_data)


@blueprint.get("/uncounted")
@allow("stock:read")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Page[Uncounted])
async def list_uncounted(query_data: PageQuery) -> Response:
    """List what was sold at the counter and the books had not, or had promised, the longest first: count it.

    It was booked as found, so the books say that `purchases` that wait can be served, which may not be true. An adjustment of the product takes it
    off the list; `DELETE` does where the books are right.
    """
    return page(await wired(Stock).uncounted_page(query_data, after(query_data)), query_data)


@blueprint.delete("/uncounted/<product>")
@allow("stock:write")
@blueprint.output({}, status_code=204)
async def confirm_count(product: str) -> tuple[str, int]:
    """Take a product off the list that was counted: there is as much as the books say."""
    await wired(Stock).counted(product, principal().login_id)
    return "", 204


@blueprint.get("/movements")
@allow("stock:read")
@blueprint.input(MovementQuery, location="query")
@blueprint.output(Page[Movement])
async def list_movements(query_data: MovementQuery) -> Response:
    """List changes of what is on hand, newest first."""
    return page(await wired(Stock).movement_page(query_data, after(query_data)), query_data)


@blueprint.get("/movements/<int:movement>")
@allow("stock:read")
@blueprint.output(Movement)
async def read_movement(movement: int) -> Response:
    """Read a change of what is on hand."""
    return json_response(await wired(Stock).movement(movement))


@blueprint.post("/adjustments")
@allow("stock:write")
@describe(409, idempotent=True)
@blueprint.input(NewAdjustment)
@blueprint.output(Movement, status_code=201)
async def adjust_stock(json_data: NewAdjustment) -> Response:
    """Correct what is on hand of a lot, or open a new lot with what was found.

    What the lot has promised to purchases, other lots take over. Refused with 409 `not_on_hand`, or
    `allocated` if they cannot take enough (`free` says how much can go).
    """
    answer = await wired(Stock).adjust(json_data, principal().login_id, request_identity())
    return answer.response()


@blueprint.post("/waste")
@allow("stock:write")
@describe(409, idempotent=True)
@blueprint.input(NewWaste)
@blueprint.output(Movement, status_code=201)
async def waste_stock(json_data: NewWaste) -> Response:
    """Throw away some of a lot.

    What the lot has promised to purchases, other lots take over. Refused with 409 `not_on_hand`, or
    `allocated` if they cannot take enough (`free` says how much can go).
    """
    answer = await wired(Stock).waste(json_data, principal().login_id, request_identity())
    return answer.response()
