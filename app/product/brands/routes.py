"""Brands over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal, public
from app.core.wiring import wired
from app.product.answers import created, offered, shown
from app.product.brands.kind import BRAND
from app.product.brands.schemas import Brand, BrandChanges, NewBrand
from app.product.schemas import ListQuery
from app.product.service import Catalogue

blueprint = APIBlueprint("brands", __name__, url_prefix="/api/v1/brands", tag="Brands")


@blueprint.get("")
@public
@blueprint.input(ListQuery, location="query")
@blueprint.output(Page[Brand])
async def list_brands(query_data: ListQuery) -> Response:
    """List brands by name."""
    rows = await wired(Catalogue).page(
        BRAND, active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewBrand, location="json")
@blueprint.output(Brand, status_code=201)
@idempotent
async def create_brand(json_data: NewBrand) -> Response:
    """Add a brand."""
    values = json_data.model_dump()
    found = await wired(Catalogue).create(BRAND, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@public
@describe(kept=True)
@blueprint.output(Brand)
async def read_brand(code: str) -> Response:
    """Read a brand by its code."""
    return offered(await wired(Catalogue).read(BRAND, code))


@blueprint.patch("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.input(BrandChanges, location="json")
@blueprint.output(Brand)
async def change_brand(code: str, json_data: BrandChanges) -> Response:
    """Change a brand: what is not sent stays as it is.

    `active: false` withdraws it; its products stay. More than two hundred products are
    found by a new name some minutes later, and by the old one until then.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Catalogue).change
    return shown(await change(BRAND, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_brand(code: str) -> Response:
    """Delete a brand that was never used.

    Refused with 409 `in_use` if a product has it; withdraw it instead.
    """
    by = principal().login_id
    await wired(Catalogue).delete(BRAND, code, expected=expected_version(), by=by)
    return no_content()
