"""Who may see a page, and that a form was sent by one of ours.

As the API's guards, but that who asks is known by a cookie, that what a link was decorated with (`?utm_source=`) is no error, and
that who is not logged in is shown where to.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app, g, request

from app.core.web.bodies import GUEST_BODY
from app.core.web.security import Authenticator, Permission, Principal, require
from app.core.wiring import wired
from app.pages.frame.cookies import SESSION, Cookies
from app.pages.frame.forms import check_sender

P = ParamSpec("P")
R = TypeVar("R")

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class LoginNeeded(Exception):  # noqa: N818 - no fault, but where to go
    """Nobody is logged in, or not any more; the handler of pages' errors leads to where one does."""


def open_page(view: Callable[P, R]) -> Callable[P, R]:
    """Let anybody see a page, and send its forms. Put it directly below the route decorator."""
    return _guarded(view, frozenset())


def page_for(*permissions: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let those see a page who have one of `permissions`. Put it directly below the route decorator."""
    return lambda view: _guarded(view, frozenset(permissions))


async def visitor() -> Principal | None:
    """Return whose session the cookie names, None where nobody is logged in."""
    if "visitor" not in g:
        g.visitor = await opened_by(wired(Cookies).read(SESSION))
    return cast("Principal | None", g.visitor)


async def opened_by(token: str | None) -> Principal | None:
    """Return who a token stands for, None for none and for one that opens nothing (any more)."""
    authenticator = wired(Authenticator)  # type: ignore[type-abstract]  # a protocol stands for its provider
    return None if token is None else await authenticator.authenticate(token)


def _guarded(view: Callable[P, R], permissions: frozenset[Permission]) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method not in _SAFE:
            check_sender()
        if permissions:
            found = current_app.async_to_sync(visitor)()
            if found is None:
                raise LoginNeeded
            require(permissions, found)
            g.principal = found
        return cast("R", current_app.ensure_sync(view)(*args, **kwargs))

    marked = cast("Any", guarded)
    marked.permissions = permissions
    marked.longest_body = GUEST_BODY
    marked.guard = guarded
    return guarded
