"""Coupons of carts over HTTP."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.carts.schemas import Cart
from app.orders.coupons.schemas import CouponEntry
from app.orders.coupons.service import CartCoupons

blueprint = APIBlueprint("cart_coupons", __name__, url_prefix="/api/v1/carts", tag="Carts")


@blueprint.put("/<uuid:cart>/coupon")
@allow("carts:own")
@describe(409)
@blueprint.input(CouponEntry, location="json")
@blueprint.output(Cart)
async def enter_coupon(cart: UUID, json_data: CouponEntry) -> Response:
    """Have a cart redeem a coupon, in place of another one.

    The cart says what it takes off. Refused with 409 `coupon_refused`, and the `reason`: `unknown`, `ended` or `used_up`. What
    the basket does not fulfil yet is taken, and `refused` in the cart says what it is.
    """
    enter = wired(CartCoupons).enter
    return json_response(await enter(principal(), str(cart), json_data.code))


@blueprint.delete("/<uuid:cart>/coupon")
@allow("carts:own")
@describe(409)
@blueprint.output({}, status_code=204)
async def remove_coupon(cart: UUID) -> Response:
    """Have a cart redeem no coupon."""
    await wired(CartCoupons).remove(principal(), str(cart))
    return no_content()
