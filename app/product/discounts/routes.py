"""Discounts over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.product.answers import created, shown
from app.product.discounts.kind import DISCOUNT
from app.product.discounts.schemas import (
    Discount,
    DiscountChanges,
    NewDiscount,
    Preview,
)
from app.product.discounts.service import Discounts
from app.product.schemas import ListQuery

blueprint = APIBlueprint("discounts", __name__, url_prefix="/api/v1/discounts", tag="Discounts")


@blueprint.get("")
@allow("catalogue:write")
@blueprint.input(ListQuery, location="query")
@blueprint.output(Page[Discount])
async def list_discounts(query_data: ListQuery) -> Response:
    """List discounts by name."""
    rows = await wired(Discounts).page(
        DISCOUNT, active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewDiscount, location="json")
@blueprint.output(Discount, status_code=201)
@idempotent
async def create_discount(json_data: NewDiscount) -> Response:
    """Add a discount.

    Of all that a product has today, the one that takes off most counts, and it alone. Prices follow at once; where it is on
    very many products, `tidy` goes through the rest. Codes that name nothing known are refused.
    """
    values = json_data.model_dump()
    found = await wired(Discounts).create(DISCOUNT, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@allow("catalogue:write")
@blueprint.output(Discount)
async def read_discount(code: str) -> Response:
    """Read a discount by its code."""
    return shown(await wired(Discounts).read(DISCOUNT, code))


@blueprint.patch("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.input(DiscountChanges, location="json")
@blueprint.output(Discount)
async def change_discount(code: str, json_data: DiscountChanges) -> Response:
    """Change a discount: what is not sent stays as it is.

    Prices follow at once, in lists and in carts.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Discounts).change
    return shown(await change(DISCOUNT, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_discount(code: str) -> Response:
    """Delete a discount that was never used.

    Refused with 409 `in_use` if a product names it; withdraw it instead.
    """
    by = principal().login_id
    await wired(Discounts).delete(DISCOUNT, code, expected=expected_version(), by=by)
    return no_content()


@blueprint.get("/<code>/preview")
@allow("catalogue:write")
@blueprint.output(Preview)
async def preview_discount(code: str) -> Response:
    """Show what a discount does to prices, or would if it ran today."""
    return json_response(await wired(Discounts).preview(code))
