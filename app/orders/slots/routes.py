"""Pick-up slots over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import LINES_BODY
from app.core.web.conditional import etag, expected_version
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.security import allow, principal, public
from app.core.wiring import wired
from app.orders.slots import service
from app.orders.slots.repository import FoundPlan
from app.orders.slots.schemas import NewPlan, Plan, SlotQuery, Slots

blueprint = APIBlueprint("slots", __name__, url_prefix="/api/v1/slots", tag="Slots")


@blueprint.get("")
@public
@blueprint.input(SlotQuery, location="query")
@blueprint.output(Slots)
async def list_slots(query_data: SlotQuery) -> Response:
    """List the windows in which goods can be collected, with the places that are left.

    Those of the days asked for that are not over and not too far ahead to be ordered for.
    """
    return json_response(await wired(service.Slots).list(query_data.from_, query_data.until))


@blueprint.get("/plan")
@allow("sales:write")
@blueprint.output(Plan)
async def read_slot_plan() -> Response:
    """Read the hours that the windows follow from."""
    return _shown(await wired(service.Slots).read_plan())


@blueprint.put("/plan")
@allow("sales:write", longest_body=LINES_BODY)
@describe(conditional=True)
@blueprint.input(NewPlan, location="json")
@blueprint.output(Plan)
async def replace_slot_plan(json_data: NewPlan) -> Response:
    """Say in which hours goods are collected: these, and no others from now on.

    Patterns hold on weekdays, exceptions on a day instead of all patterns. Windows must not overlap. While there is any
    pattern, or day with windows, that is not over, checkout wants a window to be named. What was ordered keeps its window; of a
    window that starts when another one did, the places that were taken stay taken.
    """
    replace, by = wired(service.Slots).replace_plan, principal().login_id
    return _shown(await replace(json_data, expected=expected_version(), by=by))


def _shown(found: FoundPlan) -> Response:
    return json_response(found.json, headers={"ETag": etag(found.version)})
