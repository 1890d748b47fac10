"""The one tree of errors, and the only handlers that turn errors into answers (RFC 9457)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
import peewee
import psycopg2
import structlog
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from app.core.database.sqlerrors import (
    CheckViolation,
    ExclusionViolation,
    ForeignKeyViolation,
    OutcomeUnknown,
    SchemaOutdated,
    UniqueViolation,
)
from app.core.telemetry.metrics import DATABASE_FAILURES, PROBLEMS
from app.core.telemetry.tracing import note_problem

log = structlog.get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value: where it is, as a JSON pointer, and what is wrong, as a sentence.

    Pointers into the body start at its root (`/lines/0/quantity`; an empty one is the whole body),
    those of query parameters with `/query/`, those of headers with `/header/`.
    """

    pointer: str
    message: str


class Problem(Exception):  # noqa: N818 - RFC 9457's word; its subclasses are statuses
    """What went wrong, in the client's terms; becomes an `application/problem+json` answer.

    `detail` is a sentence for people, `code` a stable word for programs, `errors` the wrong values,
    `headers` go into the answer, and `members` are extension members of the problem's JSON object.
    """

    status: int = 500
    code: str = "internal_error"
    title: str = "Internal Server Error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        if code is not None:
            self.code = code
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = members


class BadRequest(Problem):
    """400: the request could not be read at all."""

    status, code, title = 400, "bad_request", "Bad Request"


class Unauthenticated(Problem):
    """401: no token, or one that opens nothing."""

    status, code, title = 401, "unauthenticated", "Unauthorized"

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        challenge = {"WWW-Authenticate": "Bearer", **(headers or {})}
        super().__init__(detail, code=code, headers=challenge, **members)


class Forbidden(Problem):
    """403: known, and not allowed to do this to anything."""

    status, code, title = 403, "forbidden", "Forbidden"


class NotFound(Problem):
    """404: not there, or somebody else's."""

    status, code, title = 404, "not_found", "Not Found"


class MethodNotAllowed(Problem):
    """405: the path is known, but not with this method."""

    status, code, title = 405, "method_not_allowed", "Method Not Allowed"


class Conflict(Problem):
    """409: right in itself, but not in the state that things are in."""

    status, code, title = 409, "conflict", "Conflict"


class PreconditionFailed(Problem):
    """412: what `If-Match` names is not the current version."""

    status, code, title = 412, "precondition_failed", "Precondition Failed"


class TooLarge(Problem):
    """413: the body is longer than this server reads."""

    status, code, title = 413, "too_large", "Content Too Large"


class UnsupportedMediaType(Problem):
    """415: the body is not `application/json`."""

    status, code, title = 415, "unsupported_media_type", "Unsupported Media Type"


class Invalid(Problem):
    """422: readable, but with wrong values; `errors` says which."""

    status, code, title = 422, "invalid", "Unprocessable Content"


class TooManyRequests(Problem):
    """429: tried too often; `retry_after` is the wait in seconds."""

    status, code, title = 429, "too_many_requests", "Too Many Requests"

    def __init__(self, detail: str | None = None, *, retry_after: int, **members: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after))}, **members)


class Unavailable(Problem):
    """503: cannot be done now; `retry_after` is a guess in seconds."""

    status, code, title = 503, "unavailable", "Service Unavailable"

    def __init__(self, detail: str | None = None, *, retry_after: int = 1, **members: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after))}, **members)


_BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        Problem,
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        Conflict,
        PreconditionFailed,
        TooLarge,
        UnsupportedMediaType,
        Invalid,
    )
}


def problem_of_status(
    status: int, detail: str | None = None, headers: Mapping[str, str] | None = None
) -> Problem:
    """Return the problem that stands for a bare HTTP status, also one that has no class here."""
    if status == Unavailable.status:
        return Unavailable(detail)
    if status == TooManyRequests.status:
        return TooManyRequests(detail, retry_after=1)
    if status in _BY_STATUS:
        return _BY_STATUS[status](detail, headers=headers)
    title = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    code = title.lower().replace(" ", "_").replace("'", "")
    problem = Problem(detail, code=code, headers=headers)
    problem.status, problem.title = status, title
    return problem


def problem_body(problem: Problem, request_id: str | None) -> bytes:
    """Return the JSON of `problem`; needs neither an application nor a request."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
    }
    if problem.detail is not None:
        body["detail"] = problem.detail
    if request_id is not None:
        body["request_id"] = request_id
    if problem.errors:
        body["errors"] = [
            {"pointer": error.pointer, "message": error.message} for error in problem.errors
        ]
    # An extension member never hides one of the standard's.
    return orjson.dumps({**problem.members, **body}, default=str)


_AWAY = (
    peewee.OperationalError,
    peewee.InterfaceError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
)


def _problem_of_database(error: Exception) -> Problem | None:
    """Return what an error of the database means to the client, or None for a fault of ours."""
    problem: Problem | None = None
    match error:
        case UniqueViolation() | ExclusionViolation():
            problem = Conflict("There is one with the same value already.", code="already_exists")
        case ForeignKeyViolation():
            problem = Conflict("Something else still refers to it.", code="in_use")
        case CheckViolation() | peewee.DataError() | psycopg2.DataError():
            problem = Invalid("A value is outside of what can be stored.", code="out_of_range")
        case OutcomeUnknown():
            problem = Unavailable(
                "The database went away; whether this was done is not known. Look before you try again, or"
                " repeat the request with its Idempotency-Key.",
                code="outcome_unknown",
            )
        case SchemaOutdated():
            problem = Unavailable(
                "The database does not have this version's tables yet.",
                code="schema_outdated",
                retry_after=5,
            )
        case _ if isinstance(error, _AWAY):
            problem = Unavailable("The database cannot be reached or is too busy. Try again.")
    return problem


def problem_of(error: Exception) -> Problem:
    """Return the problem that `error` is to the client; log what is a fault of ours, once."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
        # Only a view's abort() has words of its own; werkzeug's are about browsers.
        return problem_of_status(error.code or 500, None, headers)
    problem = _problem_of_database(error)
    if problem is None:
        log.error("unhandled_error", exc_info=error)
        return Problem()
    if isinstance(problem, Unavailable):
        DATABASE_FAILURES.labels(type(error).__name__).inc()
        log.warning("database_unavailable", error=type(error).__name__, reason=str(error).strip())
    return problem


def noted_problem(error: Exception) -> Problem:
    """Return the problem that a request ended with; it is counted, and noted in its trace."""
    problem = problem_of(error)
    PROBLEMS.labels(problem.code).inc()
    is_fault = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    note_problem(problem.code, error if is_fault else None)
    return problem


def problem_response(error: Exception) -> Response:
    """Render any exception that a request ended with."""
    problem = noted_problem(error)
    body = problem_body(problem, g.get("request_id"))
    return Response(body, problem.status, problem.headers, mimetype=PROBLEM_TYPE)


def init_errors(app: Flask) -> None:
    """Make `app` answer every error with a problem; handlers that it had are dropped."""
    app.error_handler_spec[None].clear()
    app.register_error_handler(HTTPException, problem_response)
    app.register_error_handler(Exception, problem_response)
