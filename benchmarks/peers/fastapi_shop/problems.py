"""Errors as `application/problem+json` (RFC 9457), by FastAPI's exception handlers."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from benchmarks.peers.observed import PROBLEMS, observation

MEDIA_TYPE = "application/problem+json"

_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
_TITLES = {422: "Unprocessable Content"}  # RFC 9110's, which Python 3.13 has
_MESSAGES = {"extra_forbidden": "is not known here", "missing": "is missing"}
_STARTS = {"body": "", "query": "/query", "path": "/path", "header": "/header"}
_MAX_ERRORS = 20

_log = structlog.get_logger("peer.errors")


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """What went wrong, in the client's terms; `members` are further ones of the JSON object."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code or _CODES.get(status, "internal_error")
        self.headers = dict(headers or {})
        self.members = members


def invalid(detail: str, pointer: str, message: str) -> Problem:
    """Return the problem of one wrong value."""
    return Problem(422, detail, errors=[{"pointer": pointer, "message": message}])


def wrong_token() -> Problem:
    """Return the problem of a token that opens nothing."""
    return Problem(
        401,
        "The token is wrong or has expired.",
        code="invalid_token",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def no_token() -> Problem:
    """Return the problem of a request without a token."""
    return Problem(
        401, "This needs a token: Authorization: Bearer …", headers={"WWW-Authenticate": "Bearer"}
    )


def bad_credentials() -> Problem:
    """Return the problem of an unknown address, a wrong password and a closed account."""
    return Problem(
        401,
        "The e-mail address or the password is wrong.",
        code="bad_credentials",
        headers={"WWW-Authenticate": "Bearer"},
    )


def missing_cart() -> Problem:
    """Return the problem of a cart that is not there, or somebody else's."""
    return Problem(404, "There is no such cart.")


def checked_out(purchase: object) -> Problem:
    """Return the problem of a cart that became that purchase."""
    location = {"Location": f"/api/v1/purchases/{purchase}"} if purchase else {}
    return Problem(409, "The cart was checked out.", code="checked_out", headers=location)


def coupon_refused(reason: str) -> Problem:
    """Return the problem of a coupon that cannot be redeemed, for that reason."""
    return Problem(409, "The coupon is refused.", code="coupon_refused", reason=reason)


def _answer(problem: Problem) -> Response:
    PROBLEMS.labels(problem.code).inc()
    title = _TITLES.get(problem.status) or HTTPStatus(problem.status).phrase
    body = {
        **problem.members,
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "code": problem.code,
        "request_id": observation().request_id,
    }
    if problem.detail is not None:
        body["detail"] = problem.detail
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, problem.status, problem.headers, media_type=MEDIA_TYPE)


async def _on_problem(_request: Request, error: Exception) -> Response:
    return _answer(cast("Problem", error))


async def _on_invalid(_request: Request, error: Exception) -> Response:
    details = cast("RequestValidationError", error).errors()[:_MAX_ERRORS]
    if details[0]["type"] == "json_invalid":
        return _answer(Problem(400, "The body is not valid JSON."))
    errors = [
        {
            "pointer": _STARTS[each["loc"][0]] + "".join(f"/{step}" for step in each["loc"][1:]),
            "message": _MESSAGES.get(each["type"], each["msg"]),
        }
        for each in details
    ]
    return _answer(Problem(422, "The request has wrong values.", errors=errors))


async def _on_http(_request: Request, error: Exception) -> Response:
    wrong = cast("HTTPException", error)
    return _answer(Problem(wrong.status_code, headers=wrong.headers))


async def _on_unavailable(_request: Request, error: Exception) -> Response:
    _log.warning("database_unavailable", error=type(error).__name__, reason=str(error))
    detail = "The database cannot be reached or is too busy. Try again."
    return _answer(Problem(503, detail, headers={"Retry-After": "1"}))


async def _on_fault(_request: Request, error: Exception) -> Response:
    _log.error("unhandled_error", exc_info=error)
    return _answer(Problem(500))


def add_problems(app: FastAPI, unavailable: Iterable[type[Exception]]) -> None:
    """Make `app` answer every error with a problem; 503 where the database is `unavailable`."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    for kind in unavailable:
        app.add_exception_handler(kind, _on_unavailable)
    app.add_exception_handler(Exception, _on_fault)


def slot_refused(word: str) -> Problem:
    """Return the problem of a window that a checkout cannot have, by chosen_slot's word."""
    if word in {"slot_required", "no_such_slot"}:
        return invalid("The slot cannot be had.", "/slot", word)
    return Problem(409, "The slot cannot be had.", code=word)
