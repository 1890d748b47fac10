"""Words that mean the same, over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import FILE_BODY
from app.core.web.conditional import expected_version
from app.core.web.openapi import describe
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.product.answers import shown
from app.product.synonyms.schemas import NewSynonyms, Synonyms
from app.product.synonyms.service import SynonymList

blueprint = APIBlueprint("synonyms", __name__, url_prefix="/api/v1/synonyms", tag="Synonyms")


@blueprint.get("")
@allow("catalogue:write")
@blueprint.output(Synonyms)
async def read_synonyms() -> Response:
    """Read all groups of words that mean the same to the search."""
    return shown(await wired(SynonymList).read())


@blueprint.put("")
@allow("catalogue:write", longest_body=FILE_BODY)
@describe(conditional=True)
@blueprint.input(NewSynonyms, location="json")
@blueprint.output(Synonyms)
async def replace_synonyms(json_data: NewSynonyms) -> Response:
    """Say which words mean the same to the search: these groups, and no others from now on.

    Who looks for one word of a group finds what has another one, at once. Words are compared without case, accents and signs, and
    whole: write a plural beside its singular. A word is in one group only.
    """
    groups, by = json_data.groups, principal().login_id
    found = await wired(SynonymList).replace(groups, expected=expected_version(), by=by)
    return shown(found)
