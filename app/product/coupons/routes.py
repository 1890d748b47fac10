"""Coupons over HTTP."""

from apiflask import APIBlueprint
from flask import Response, request

from app.core.web.conditional import expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.product.answers import created, shown
from app.product.coupons.kind import COUPON
from app.product.coupons.schemas import (
    CodesQuery,
    Coupon,
    CouponChanges,
    CouponCode,
    MadeCodes,
    NewCodes,
    NewCoupon,
)
from app.product.coupons.service import Coupons
from app.product.schemas import ListQuery

blueprint = APIBlueprint("coupons", __name__, url_prefix="/api/v1/coupons", tag="Coupons")


@blueprint.get("")
@allow("catalogue:write")
@blueprint.input(ListQuery, location="query")
@blueprint.output(Page[Coupon])
async def list_coupons(query_data: ListQuery) -> Response:
    """List coupons by name."""
    rows = await wired(Coupons).page(
        COUPON, active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewCoupon, location="json")
@blueprint.output(Coupon, status_code=201)
@idempotent
async def create_coupon(json_data: NewCoupon) -> Response:
    """Add a coupon.

    Codes in `excluded_…` that name nothing known are refused.
    """
    values = json_data.model_dump()
    found = await wired(Coupons).create(COUPON, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@allow("catalogue:write")
@blueprint.output(Coupon)
async def read_coupon(code: str) -> Response:
    """Read a coupon by its code."""
    return shown(await wired(Coupons).read(COUPON, code))


@blueprint.patch("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.input(CouponChanges, location="json")
@blueprint.output(Coupon)
async def change_coupon(code: str, json_data: CouponChanges) -> Response:
    """Change a coupon: what is not sent stays as it is.

    Carts follow at once; what was bought stays as it was.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Coupons).change
    return shown(await change(COUPON, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_coupon(code: str) -> Response:
    """Delete a coupon that was never used.

    Refused with 409 `in_use` if a purchase redeemed it; withdraw it instead. Its codes go with it.
    """
    by = principal().login_id
    await wired(Coupons).delete(COUPON, code, expected=expected_version(), by=by)
    return no_content()


@blueprint.get("/<code>/codes")
@allow("catalogue:write")
@blueprint.input(CodesQuery, location="query")
@blueprint.output(Page[CouponCode])
async def list_codes(code: str, query_data: CodesQuery) -> Response:
    """List the codes that redeem a coupon once each."""
    behind = after(query_data)
    rows = await wired(Coupons).codes(
        code,
        used=query_data.used,
        limit=query_data.limit + 1,
        after=str(behind[0]) if behind else None,
    )
    return page(rows, query_data)


@blueprint.post("/<code>/codes")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewCodes, location="json")
@blueprint.output(MadeCodes, status_code=201)
@idempotent
async def make_codes(code: str, json_data: NewCodes) -> Response:
    """Make codes that redeem a coupon once each, which nobody can guess.

    Refused with 409 `not_single_use` for a coupon that its own code redeems.
    """
    made = await wired(Coupons).make_codes(code, json_data.count, principal().login_id)
    return json_response({"codes": made}, 201, {"Location": request.path})
