"""Checkout over HTTP."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from app.core.web.http import peer_address
from app.core.web.idempotency import request_identity
from app.core.web.openapi import describe
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.checkout.schemas import CheckoutRequest
from app.orders.checkout.service import Checkout
from app.orders.purchases.schemas import Purchase

blueprint = APIBlueprint("checkout", __name__, url_prefix="/api/v1/carts", tag="Carts")


@blueprint.post("/<uuid:cart>/checkout")
@allow("carts:own")
@describe(409, 429, idempotent=True)
@blueprint.input(CheckoutRequest, location="json")
@blueprint.output(Purchase, status_code=201)
async def check_out(cart: UUID, json_data: CheckoutRequest) -> Response:
    """Check a cart out: freeze its prices and promise its stock, all or nothing.

    Refused with 409 `out_of_stock` (`items` says what there is too little of), `price_changed`,
    `withdrawn`, `age_not_confirmed` (`min_age` says which), `coupon_refused` (`reason` says why), `slot_full`, `slot_closed`, `empty_cart`, or `checked_out` with the purchase's `Location`. A guest also with
    `unpaid_purchases`, where others with this telephone number wait to be paid; with `held_by_guests`,
    where `items` are more than guests may have of what others have not paid yet; and with 429
    `too_many_guests`. Where the shop has slots, 422 `slot_required` without one, and `no_such_slot`.
    """
    who, place = principal(), wired(Checkout).place
    return (await place(who, str(cart), json_data, request_identity(), peer_address())).response()
