"""Markdowns, and what they reduce, over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, PageQuery, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal, public
from app.core.wiring import wired
from app.product.answers import created, shown
from app.product.markdowns.kind import MARKDOWN
from app.product.markdowns.schemas import Markdown, MarkdownChanges, NewMarkdown, ReducedGoods
from app.product.markdowns.service import Reduced
from app.product.schemas import ListQuery
from app.product.service import Catalogue

blueprint = APIBlueprint("markdowns", __name__, url_prefix="/api/v1/markdowns", tag="Markdowns")
reduced = APIBlueprint("reduced", __name__, url_prefix="/api/v1/reduced", tag="Products")


@reduced.get("")
@public
@reduced.input(PageQuery, location="query")
@reduced.output(Page[ReducedGoods])
async def list_reduced(query_data: PageQuery) -> Response:
    """List reduced goods: what is close to its last day, the closest first.

    A page looks at the next two thousand lots: it may end before it is full, or be empty, and have a `next` all the same.
    """
    return page(await wired(Reduced).page(query_data.limit + 1, after(query_data)), query_data)


@blueprint.get("")
@allow("catalogue:write")
@blueprint.input(ListQuery, location="query")
@blueprint.output(Page[Markdown])
async def list_markdowns(query_data: ListQuery) -> Response:
    """List markdowns by name."""
    rows = await wired(Catalogue).page(
        MARKDOWN, active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewMarkdown, location="json")
@blueprint.output(Markdown, status_code=201)
@idempotent
async def create_markdown(json_data: NewMarkdown) -> Response:
    """Add a markdown."""
    values = json_data.model_dump()
    found = await wired(Catalogue).create(MARKDOWN, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@allow("catalogue:write")
@blueprint.output(Markdown)
async def read_markdown(code: str) -> Response:
    """Read a markdown by its code."""
    return shown(await wired(Catalogue).read(MARKDOWN, code))


@blueprint.patch("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.input(MarkdownChanges, location="json")
@blueprint.output(Markdown)
async def change_markdown(code: str, json_data: MarkdownChanges) -> Response:
    """Change a markdown: what is not sent stays as it is.

    Prices and carts follow at once; what was sold stays as it was.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Catalogue).change
    return shown(await change(MARKDOWN, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.output({}, status_code=204)
async def delete_markdown(code: str) -> Response:
    """Delete a markdown. What it reduces is sold at its full price again."""
    by = principal().login_id
    await wired(Catalogue).delete(MARKDOWN, code, expected=expected_version(), by=by)
    return no_content()
