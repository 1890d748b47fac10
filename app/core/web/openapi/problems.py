"""Problems in the API's description: one response for each status, with the codes that it may have."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import ConfigDict, Field

from app.core.web.errors import PROBLEM_TYPE
from app.core.web.schema import Schema

Codes = Mapping[int, Mapping[str, str]]
"""By status, each code that its problems may have, and the sentence that an example says with it."""

DESCRIPTIONS = {
    400: "The request could not be read.",
    401: "No token, or one that opens nothing.",
    403: "The token's role may not do this.",
    404: "There is none, or it is somebody else's.",
    408: "The body did not come in time.",
    409: "Not possible in the present state; `code` says why.",
    412: "`If-Match` does not name the current version.",
    413: "The body is too long.",
    415: "The body is not application/json.",
    422: "Wrong values; `errors` says which.",
    429: "Too many attempts; see `Retry-After`.",
    503: "Not now; see `Retry-After`.",
}
_RETRYABLE = frozenset({429, 503})


class WrongValue(Schema):
    """One wrong value of a request."""

    pointer: str = Field(
        description="A JSON pointer into the body, or behind /query/ or /header/.",
        examples=["/lines/0/quantity"],
    )
    message: str = Field(description="What is wrong with it.")


class Problem(Schema):
    """What went wrong, as in RFC 9457; some kinds have members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    code: str = Field(
        description="A stable word for programs. More may come: treat one that is new as its status.",
        examples=["invalid"],
    )
    detail: str | None = Field(default=None, description="A sentence for people.")
    request_id: str | None = Field(default=None, description="As in X-Request-Id and the logs.")
    errors: list[WrongValue] = Field(default=[], description="The wrong values.")


def enumerate_codes(components: Mapping[str, Any], codes: Codes) -> None:
    """Let the schema of problems say which codes there are."""
    known = sorted({code for of_status in codes.values() for code in of_status})
    components[Problem.__name__]["properties"]["code"]["enum"] = known


def problem_response(status: int, schema: Mapping[str, Any], codes: Codes) -> dict[str, Any]:
    """Return the response of all problems with `status`, with an example of each of its codes."""
    media: dict[str, Any] = {"schema": schema}
    examples = {
        code: {"value": _example(status, code, detail)}
        for code, detail in codes.get(status, {}).items()
    }
    if examples:
        media["examples"] = examples
    response: dict[str, Any] = {
        "description": DESCRIPTIONS[status],
        "content": {PROBLEM_TYPE: media},
    }
    if status in _RETRYABLE:
        response["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        }
    return response


def _example(status: int, code: str, detail: str) -> dict[str, Any]:
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": "0b5d9f6c2e7f4c1f8a54d3f0b9a1c7e2",
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        example["errors"] = [{"pointer": "/lines/0/quantity", "message": "must be greater than 0"}]
    return example
