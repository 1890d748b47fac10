"""The answers to requests that never reach a view: too long, too slow, too many, or not to be read."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog

from app.core.telemetry.logging import REQUEST_ID, request_id
from app.core.telemetry.metrics import PROBLEMS, REFUSED
from app.core.web.errors import PROBLEM_TYPE, problem_body, problem_of_status
from app.core.web.http import SECURITY_HEADERS

DETAILS = {
    HTTPStatus.BAD_REQUEST: "The request could not be read.",
    HTTPStatus.UNAUTHORIZED: "A body of this length needs a token that is good for it: Authorization: Bearer …",
    HTTPStatus.FORBIDDEN: "The token is not good for this.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not come in time.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The head is longer than this server reads.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is longer than this server reads.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many requests at once. Try again.",
}
"""What is refused in front of the application, and the sentence that is said."""

_log = structlog.get_logger("app.access")


def refuse(status: int, scope: Mapping[str, Any]) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of a refusal with `status`; count it, and log it in one line.

    `scope` is the connection's, as in ASGI: the request's id is taken from its headers.
    """
    given = dict(scope["headers"]).get(REQUEST_ID.lower().encode())
    id_ = request_id(given.decode("latin-1") if given is not None else None)
    problem = problem_of_status(status, DETAILS.get(HTTPStatus(status)))
    REFUSED.labels(str(status)).inc()
    PROBLEMS.labels(problem.code).inc()
    _log.warning("refused", method=scope["method"], status=status, request_id=id_)
    headers = {
        "Content-Type": PROBLEM_TYPE,
        REQUEST_ID: id_,
        **SECURITY_HEADERS,
        **problem.headers,
    }
    return list(headers.items()), problem_body(problem, id_)
