"""Suggestions over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.json import json_response
from app.core.web.security import public
from app.core.wiring import wired
from app.product.suggestions.schemas import SuggestionQuery, Suggestions
from app.product.suggestions.service import Suggester

blueprint = APIBlueprint("suggestions", __name__, url_prefix="/api/v1/suggestions", tag="Products")


@blueprint.get("")
@public
@blueprint.input(SuggestionQuery, location="query")
@blueprint.output(Suggestions)
async def suggest(query_data: SuggestionQuery) -> Response:
    """Complete what is typed into a search box: words first, then products on sale whose names begin so.

    The shortest words come first, and the products that sold most. Chosen is from the first three hundred of each in the order of the
    alphabet. Typing errors are left to the search itself. A word may be
    one of ingredients, or of a product that was withdrawn.
    """
    return json_response(await wired(Suggester).suggest(query_data.q))
