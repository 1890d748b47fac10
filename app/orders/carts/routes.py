"""Carts over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from app.core.web.http import peer_address
from app.core.web.idempotency import idempotent, request_identity
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, PageQuery, after, page
from app.core.web.security import allow, maybe_principal, principal, public
from app.core.wiring import wired
from app.orders.carts.schemas import (
    AddedItem,
    Cart,
    CartClaim,
    ClaimedCart,
    ItemQuantity,
    LinePatch,
    OpenedCart,
)
from app.orders.carts.service import Carts

blueprint = APIBlueprint("carts", __name__, url_prefix="/api/v1/carts", tag="Carts")

_FOUND: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {"description": "The customer's open cart.", "content": {"application/json": {}}}
}


@blueprint.post("")
@public
@describe(429, known=True, idempotent=True)
@blueprint.output(OpenedCart, status_code=201)
@blueprint.doc(responses=_FOUND)
async def open_cart() -> Response:
    """Open an empty cart.

    With a customer's token it is the customer's, who has one that is open: where there is one already, that is the answer,
    as it is, with 200 instead of 201. Otherwise it comes with a token of its own, shown
    this once, which opens it and the purchase made from it. A customer's `Idempotency-Key` counts;
    a guest has a new cart each time, as a token is never shown again. Too many carts of guests at
    one address in an hour are refused with 429 `too_many_guests`.
    """
    who, carts = await maybe_principal(), wired(Carts)
    if who is not None and who.customer_id is not None:
        return (await carts.open(who.customer_id, request_identity())).response()
    return (await carts.open_for_guest(peer_address())).response()


@blueprint.get("")
@allow("carts:list-own")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Page[Cart])
async def list_carts(query_data: PageQuery) -> Response:
    """List one's carts, the newest first: the open one, and those checked out in the last days."""
    rows = await wired(Carts).page(principal(), query_data, after(query_data))
    return page(rows, query_data)


@blueprint.post("/<uuid:cart>/claim")
@allow("carts:claim")
@describe(409)
@blueprint.input(CartClaim, location="json")
@blueprint.output(ClaimedCart)
@idempotent
async def claim_cart(cart: UUID, json_data: CartClaim) -> Response:
    """Take a guest's cart over into one's own, as after logging in.

    What is in it comes to what is in the customer's open cart, or in a new one; `changes` says what of it did not. Its coupon
    comes along where the other has none. The guest's cart is gone then, and its token opens nothing: 404.
    """
    claim = wired(Carts).claim
    return json_response(await claim(principal(), str(cart), json_data.token))


@blueprint.get("/<uuid:cart>")
@allow("carts:own")
@blueprint.output(Cart)
async def read_cart(cart: UUID) -> Response:
    """Read a cart, at today's prices.

    Some days after its checkout it is no more; the purchase made from it stays.
    """
    return json_response(await wired(Carts).read(principal(), str(cart)))


@blueprint.put("/<uuid:cart>/items/<product>")
@allow("carts:own")
@describe(409)
@blueprint.input(ItemQuantity, location="json")
@blueprint.output(Cart)
async def put_item(cart: UUID, product: str, json_data: ItemQuantity) -> Response:
    """Put a product into a cart, or change how much of it is in there."""
    put = wired(Carts).put
    return json_response(await put(principal(), str(cart), product, json_data))


@blueprint.post("/<uuid:cart>/items")
@allow("carts:own", "till:use")
@describe(409, idempotent=True)
@blueprint.input(AddedItem, location="json")
@blueprint.output(Cart)
@idempotent
async def add_item(cart: UUID, json_data: AddedItem) -> Response:
    """Add a product to a cart, by its code or by what a scanner read, to what is in there.

    A barcode on a pack adds its pieces, a label its weight or its count. A label that prints a price is a line of its own,
    which charges what it prints; 403 for all but the till, which may add to any cart.
    """
    return json_response(await wired(Carts).add(principal(), str(cart), json_data))


@blueprint.patch("/<uuid:cart>/lines/<int:line>")
@allow("carts:own")
@describe(409)
@blueprint.input(LinePatch, location="json")
@blueprint.output(Cart)
async def change_line(cart: UUID, line: int, json_data: LinePatch) -> Response:
    """Say whether a substitute is welcome for a line, by its id."""
    change = wired(Carts).change_line
    return json_response(await change(principal(), str(cart), line, json_data))


@blueprint.delete("/<uuid:cart>/lines/<int:line>")
@allow("carts:own", "till:use")
@describe(409)
@blueprint.output({}, status_code=204)
async def remove_line(cart: UUID, line: int) -> Response:
    """Take a line out of a cart, by its id."""
    await wired(Carts).remove_line(principal(), str(cart), line)
    return no_content()


@blueprint.delete("/<uuid:cart>/items/<product>")
@allow("carts:own")
@describe(409)
@blueprint.output({}, status_code=204)
async def remove_item(cart: UUID, product: str) -> Response:
    """Take a product out of a cart, with all lines of it."""
    await wired(Carts).remove(principal(), str(cart), product)
    return no_content()
