"""Sessions at tills, and the books of payments, over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response, request

from app.core.web.idempotency import idempotent
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.till.schemas import (
    BookedPayment,
    CashMovement,
    NewCashMovement,
    NewTillSession,
    PaymentQuery,
    TillCount,
    TillSession,
    TillSessionQuery,
    TillSessionSummary,
)
from app.orders.till.service import Tills

blueprint = APIBlueprint("till", __name__, url_prefix="/api/v1", tag="Till")


@blueprint.get("/till-sessions")
@allow("till:use")
@blueprint.input(TillSessionQuery, location="query")
@blueprint.output(Page[TillSessionSummary])
async def list_till_sessions(query_data: TillSessionQuery) -> Response:
    """List sessions at tills, the newest first."""
    return page(await wired(Tills).page(query_data, after(query_data)), query_data)


@blueprint.post("/till-sessions")
@allow("till:use")
@describe(409)
@blueprint.input(NewTillSession, location="json")
@blueprint.output(TillSession, status_code=201)
@idempotent
async def open_till(json_data: NewTillSession) -> Response:
    """Open a till with a float. Payments, refunds and cancellations that name the `till` are counted in the session.

    Refused with 409 `till_open` where it is open already.
    """
    session, body = await wired(Tills).open(json_data, principal().login_id)
    return json_response(body, 201, {"Location": f"{request.path}/{session}"})


@blueprint.get("/till-sessions/<int:session>")
@allow("till:use")
@blueprint.output(TillSession)
async def read_till_session(session: int) -> Response:
    """Read a session at a till: as it is now (an X report), or, closed, its Z report."""
    return json_response(await wired(Tills).read(session))


@blueprint.post("/till-sessions/<int:session>/movements")
@allow("till:use")
@describe(409)
@blueprint.input(NewCashMovement, location="json")
@blueprint.output(CashMovement, status_code=201)
@idempotent
async def move_cash(session: int, json_data: NewCashMovement) -> Response:
    """Put cash into the drawer that is no sale's, or take it out.

    Refused with 409 `till_closed`, or `not_in_drawer` where more is taken out than should be in it.
    """
    body = await wired(Tills).move(session, json_data, principal().login_id)
    return json_response(body, 201, {"Location": request.path.removesuffix("/movements")})


@blueprint.post("/till-sessions/<int:session>/close")
@allow("till:use")
@describe(409)
@blueprint.input(TillCount, location="json")
@blueprint.output(TillSession)
@idempotent
async def close_till(session: int, json_data: TillCount) -> Response:
    """Close a till with what was counted in it: the Z report, numbered without gaps at each till.

    Refused with 409 `till_closed` if it was closed before.
    """
    return json_response(await wired(Tills).close(session, json_data, principal().login_id))


@blueprint.get("/payments")
@allow("sales:read")
@blueprint.input(PaymentQuery, location="query")
@blueprint.output(Page[BookedPayment])
async def list_payments(query_data: PaymentQuery) -> Response:
    """List payments and refunds, the newest first: the books of a day by when money moved."""
    return page(await wired(Tills).payments(query_data, after(query_data)), query_data)
