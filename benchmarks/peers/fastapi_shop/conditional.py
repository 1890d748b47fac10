"""Answers that everybody may keep, if they ask each time whether they still hold (RFC 9110, section 13)."""

import hashlib

from fastapi import Request, Response

JSON = "application/json"


def revalidated(request: Request, body: bytes, version: int) -> Response:
    """Return the JSON with its `ETag`; 304 without it to an `If-None-Match` that names it."""
    tag = f'"v{version}-{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    kept = request.headers.get("if-none-match")
    if kept is not None and _names(kept, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON)


def _names(header: str, tag: str) -> bool:
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == tag for part in header.split(","))
