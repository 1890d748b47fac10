"""`/openapi.json` and `/docs`; served only where `http.docs` is on. Nothing comes from the internet."""

import hashlib
from functools import lru_cache
from http import HTTPStatus
from importlib.resources import files
from typing import cast

import flask_swagger_ui
from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, request, send_from_directory

from app.core.settings import Settings
from app.core.web import NotFound
from app.core.web.json import dumps
from app.core.web.security import public
from app.core.wiring import wired

blueprint = APIBlueprint("apidocs", __name__, enable_openapi=False)
front = APIBlueprint("front", __name__, enable_openapi=False)

_HERE = files("app.apidocs")
_ASSETS = files(flask_swagger_ui).joinpath("dist")
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_A_DAY = 86_400


@front.before_request
@blueprint.before_request
def refuse_where_off() -> None:
    """Answer 404, as if there were no docs, where the setting says so."""
    if not wired(Settings).http.docs:
        raise NotFound


@blueprint.get("/openapi.json")
@public
def read_description() -> Response:
    """Read the API's description: OpenAPI 3.1."""
    # Routes do not change while the app serves, so neither does their description.
    text = _description(cast("APIFlask", current_app), request.script_root)
    response = Response(text, mimetype="application/json")
    response.set_etag(hashlib.sha256(text).hexdigest()[:16])
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


@lru_cache(maxsize=4)
def _description(app: APIFlask, root: str) -> bytes:
    return dumps(dict(cast("dict[str, object]", app.spec), servers=[{"url": root or "/"}]))


@front.get("/")
@public
def read_root() -> Response:
    """Lead a person who opens the server's address to the docs."""
    return Response(status=HTTPStatus.FOUND, headers={"Location": "/docs"})


@blueprint.get("/docs")
@public
def read_page() -> Response:
    """Show the API's description to a person."""
    page = Response(_HERE.joinpath("page.html").read_bytes(), mimetype="text/html")
    page.headers["Content-Security-Policy"] = _CONTENT_SECURITY_POLICY
    return page


@blueprint.get("/docs/page.js")
@public
def read_script() -> Response:
    """Start the page."""
    return Response(_HERE.joinpath("page.js").read_bytes(), mimetype="text/javascript")


@blueprint.get("/docs/assets/<path:name>")
@public
def read_asset(name: str) -> Response:
    """Read one of Swagger UI's files."""
    return send_from_directory(str(_ASSETS), name, max_age=_A_DAY)
