"""Categories over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import FILE_BODY, takes
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
from app.product.images.service import Images
from app.product.images.sifted import MEDIA_TYPES
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


@blueprint.put("/<code>/image")
@allow("catalogue:write", longest_body=FILE_BODY)
@describe(conditional=True)
@takes(*MEDIA_TYPES)
@blueprint.output(Category)
async def put_category_image(code: str, body: bytes) -> Response:
    """Have a category show the picture whose file is the body: a JPEG, PNG or WebP.

    What the request says of its type does not count. Of the file only what is seen is kept, upright, in sRGB and in three
    sizes: no places, names or times that cameras write down. What was read as `large` before is taken as it is. Refused with
    422 `not_an_image` for what is none of these, damaged or animated, and with `image_too_large` above 25 million pixels
    (WebP: 6 million).
    """
    by, expected = principal().login_id, expected_version()
    return shown(await wired(Images).put(CATEGORY, code, body, expected=expected, by=by))


@blueprint.delete("/<code>/image")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.output({}, status_code=204)
async def remove_category_image(code: str) -> Response:
    """Have a category show no picture."""
    by, expected = principal().login_id, expected_version()
    await wired(Images).remove(CATEGORY, code, expected=expected, by=by)
    return no_content()
