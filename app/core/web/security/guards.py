"""What each view lets those do who ask.

Every view carries `@public` or `@allow(…)`, directly below its route decorator, so that who may
not ask is told so before anything that they sent is read.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast, get_args

from flask import Flask, current_app, g, request

# Every module with views imports this one: before it has any, the adapter must be in its place.
from app.core.web.adapter import MAX_ERRORS, pointer
from app.core.web.bodies import GUEST_BODY, STAFF_BODY, endpoint_of
from app.core.web.errors import FieldError, Forbidden, Invalid, Unauthenticated, problem_of
from app.core.web.security.permissions import STAFF, Permission, holders
from app.core.web.security.principals import Authenticator, Principal
from app.core.wiring import wired

P = ParamSpec("P")
R = TypeVar("R")

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE | re.ASCII)


def bearer_token() -> str | None:
    """Return the request's bearer token, None without an `Authorization` header.

    Raises Unauthenticated for a header that holds anything else.
    """
    return _token_in(request.headers.get("Authorization"))


def _token_in(header: str | None) -> str | None:
    if header is None:
        return None
    match = _BEARER.fullmatch(header.strip())
    if match is None:
        raise Unauthenticated("The Authorization header must be: Bearer, a blank, the token.")
    return match[1]


def _checked(found: Principal | None) -> Principal:
    if found is None:
        raise Unauthenticated(
            "The token is wrong or has expired.",
            code="invalid_token",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return found


def _known(found: Principal | None) -> Principal:
    g.principal = known = _checked(found)
    return known


def _authenticator() -> Authenticator:
    return wired(Authenticator)  # type: ignore[type-abstract]  # a protocol stands for its provider


def principal() -> Principal:
    """Return who is asking. For views behind `@allow`; raises RuntimeError elsewhere."""
    found = g.get("principal")
    if found is None:
        raise RuntimeError("principal() needs a view behind @allow.")
    return cast("Principal", found)


async def maybe_principal() -> Principal | None:
    """Return who is asking of a public view, None if they do not say.

    Raises Unauthenticated for a token that opens nothing: who sends one means to be known.
    """
    found = g.get("principal")
    if found is not None:
        return cast("Principal", found)
    token = bearer_token()
    if token is None:
        return None
    return _known(await _authenticator().authenticate(token))


def allow(
    *permissions: Permission, longest_body: int | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only bearers of a token through who have one of `permissions`; none implies another.

    A body may have `longest_body` bytes: STAFF_BODY if none but the staff is let through, GUEST_BODY else.
    Others get 401 without or with a wrong token, 403 with a good one. Put it directly below the
    route decorator. Raises ValueError, when the module loads, for a permission that does not exist.
    """
    if not permissions or not set(permissions) <= set(get_args(Permission)):
        raise ValueError(f"allow() takes permissions of {get_args(Permission)}, not {permissions}.")
    needed = frozenset(permissions)

    def check() -> None:
        token = _needed(bearer_token())
        # One more crossing of the bridge, before the view's own: the input must be read between.
        authenticate = current_app.async_to_sync(_authenticator().authenticate)
        require(needed, _known(authenticate(token)))

    # A cart's token is another scheme in the API's description: it is not had by logging in.
    roles = holders(needed)
    kinds = ["cart" if role == "cart" else "session" for role in roles]
    schemes: list[dict[str, list[str]]] = [{kind: []} for kind in sorted(set(kinds))]
    longest = longest_body or (STAFF_BODY if roles <= STAFF else GUEST_BODY)
    return lambda view: _guarded(view, needed, schemes, check, longest)


def _needed(token: str | None) -> str:
    if token is None:
        raise Unauthenticated("This needs a token: Authorization: Bearer …")
    return token


def require(needed: frozenset[str], found: Principal) -> None:
    """Raise Forbidden for who has none of the permissions that are needed."""
    if not found.permissions & needed:
        raise Forbidden(f"This needs the permission {' or '.join(sorted(needed))}.")


def refusal_by_scope(
    app: Flask, authenticator: Authenticator
) -> Callable[[Mapping[str, Any]], Awaitable[int | None]]:
    """Return what asks a request's guard before its body is read, by its ASGI scope alone.

    That returns the status of the refusal, or None. For bodies that nobody else should make the shop read; the guard is
    asked again afterwards, and then for good.
    """

    async def refusal(scope: Mapping[str, Any]) -> int | None:
        view = app.view_functions.get(endpoint_of(app, scope) or "")
        header = dict(scope["headers"]).get(b"authorization")
        try:
            token = _needed(_token_in(None if header is None else header.decode("latin-1")))
            found = _checked(await authenticator.authenticate(token))
            require(getattr(view, "permissions", frozenset()), found)
        except Exception as error:  # noqa: BLE001 - also of a database that is away
            return problem_of(error).status
        return None

    return refusal


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let anybody through, with bodies of GUEST_BODY bytes. Put it directly below the route decorator."""
    return _guarded(view, frozenset(), [], lambda: None, GUEST_BODY)


def _guarded(
    view: Callable[P, R],
    permissions: frozenset[str],
    security: list[dict[str, list[str]]],
    check: Callable[[], None],
    longest: int,
) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        check()
        if request.query_string and not takes_query:
            _refuse_query()
        return cast("R", current_app.ensure_sync(view)(*args, **kwargs))

    # wraps() lets wrapped views share APIFlask's notes, and so each other's attributes.
    marked = cast("Any", guarded)
    notes = marked.__dict__.setdefault("_spec", {})
    notes["security"] = security
    takes_query = getattr(view, "query_in_path", False) or any(
        location == "query" for _, location in notes.get("args") or ()
    )
    marked.permissions = permissions  # of which one is needed; none of a public view
    marked.longest_body = longest
    marked.guard = guarded
    return guarded


def _refuse_query() -> None:
    """Raise Invalid, naming the first query parameters; a bare `?` or `&` is none."""
    errors = [FieldError(pointer([name], "/query"), "is not known here") for name in request.args]
    if errors:
        raise Invalid("This takes no query parameters.", errors=errors[:MAX_ERRORS])


def require_guards(app: Flask) -> None:
    """Raise RuntimeError for a view that has no guard, or has one that is not outermost."""
    for endpoint, view in app.view_functions.items():
        if endpoint == "static" or endpoint.endswith(".static"):
            continue
        if getattr(view, "guard", None) is not view:
            raise RuntimeError(
                f"The view {endpoint} needs @public or @allow(…) directly below its route."
            )
