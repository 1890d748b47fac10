"""Lists in pages, by keyset: a page starts behind the sort key of the last row of the one before.

A cursor carries that sort key. It is signed, and bound to the list it came from: its path, its
filters and its order.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from flask import Response, request
from pydantic import Field

from app.core.web.errors import FieldError, Invalid
from app.core.web.json import json_response
from app.core.web.schema import Schema
from app.core.wiring import wired

Scalar = str | int | Decimal | date | datetime | UUID | None
Item = TypeVar("Item")

_SIGNATURE_BYTES = 16


class PageQuery(Schema):
    """The query of a list; a list's own schema adds its filters and its order."""

    limit: int = Field(default=20, ge=1, le=100, description="How many items at most.")
    cursor: str | None = Field(
        default=None, max_length=2000, description="The `next` of the page before; opaque."
    )


class Page(Schema, Generic[Item]):
    """One page of a list: `Page[Product]` documents it."""

    items: list[Item]
    next: str | None = Field(
        description="The cursor of the next page, which a page that is not full, or empty, may have too; null on the last one."
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the component of `Page[Product]` ProductPage."""
        return f"{params[0].__name__}Page"


def _tag(value: Scalar) -> Any:
    match value:
        case None | str() | int():
            return value
        case Decimal():
            return ["n", str(value)]
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case UUID():
            return ["u", str(value)]
    raise TypeError(f"{type(value).__name__} cannot be part of a sort key.")


_UNTAG: dict[str, Callable[[str], Scalar]] = {
    "n": Decimal,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
}


def _encode(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _decode(cursor: str) -> bytes:
    """Return the bytes of `cursor`; none of them if it is not exactly what _encode() returns."""
    try:
        sealed = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except ValueError:
        return b""
    # The decoder skips characters that it does not know.
    return sealed if _encode(sealed) == cursor else b""


def stale_cursor() -> Invalid:
    """Return what to raise for a cursor that leads nowhere in the list that was asked for."""
    return Invalid(
        "The cursor does not belong to this list.",
        errors=[FieldError("/query/cursor", "must be the `next` of this very list")],
    )


class Cursors:
    """Seals sort keys into cursors and opens them again; provide() one to each application."""

    def __init__(self, secret: str) -> None:
        # A key of its own: a signature made here is none anywhere else.
        self._key = hashlib.sha256(b"cursor:" + secret.encode()).digest()

    def seal(self, scope: str, key: Sequence[Scalar]) -> str:
        """Return the cursor for the place behind `key` in the list that `scope` names."""
        # Names of any script stay short enough for `cursor`: escapes would make six bytes of three.
        values = [_tag(value) for value in key]
        text = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
        return _encode(self._sign(scope, text) + text)

    def open(self, scope: str, cursor: str) -> tuple[Scalar, ...]:
        """Return the sort key, of the same types, that seal() was given.

        Raises Invalid for a cursor that was not sealed here for `scope`.
        """
        sealed = _decode(cursor)
        signature, text = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(scope, text)):
            raise stale_cursor()
        return tuple(
            _UNTAG[value[0]](value[1]) if isinstance(value, list) else value
            for value in json.loads(text)
        )

    def _sign(self, scope: str, text: bytes) -> bytes:
        message = len(scope.encode()).to_bytes(4) + scope.encode() + text
        return hmac.digest(self._key, message, "sha256")[:_SIGNATURE_BYTES]


def _scope(query: PageQuery) -> str:
    filters = query.model_dump_json(exclude={"limit", "cursor"})
    return f"{request.path}?{filters}"


def after(query: PageQuery) -> tuple[Scalar, ...] | None:
    """Return the sort key that the asked page starts behind; None for the first page.

    Raises Invalid for a cursor from another list, order or filter. Needs the request.
    """
    if query.cursor is None:
        return None
    return wired(Cursors).open(_scope(query), query.cursor)


def looked_through(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the rows (JSON, *sort key) to be shown, of (JSON, *sort key, hit, stops), for page().

    For a list that looks at so many rows for those that are wanted. A row is shown if it is a `hit`. The first one that
    `stops` ends the page, as what comes behind it was not looked at: it becomes a last row without JSON.
    """
    shown = []
    for row in rows:
        if row[-2]:
            shown.append(row[:-2])
        if row[-1]:
            shown.append((None, *row[1:-2]))
            break
    return shown


def part(rows: Sequence[Sequence[Any]], query: PageQuery) -> tuple[list[str], str | None]:
    """Return the JSON of what is on a page, and the cursor of the next one, None on the last.

    `rows` are `(item's JSON text, *sort key)` in order, up to `query.limit + 1` of them: the one
    too many only tells that there is more. So does a last one without an item, which is where the
    next page begins to look. Needs the request.
    """
    found = [row for row in rows if row[0] is not None]
    shown = found[: query.limit]
    last = shown[-1] if len(found) > query.limit else rows[-1] if len(found) < len(rows) else None
    cursor = None if last is None else wired(Cursors).seal(_scope(query), tuple(last[1:]))
    return [row[0] for row in shown], cursor


def page(rows: Sequence[Sequence[Any]], query: PageQuery, more: str = "") -> Response:
    """Return the answer `{"items": […], "next": …}`, with a `Link` where there is a next page.

    `rows` are those of part(). `more` is the JSON of further members. Needs the request.
    """
    shown, cursor = part(rows, query)
    items = ",".join(shown)
    if cursor is None:
        return json_response(f'{{"items":[{items}],"next":null{more}}}')
    parameters = {**request.args.to_dict(), "cursor": cursor}
    path = quote(request.script_root + request.path)
    link = f'<{path}?{urlencode(parameters)}>; rel="next"'
    return json_response(f'{{"items":[{items}],"next":"{cursor}"{more}}}', headers={"Link": link})
