"""How one thing of the catalogue becomes an answer."""

from flask import Response, request

from app.core.conditional import etag
from app.core.json import json_response
from app.product.repository import Found


def shown(found: Found) -> Response:
    """Return the thing with its version as `ETag`.

    The tag is for `If-Match`, and not for caches, which are told to store nothing: a product's
    price and stock change without a new version.
    """
    return json_response(found.json, headers={"ETag": etag(found.version)})


def created(found: Found, code: str) -> Response:
    """Return the new thing with the code, and where it is."""
    place = f"{request.path}/{code}"
    return json_response(found.json, 201, {"ETag": etag(found.version), "Location": place})
