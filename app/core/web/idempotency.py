"""Requests that may be sent twice and are done once: `Idempotency-Key`.

The first answer is stored in the transaction that did the work: both are there, or neither. A view is
@idempotent, or its service calls once() itself where some of its work must come before a transaction.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypedDict, cast

import orjson
from flask import Response, g, request

from app.core.database.manager import Manager
from app.core.database.sqlerrors import TransactionConflict
from app.core.database.statement import Statement
from app.core.settings.config import Settings
from app.core.telemetry.metrics import REPLAYS
from app.core.web.bodies import read_body
from app.core.web.errors import Conflict, FieldError, Invalid
from app.core.web.json import json_response
from app.core.web.security import principal
from app.core.wiring import present, wired

P = ParamSpec("P")

_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)

_CLAIM = Statement(
    "SELECT * FROM claim_idempotency_key(%(claim)s, %(principal)s, %(route)s, %(key)s)", read=False
)
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

    @classmethod
    def of(cls, response: Response) -> "Answer":
        """Return what to keep of a view's JSON."""
        headers = {n: v for n, v in response.headers if n not in {"Content-Type", "Content-Length"}}
        return cls(response.status_code, response.get_data(), headers)


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
        request=read_body(present(request)),
    )


def confidential_identity() -> RequestIdentity:
    """Return the identity of a request whose body has a secret in it, like a password.

    Only a keyed digest of the body is kept. Who has no token is known by it: to whoever sends another
    body, a key that somebody else chose is a new one.
    """
    secret = b"request:" + wired(Settings).secret.get_secret_value().encode()
    digest = hmac.digest(secret, read_body(present(request)), "sha256")
    known = g.get("principal")
    return RequestIdentity(
        principal_key=known.key if known else f"guest:{digest.hex()}",
        route=f"{request.method} {request.path}",
        key=request.headers.get("Idempotency-Key"),
        request=digest,
    )


UNREPEATED = RequestIdentity(principal_key="", route="", key=None, request=b"")
"""Of what no request asks for, but a command."""


def idempotent(
    view: Callable[P, Awaitable[Response]],
) -> Callable[P, Awaitable[Response]]:
    """Do once() what a view does, for requests with an `Idempotency-Key`. For views behind `@allow`.

    Put it directly above the view. All that the view does is one transaction then: what takes long
    without the database does not belong into it.
    """

    @wraps(view)
    async def done_once(*args: P.args, **kwargs: P.kwargs) -> Response:
        if "Idempotency-Key" not in request.headers:
            return await view(*args, **kwargs)

        async def work() -> Answer:
            return Answer.of(await view(*args, **kwargs))

        return (await once(wired(Manager), **request_identity(), work=work)).response()

    cast("Any", done_once).idempotent = True
    return done_once


async def once(  # noqa: PLR0913 - a request's identity, and what to do
    manager: Manager,
    *,
    principal_key: str,
    route: str,
    key: str | None,
    request: bytes,
    work: Callable[[], Awaitable[Answer]],
    one_statement: bool = False,
) -> Answer:
    """Await `work` in one transaction and return its answer, the stored one if it was done before.

    Only answers of 2xx are kept. Without a `key` every request is a new one. Raises Invalid for a
    key that is not 1 to 200 visible ASCII characters or that came with another `request`, and
    Conflict while the first request still runs. `work` may run again after a serialisation failure.
    If all that it changes is changed by `one_statement`, that needs no transaction around it but
    to keep the answer.
    """
    if key is None:
        return await (_alone(manager, work) if one_statement else manager.transaction(work))
    if not _KEY.fullmatch(key):
        error = FieldError("/header/Idempotency-Key", "must be 1 to 200 visible ASCII characters")
        raise Invalid("The Idempotency-Key is wrong.", errors=[error])
    names = {"principal": principal_key, "route": route, "key": key}
    request_hash = hashlib.sha256(request).digest()

    async def attempt() -> Answer:
        stored = await _claim(manager, names)
        if stored is not None:
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


async def _alone(manager: Manager, work: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await work()
    except TransactionConflict:
        # Nothing of it was done; a transaction is tried again as often as it takes.
        return await manager.transaction(work)


async def _claim(manager: Manager, names: Mapping[str, str]) -> tuple[Any, ...] | None:
    """Claim the request until the transaction ends; return the arguments of _replay() if it was done.

    Raises Conflict if another one has claimed it.
    """
    found = await manager.fetch_one(_CLAIM, claim=_claim_number(names), **names)
    claimed, *stored = found or (False,)
    if not claimed:
        raise Conflict(
            "The first request with this Idempotency-Key is still running.",
            code="in_progress",
            headers={"Retry-After": "1"},
        )
    return tuple(stored) if stored[0] is not None else None


def _claim_number(names: Mapping[str, str]) -> int:
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
