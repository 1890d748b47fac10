"""The staff, for admins."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import etag, expected_version
from app.core.web.idempotency import confidential_identity
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.users.schemas import PeopleQuery
from app.users.staff.schemas import NewStaff, Staff, StaffChange
from app.users.staff.service import StaffDirectory

blueprint = APIBlueprint("staff", __name__, url_prefix="/api/v1/staff", tag="Staff")


@blueprint.get("")
@allow("users:write")
@blueprint.input(PeopleQuery, location="query")
@blueprint.output(Page[Staff])
async def list_staff(query_data: PeopleQuery) -> Response:
    """List the staff by name."""
    rows = await wired(StaffDirectory).page(
        query_data.q, query_data.limit + 1, after(query_data), active=query_data.active
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("users:write")
@describe(409, idempotent=True)
@blueprint.input(NewStaff, location="json")
@blueprint.output(Staff, status_code=201)
async def create_staff(json_data: NewStaff) -> Response:
    """Take on a clerk or an admin, with a first password."""
    create = wired(StaffDirectory).create
    return (await create(json_data, principal().login_id, confidential_identity())).response()


@blueprint.get("/<int:staff_id>")
@allow("users:write")
@blueprint.output(Staff)
async def read_staff(staff_id: int) -> Response:
    """Read a member of staff."""
    text, version = await wired(StaffDirectory).read(staff_id)
    return json_response(text, headers={"ETag": etag(version)})


@blueprint.patch("/<int:staff_id>")
@allow("users:write")
@describe(409, conditional=True)
@blueprint.input(StaffChange, location="json")
@blueprint.output(Staff)
async def change_staff(staff_id: int, json_data: StaffChange) -> Response:
    """Change a member of staff's name, role or password, or whether they may log in.

    A new password, and `active: false`, end their sessions. An active admin has to be left.
    """
    text, version = await wired(StaffDirectory).change(
        staff_id, changes(json_data), expected_version(), principal().login_id
    )
    return json_response(text, headers={"ETag": etag(version)})


@blueprint.delete("/<int:staff_id>")
@allow("users:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_staff(staff_id: int) -> Response:
    """Delete a member of staff who has done nothing yet; deactivate others."""
    await wired(StaffDirectory).delete(staff_id, expected_version(), principal().login_id)
    return no_content()
