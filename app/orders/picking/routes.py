"""Picking over HTTP: for staff."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import LINES_BODY
from app.core.web.idempotency import idempotent
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.picking.schemas import (
    ClaimRequest,
    PickingOrder,
    PickingQuery,
    PickingSheet,
    PickRequest,
)
from app.orders.picking.service import Picking
from app.orders.purchases.schemas import Purchase

blueprint = APIBlueprint("picking", __name__, url_prefix="/api/v1", tag="Picking")


@blueprint.get("/picking")
@allow("picking:use")
@blueprint.input(PickingQuery, location="query")
@blueprint.output(Page[PickingOrder])
async def list_picking(query_data: PickingQuery) -> Response:
    """List what is to be picked, or is being picked: what is collected first comes first.

    By the start of their slots; what has none, by when it was placed.
    """
    return page(await wired(Picking).page(query_data, after(query_data)), query_data)


@blueprint.get("/picking/<uuid:purchase>")
@allow("picking:use")
@blueprint.output(PickingSheet)
async def read_picking(purchase: UUID) -> Response:
    """Read what to fetch for a purchase that waits, from which lots, and how much may come."""
    return json_response(await wired(Picking).read(str(purchase)))


@blueprint.post("/picking/<uuid:purchase>/claim")
@allow("picking:use")
@describe(409)
@blueprint.input(ClaimRequest, location="json")
@blueprint.output(PickingSheet)
@idempotent
async def claim_picking(purchase: UUID, json_data: ClaimRequest) -> Response:
    """Begin to pick a purchase: nobody else does then, and it is not handed over before it is ready.

    Refused with 409 `being_picked` if somebody else does, unless it is taken over; `already_picked` or `purchase_ended`.
    """
    claim = wired(Picking).claim
    return json_response(await claim(principal(), str(purchase), take_over=json_data.take_over))


@blueprint.post("/picking/<uuid:purchase>/release")
@allow("picking:use")
@describe(409)
@blueprint.output(PickingSheet)
@idempotent
async def release_picking(purchase: UUID) -> Response:
    """Leave a purchase to others that one claimed: it is placed again.

    Refused with 409 `not_claimed`, `being_picked`, `already_picked` or `purchase_ended`.
    """
    return json_response(await wired(Picking).release(principal(), str(purchase)))


@blueprint.post("/purchases/<uuid:purchase>/pick")
@allow("picking:use", longest_body=LINES_BODY)
@describe(409)
@blueprint.input(PickRequest, location="json")
@blueprint.output(Purchase)
@idempotent
async def pick_purchase(purchase: UUID, json_data: PickRequest) -> Response:
    """Say what came of a purchase that one claimed, or again of one that is ready: it is charged for that, and ready.

    Always all of it, by what was ordered: the last word counts. Refused with 409 `not_claimed`, `being_picked`, `nothing_picked`,
    `purchase_ended`, or with `items` `not_agreed` (`why` is `too_much`, `unwelcome` or `dearer`), `out_of_stock` and `expired`.
    """
    return json_response(await wired(Picking).pick(principal(), str(purchase), json_data))
