"""Requests that may be sent twice and are done once: `Idempotency-Key`.

The first answer is stored in the transaction that did the work: both are there, or neither.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

import orjson
from flask import Response, request

from app.core.database import Manager
from app.core.errors import Conflict, FieldError, Invalid
from app.core.json import json_response
from app.core.metrics import REPLAYS
from app.core.security import principal
from app.core.statement import Statement

_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)

# Transaction-level, so that it ends with the work. A duplicate INSERT would wait for the first
# request instead of saying that it is still running.
_LOCK = Statement("SELECT pg_try_advisory_xact_lock(%(lock)s)", read=False)
_FIND = Statement("""
    SELECT request_hash, status, body, headers::text FROM idempotency_key
    WHERE principal = %(principal)s AND route = %(route)s AND key = %(key)s
""")
_STORE = Statement("""
    INSERT INTO idempotency_key (principal, route, key, request_hash, status, body, headers)
    VALUES (%(principal)s, %(route)s, %(key)s, %(request_hash)s, %(status)s, %(body)s,
            %(headers)s::jsonb)
""")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to keep: its status, its JSON, and headers like `Location`."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return the answer to send."""
        return json_response(self.body, self.status, self.headers)


class RequestIdentity(TypedDict):
    """What makes two requests the same one: the arguments of once()."""

    principal_key: str
    route: str
    key: str | None
    request: bytes


def request_identity() -> RequestIdentity:
    """Return the identity of the request under way. For views behind `@allow`.

    Its route is the method and the whole path: a key that was used on one purchase is free on
    another.
    """
    return RequestIdentity(
        principal_key=principal().key,
        route=f"{request.method} {request.path}",
        key=request.headers.get("Idempotency-Key"),
        request=request.get_data(),
    )


async def once(
    manager: Manager,
    *,
    principal_key: str,
    route: str,
    key: str | None,
    request: bytes,
    work: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Await `work` in one transaction and return its answer, the stored one if it was done before.

    Only answers of 2xx are kept. Without a `key` every request is a new one. Raises Invalid for a
    key that is not 1 to 200 visible ASCII characters or that came with another `request`, and
    Conflict while the first request still runs. `work` may run again after a serialisation failure.
    """
    if key is None:
        return await manager.transaction(work)
    if not _KEY.fullmatch(key):
        error = FieldError("/header/Idempotency-Key", "must be 1 to 200 visible ASCII characters")
        raise Invalid("The Idempotency-Key is wrong.", errors=[error])
    names = {"principal": principal_key, "route": route, "key": key}
    request_hash = hashlib.sha256(request).digest()

    async def attempt() -> Answer:
        if not await manager.fetch_value(_LOCK, lock=_lock_number(names)):
            raise Conflict(
                "The first request with this Idempotency-Key is still running.",
                code="in_progress",
                headers={"Retry-After": "1"},
            )
        if stored := await manager.fetch_one(_FIND, **names):
            manager.after_commit(REPLAYS.inc)
            return _replay(request_hash, *stored)
        answer = await work()
        if 200 <= answer.status <= 299:  # noqa: PLR2004 - what HTTP calls success
            await manager.run(
                _STORE,
                **names,
                request_hash=request_hash,
                status=answer.status,
                body=answer.body.decode(),
                headers=orjson.dumps(dict(answer.headers)).decode(),
            )
        return answer

    return await manager.transaction(attempt)


def _lock_number(names: Mapping[str, str]) -> int:
    """Return 64 bits, signed, that stand for the names; of two that meet, one waits its turn."""
    digest = hashlib.sha256("\0".join(names.values()).encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _replay(
    request_hash: bytes, stored_hash: bytes, status: int, body: str, headers: str
) -> Answer:
    if bytes(stored_hash) != request_hash:
        raise Invalid(
            "This Idempotency-Key came with another request before.", code="idempotency_mismatch"
        )
    replayed = {**orjson.loads(headers), "Idempotency-Replayed": "true"}
    return Answer(status, body.encode(), replayed)
