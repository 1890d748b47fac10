"""Categories over HTTP."""

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
from app.product.categories.kind import CATEGORY
from app.product.categories.schemas import Category, CategoryChanges, NewCategory
from app.product.schemas import ListQuery
from app.product.service import Catalogue

blueprint = APIBlueprint("categories", __name__, url_prefix="/api/v1/categories", tag="Categories")


@blueprint.get("")
@public
@blueprint.input(ListQuery, location="query")
@blueprint.output(Page[Category])
async def list_categories(query_data: ListQuery) -> Response:
    """List categories by name."""
    rows = await wired(Catalogue).page(
        CATEGORY, active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewCategory, location="json")
@blueprint.output(Category, status_code=201)
@idempotent
async def create_category(json_data: NewCategory) -> Response:
    """Add a category."""
    values = json_data.model_dump()
    found = await wired(Catalogue).create(CATEGORY, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@public
@describe(kept=True)
@blueprint.output(Category)
async def read_category(code: str) -> Response:
    """Read a category by its code."""
    return offered(await wired(Catalogue).read(CATEGORY, code))


@blueprint.patch("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.input(CategoryChanges, location="json")
@blueprint.output(Category)
async def change_category(code: str, json_data: CategoryChanges) -> Response:
    """Change a category: what is not sent stays as it is.

    `parent` moves it with all below it; `active: false` withdraws it. More than two hundred products are
    found by a new name some minutes later, and by the old one until then.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Catalogue).change
    return shown(await change(CATEGORY, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_category(code: str) -> Response:
    """Delete a category that was never used.

    Refused with 409 `in_use` if a product or a category is in it; withdraw it instead.
    """
    by = principal().login_id
    await wired(Catalogue).delete(CATEGORY, code, expected=expected_version(), by=by)
    return no_content()
