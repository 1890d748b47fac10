"""Conditional requests (RFC 9110, section 13): `If-Match` for changes, `If-None-Match` for reads.

An `ETag` is a resource's version, as `"v3"`. That of what everybody may read says also what was sent,
as `"v3-1f0c53a5b8d2e694"`: what is shown, such as a price, may change without a new version.
"""

import re
from hashlib import sha256
from http import HTTPStatus

from flask import Response, request

from app.core.web.errors import BadRequest, PreconditionFailed
from app.core.web.http import Answer
from app.core.web.json import json_response
from app.core.wiring import present

_TAG = re.compile(r'\s*(?:W/)?"([\x21\x23-\x7e]*)"\s*', re.ASCII)
_VERSION = re.compile(r"v([1-9][0-9]{0,8})(?:-[0-9a-f]{16})?", re.ASCII)

NO_VERSION = 0
"""A version that nothing has: they start at 1."""


def etag(version: int) -> str:
    """Return the `ETag` of a resource's version: `"v3"`."""
    return f'"v{version}"'


def expected_version() -> int | None:
    """Return the version that the request's `If-Match` asks for; None if any will do.

    Only the version of a tag counts, not what was sent with it. NGINX weakens tags when it
    compresses, so `W/"v3"` counts as `"v3"`. Versions only grow, so of
    several only the greatest can be the current one. Tags that are none of ours match nothing:
    NO_VERSION. Raises BadRequest for what is not a list of tags.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    versions = [NO_VERSION]
    for part in header.split(","):
        tag = _TAG.fullmatch(part)
        if tag is None:
            raise BadRequest('If-Match must hold entity tags like "v3", or *.')
        version = _VERSION.fullmatch(tag[1])
        versions.append(int(version[1]) if version else NO_VERSION)
    return max(versions)


def check_version(current: int, expected: int | None) -> None:
    """Raise PreconditionFailed, with the current `ETag`, unless `expected` is it or None."""
    if expected is not None and expected != current:
        raise PreconditionFailed(
            "It has been changed since it was read; read it again.",
            headers={"ETag": etag(current)},
        )


def revalidated(body: str, version: int) -> Response:
    """Return JSON that everybody may read and keep, if they ask each time whether it still holds.

    The answer is 304, without the body, to an `If-None-Match` that names it: what is shown was read all the
    same, as nobody but the database knows. Needs a GET or HEAD under way.
    """
    text = body.encode()
    tag = f'"v{version}-{sha256(text).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if has_already(tag):
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return json_response(text, headers=headers)


def has_already(tag: str) -> bool:
    """Say whether an `If-None-Match` names `tag`: its client has what would be sent. Needs a request under way."""
    kept = present(request).environ.get("HTTP_IF_NONE_MATCH")
    return kept is not None and _names(kept, tag)


def for_good(content: bytes | None, media_type: str, tag: str) -> Response:
    """Return what never changes, which whoever has it need not ask for again; None is 304: has_already()."""
    headers = {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable"}
    if content is None:
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer([content], headers={**headers, "Content-Type": media_type})


def _names(header: str, tag: str) -> bool:
    """Say whether an `If-None-Match` names a tag, weakened or not; what is no list of tags names nothing."""
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == tag for part in header.split(","))
