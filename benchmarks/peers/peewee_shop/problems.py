"""What goes wrong, as `application/problem+json` (RFC 9457) says it."""

from collections.abc import Mapping, Sequence
from typing import Any

import peewee
import psycopg2
import structlog
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from benchmarks.peers.observed import PROBLEMS, observation

PROBLEM_TYPE = "application/problem+json"
MAX_ERRORS = 20

_MESSAGES = {"extra_forbidden": "is not known here", "missing": "is missing"}
_TITLES = {
    400: ("bad_request", "Bad Request"),
    401: ("unauthenticated", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not_found", "Not Found"),
    405: ("method_not_allowed", "Method Not Allowed"),
    409: ("conflict", "Conflict"),
    415: ("unsupported_media_type", "Unsupported Media Type"),
    422: ("invalid", "Unprocessable Content"),
    429: ("too_many_requests", "Too Many Requests"),
    500: ("internal_error", "Internal Server Error"),
    503: ("unavailable", "Service Unavailable"),
}

_AWAY = (
    peewee.OperationalError,
    peewee.InterfaceError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    TimeoutError,
)

_log = structlog.get_logger(__name__)


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """An answer that is not what was asked for; `members` are further ones of its JSON object."""

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
        usual, self.title = _TITLES.get(status, ("error", "Error"))
        self.code = code or usual
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def body(self) -> dict[str, Any]:
        """Return the problem's JSON object."""
        detail = {} if self.detail is None else {"detail": self.detail}
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            **detail,
            "request_id": observation().request_id,
            **self.members,
        }


def unauthenticated(detail: str, code: str | None = None) -> Problem:
    """Return what to raise for no token, or a wrong one."""
    challenge = 'Bearer error="invalid_token"' if code == "invalid_token" else "Bearer"
    return Problem(401, detail, code=code, headers={"WWW-Authenticate": challenge})


def invalid(detail: str, *errors: tuple[str, str]) -> Problem:
    """Return what to raise for wrong values: (JSON pointer, what is wrong) of each."""
    listed = [{"pointer": pointer, "message": message} for pointer, message in errors]
    return Problem(422, detail, errors=listed)


def parse_body(model: type[BaseModel], content_type: str | None, text: bytes) -> Any:
    """Return the instance of `model` that a JSON body describes. Raises Problem."""
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "The body must be application/json in UTF-8.")
    if not text:
        raise Problem(400, "The body is empty; it must be JSON.")
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        if details[0]["type"] == "json_invalid":
            raise Problem(400, "The body is not valid JSON.") from None
        raise invalid("The body has wrong values.", *_places(details, "")) from None


def parse_query(model: type[BaseModel], parameters: Mapping[str, list[str]]) -> Any:
    """Return the instance of `model` that query parameters describe. Raises Problem."""
    repeated = [name for name, values in parameters.items() if len(values) > 1]
    if repeated:
        errors = [(f"/query/{name}", "must be given only once") for name in repeated]
        raise invalid("The query has wrong parameters.", *errors[:MAX_ERRORS])
    try:
        return model.model_validate_strings({name: v[0] for name, v in parameters.items()})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise invalid("The query has wrong parameters.", *_places(details, "/query")) from None


def _places(details: Sequence[Any], start: str) -> list[tuple[str, str]]:
    return [
        (
            start + "".join(f"/{step}" for step in each["loc"]),
            _MESSAGES.get(each["type"], each["msg"]),
        )
        for each in details[:MAX_ERRORS]
    ]


def problem_of(error: Exception) -> Problem:
    """Return the problem that any exception of a view is to the client, and count it."""
    problem = _problem_of(error)
    PROBLEMS.labels(problem.code).inc()
    return problem


def _problem_of(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case HTTPException():
            return Problem(error.code or 500)
        case _ if isinstance(error, _AWAY):
            _log.warning("database_unavailable", error=type(error).__name__, reason=str(error))
            return Problem(
                503,
                "The database cannot be reached or is too busy. Try again.",
                headers={"Retry-After": "1"},
            )
    _log.error("unhandled_error", exc_info=error)
    return Problem(500)
