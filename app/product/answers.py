"""How one thing of the catalogue becomes an answer."""

from flask import Response, request

from app.core.web.conditional import etag, revalidated
from app.core.web.json import json_response
from app.product.repository import Found


def shown(found: Found) -> Response:
    """Return the thing to staff, who may change it, with its version as `ETag`."""
    return json_response(found.json, headers={"ETag": etag(found.version)})


def offered(found: Found) -> Response:
    """Return the thing to everybody, who may keep it and ask whether it still holds."""
    return revalidated(found.json, found.version)


def created(found: Found, code: str) -> Response:
    """Return the new thing with the code, and where it is."""
    place = f"{request.path}/{code}"
    return json_response(found.json, 201, {"ETag": etag(found.version), "Location": place})
