"""Logging in and out."""

from apiflask import APIBlueprint
from flask import Response, request

from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, PageQuery, after, page
from app.core.web.security import allow, principal, public
from app.core.wiring import wired
from app.login.peers import peer
from app.login.schemas import Credentials, CurrentUser, PasswordChange, Session, SignedIn
from app.login.service import Sessions

blueprint = APIBlueprint("login", __name__, url_prefix="/api/v1/login", tag="Login")


@blueprint.post("")
@public
@describe(401, 429)
@blueprint.input(Credentials, location="json")
@blueprint.output(SignedIn, status_code=201)
async def sign_in(json_data: Credentials) -> Response:
    """Log in.

    The token is shown this once. Too many tries on one account from one network, or from one address
    at all, are refused for a while. Many on one account from everywhere make each further one wait, but
    not where somebody has logged in to it before.
    """
    made = await wired(Sessions).sign_in(json_data.email, json_data.password, peer())
    return json_response(made, 201, {"Location": request.path})


@blueprint.get("")
@allow("account:own")
@blueprint.output(CurrentUser)
async def read_current_user() -> Response:
    """Read who is logged in."""
    return json_response(await wired(Sessions).current(principal()))


@blueprint.delete("")
@allow("account:own")
@blueprint.output({}, status_code=204)
async def sign_out() -> Response:
    """Log out: end the session that asks."""
    await wired(Sessions).sign_out(principal())
    return no_content()


@blueprint.get("/sessions")
@allow("account:own")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Page[Session])
async def list_sessions(query_data: PageQuery) -> Response:
    """List one's own sessions, newest first."""
    rows = await wired(Sessions).all_of(principal(), query_data.limit + 1, after(query_data))
    return page(rows, query_data)


@blueprint.delete("/sessions/<int:session_id>")
@allow("account:own")
@blueprint.output({}, status_code=204)
async def end_session(session_id: int) -> Response:
    """End one of one's own sessions."""
    await wired(Sessions).end(principal(), session_id)
    return no_content()


@blueprint.put("/password")
@allow("account:own")
@describe(409, 429)
@blueprint.input(PasswordChange, location="json")
@blueprint.output({}, status_code=204)
async def change_password(json_data: PasswordChange) -> Response:
    """Change one's own password; one's other sessions end."""
    old, new = json_data.current_password, json_data.new_password
    await wired(Sessions).change_password(principal(), old, new)
    return no_content()
