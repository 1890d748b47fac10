"""What suppliers sell, over HTTP: for staff."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from app.core.web.conditional import etag, expected_version
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.articles.schemas import Article, ArticleQuery, NewArticle
from app.inventory.articles.service import Articles

blueprint = APIBlueprint("supplier_articles", __name__, url_prefix="/api/v1", tag="Suppliers")

_SAID_ANEW: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {"description": "It was said anew.", "content": {"application/json": {}}}
}


@blueprint.get("/suppliers/<code>/articles")
@allow("stock:read")
@blueprint.input(ArticleQuery, location="query")
@blueprint.output(Page[Article])
async def list_articles(code: str, query_data: ArticleQuery) -> Response:
    """List what a supplier sells, the product first that the shop knew first."""
    rows = await wired(Articles).of_supplier(code, query_data.limit + 1, after(query_data))
    return page(rows, query_data)


@blueprint.get("/products/<code>/suppliers")
@allow("stock:read")
@blueprint.input(ArticleQuery, location="query")
@blueprint.output(Page[Article])
async def list_suppliers_of_product(code: str, query_data: ArticleQuery) -> Response:
    """List who sells a product, and how."""
    rows = await wired(Articles).of_product(code, query_data.limit + 1, after(query_data))
    return page(rows, query_data)


@blueprint.get("/suppliers/<code>/articles/<product>")
@allow("stock:read")
@blueprint.output(Article)
async def read_article(code: str, product: str) -> Response:
    """Read how a supplier sells a product."""
    body, version = await wired(Articles).read(code, product)
    return json_response(body, headers={"ETag": etag(version)})


@blueprint.put("/suppliers/<code>/articles/<product>")
@allow("stock:write")
@describe(conditional=True)
@blueprint.input(NewArticle, location="json")
@blueprint.output(Article, status_code=201)
@blueprint.doc(responses=_SAID_ANEW)
async def put_article(code: str, product: str, json_data: NewArticle) -> Response:
    """Say how a supplier sells a product, in place of all that was said before: 201 for the first time, then 200."""
    put = wired(Articles).put
    body, version, new = await put(
        code, product, json_data, expected_version(), principal().login_id
    )
    headers = {"ETag": etag(version), **({"Location": request.path} if new else {})}
    return json_response(body, 201 if new else 200, headers)


@blueprint.delete("/suppliers/<code>/articles/<product>")
@allow("stock:write")
@describe(conditional=True)
@blueprint.output({}, status_code=204)
async def delete_article(code: str, product: str) -> Response:
    """Say that a supplier does not sell a product any more."""
    await wired(Articles).delete(code, product, expected_version(), principal().login_id)
    return no_content()
