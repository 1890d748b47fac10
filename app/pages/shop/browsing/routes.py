"""The pages of the catalogue."""

from typing import Any

import orjson
from flask import Response, request

from app.core.web.paging import after, part
from app.core.wiring import wired
from app.pages.frame.errors import page_blueprint
from app.pages.frame.guards import open_page
from app.pages.frame.rendering import render
from app.pages.shop.browsing.asking import asked
from app.pages.shop.browsing.service import Shelves

blueprint = page_blueprint("browsing")


@blueprint.get("/")
@open_page
async def home() -> Response:
    """Show what there is: categories, and some goods."""
    shelves = wired(Shelves)
    return render("shop/home.html", home=await shelves.home(), tree=await shelves.trees.read())


@blueprint.get("/products")
@open_page
async def list_products() -> Response:
    """Show a part of the catalogue: of a category, of a search, of what is filtered."""
    wanted = asked(request.args)
    shelf = await wired(Shelves).find(wanted.query, after(wanted.unfaceted))
    items, cursor = part(shelf.rows, wanted.unfaceted)
    shown: dict[str, Any] = {"items": [orjson.loads(each) for each in items], "cursor": cursor}
    tree = await wired(Shelves).trees.read()
    return render("shop/list.html", wanted=wanted, shelf=shelf, tree=tree, **shown)


@blueprint.get("/products/<code>")
@open_page
async def show_product(code: str) -> Response:
    """Show a product."""
    shelves = wired(Shelves)
    product: dict[str, Any] = await shelves.read(code)
    return render("shop/product.html", product=product, tree=await shelves.trees.read())
