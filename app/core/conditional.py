"""Versions of resources in `ETag` and `If-Match` (RFC 9110, section 13)."""

import re

from flask import request

from app.core.errors import BadRequest, PreconditionFailed

_TAG = re.compile(r'\s*(?:W/)?"([\x21\x23-\x7e]*)"\s*', re.ASCII)
_VERSION = re.compile(r"v([1-9][0-9]{0,8})", re.ASCII)

NO_VERSION = 0
"""A version that nothing has: they start at 1."""


def etag(version: int) -> str:
    """Return the `ETag` of a resource's version: `"v3"`."""
    return f'"v{version}"'


def expected_version() -> int | None:
    """Return the version that the request's `If-Match` asks for; None if any will do.

    NGINX weakens tags when it compresses, so `W/"v3"` counts as `"v3"`. Versions only grow, so of
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
