"""Proposals of what to order, over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import LINES_BODY
from app.core.web.idempotency import request_identity
from app.core.web.openapi import describe
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.proposals.schemas import Proposals as Drafts
from app.inventory.proposals.schemas import WantedProposals
from app.inventory.proposals.service import Proposals

blueprint = APIBlueprint("proposals", __name__, url_prefix="/api/v1", tag="Invoice requests")


@blueprint.post("/invoice-requests/proposals")
@allow("stock:write", longest_body=LINES_BODY)
@describe(409, idempotent=True)
@blueprint.input(WantedProposals)
@blueprint.output(Drafts)
async def propose_invoice_requests(json_data: WantedProposals) -> Response:
    """Draft what should be ordered from suppliers, by what sold in the last eight weeks; each line says `why`.

    A product is ordered from the supplier that is preferred for it, else from the cheapest, to last from the next delivery to
    the one after it. What was proposed before and nobody has touched, this takes the place of; other drafts count as ordered. Looks
    at 2000 products at most.
    """
    answer = await wired(Proposals).propose(json_data, principal().login_id, request_identity())
    return answer.response()
