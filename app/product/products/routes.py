"""Products over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import FILE_BODY, LINES_BODY, takes
from app.core.web.conditional import expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import no_content
from app.core.web.openapi import describe
from app.core.web.paging import after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal, public
from app.core.wiring import wired
from app.product.answers import created, offered, shown
from app.product.images.service import Images
from app.product.images.sifted import MEDIA_TYPES
from app.product.products.kind import PRODUCT
from app.product.products.schemas import (
    NewProduct,
    ProductChanges,
    ProductDetails,
    ProductPage,
    ProductQuery,
)
from app.product.products.service import Products

blueprint = APIBlueprint("products", __name__, url_prefix="/api/v1/products", tag="Products")


@blueprint.get("")
@public
@blueprint.input(ProductQuery, location="query")
@blueprint.output(ProductPage)
async def list_products(query_data: ProductQuery) -> Response:
    """List products: find them by words, brand, category, price and stock.

    A page looks at so many products and no more: one for what hardly any product is (such as `in_stock=false`) may end before
    it is full, or be empty, and have a `next` all the same. Go on until `next` is null.

    `facets` counts what the whole list has, on all its pages: how many products of each brand and category (the hundred that have
    most), in each range of prices, and with each allergen. Up to a thousand products are counted; where `more` is true, counts are
    at least that. Of a shop of more, all that is on sale is counted each hour (`counted_at`).
    """
    asked = query_data.model_copy(update={"facets": None})
    limit = query_data.limit + 1
    found = await wired(Products).find(query_data, limit=limit, after=after(asked))
    return page(found.rows, asked, found.members())


@blueprint.post("")
@allow("catalogue:write", longest_body=LINES_BODY)
@describe(409)
@blueprint.input(NewProduct, location="json")
@blueprint.output(ProductDetails, status_code=201)
@idempotent
async def create_product(json_data: NewProduct) -> Response:
    """Add a product.

    Refused with 409 `already_exists` for a code that is taken, or a barcode or PLU: `detail` names the product
    that has it. With or without zeros in front it is the same number.
    """
    values = json_data.model_dump()
    found = await wired(Products).create(PRODUCT, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@public
@describe(kept=True)
@blueprint.output(ProductDetails)
async def read_product(code: str) -> Response:
    """Read a product by its code."""
    return offered(await wired(Products).read(PRODUCT, code))


@blueprint.patch("/<code>")
@allow("catalogue:write", longest_body=LINES_BODY)
@describe(409, conditional=True)
@blueprint.input(ProductChanges, location="json")
@blueprint.output(ProductDetails)
async def change_product(code: str, json_data: ProductChanges) -> Response:
    """Change a product: what is not sent stays as it is.

    A new price is charged at once, in carts too. `other_barcodes` replaces all of them. Refused with 409
    `already_exists` for a barcode or PLU that another product has, which `detail` names, and `in_use` for the
    unit of a product with stock.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Products).change
    return shown(await change(PRODUCT, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_product(code: str) -> Response:
    """Delete a product that was never used.

    Refused with 409 `in_use` if it was ever stocked, put into a cart or sold; withdraw it instead.
    """
    by = principal().login_id
    await wired(Products).delete(PRODUCT, code, expected=expected_version(), by=by)
    return no_content()


@blueprint.put("/<code>/image")
@allow("catalogue:write", longest_body=FILE_BODY)
@describe(conditional=True)
@takes(*MEDIA_TYPES)
@blueprint.output(ProductDetails)
async def put_product_image(code: str, body: bytes) -> Response:
    """Have a product show the picture whose file is the body: a JPEG, PNG or WebP.

    What the request says of its type does not count. Of the file only what is seen is kept, upright, in sRGB and in three
    sizes: no places, names or times that cameras write down. What was read as `large` before is taken as it is. Refused with
    422 `not_an_image` for what is none of these, damaged or animated, and with `image_too_large` above 25 million pixels
    (WebP: 6 million).
    """
    by, expected = principal().login_id, expected_version()
    return shown(await wired(Images).put(PRODUCT, code, body, expected=expected, by=by))


@blueprint.delete("/<code>/image")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.output({}, status_code=204)
async def remove_product_image(code: str) -> Response:
    """Have a product show no picture."""
    by, expected = principal().login_id, expected_version()
    await wired(Images).remove(PRODUCT, code, expected=expected, by=by)
    return no_content()
