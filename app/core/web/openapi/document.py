"""The API's description, OpenAPI 3.1: what APIFlask makes of the views, completed and corrected.

APIFlask names nested schemas after their parents, describes errors that we do not send, and knows
neither our guards nor our problems.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from apiflask import APIFlask
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode
from werkzeug.routing import AnyConverter, Rule

from app.core.web.openapi.problems import (
    DESCRIPTIONS,
    Codes,
    Problem,
    enumerate_codes,
    problem_response,
)
from app.core.web.openapi.schemas import Schemas, query_parameters
from app.core.web.paging import PageQuery

_METHODS = ("get", "post", "put", "patch", "delete")
_KEPT = "What was sent, for `If-None-Match`; and of what has versions its version, for `If-Match`."
_BINARY = {"type": "string", "format": "binary"}
_SECURITY = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that logging in gives.",
    },
    "cart": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that a new cart comes with; it opens that cart alone.",
    },
}


def init_openapi(
    app: APIFlask,
    codes: Codes = MappingProxyType({}),
    tags: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Make `app.spec` a whole and valid description of its views; the views come first or later.

    `codes` are those of the application's problems; `tags` says what its groups of views are for, in the order of
    the docs page.
    """
    app.config.update(
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        SECURITY_SCHEMES=_SECURITY,
    )

    def complete(spec: Any) -> Any:
        # Several blueprints may be of one group, and each brings its name.
        named = {tag["name"] for tag in spec["tags"]}
        ordered = [*(name for name in tags if name in named), *sorted(named - tags.keys())]
        spec["tags"] = [{"name": name, "description": tags.get(name, "")} for name in ordered]
        return _complete(app, spec, codes)

    app.spec_processor(complete)


class _Operation:
    """One view under one method, and what APIFlask wrote of it."""

    def __init__(self, view: Any, rule: Rule, method: str, written: dict[str, Any]) -> None:
        self.view, self.rule, self.method, self.written = view, rule, method, written
        self.notes: dict[str, Any] = view._spec  # noqa: SLF001 - where APIFlask keeps them
        self.body: Any = self.notes.get("body")
        self.output: Any = (self.notes.get("response") or {}).get("schema")
        self.files: tuple[str, ...] = getattr(view, "takes", ())
        self.queries = [m for m, place in self.notes.get("args") or () if place == "query"]

    @property
    def is_public(self) -> bool:
        return not self.permissions

    @property
    def permissions(self) -> list[str]:
        """Of which one is needed."""
        return sorted(getattr(self.view, "permissions", ()))

    def has(self, mark: str) -> bool:
        return bool(getattr(self.view, mark, False))


def _complete(app: APIFlask, spec: dict[str, Any], codes: Codes) -> dict[str, Any]:
    operations = list(_operations(app, spec))
    schemas = Schemas(_used(operations))
    components = spec.setdefault("components", {})
    components["schemas"] = schemas.components
    problem = schemas.reference(Problem, "serialization")
    components["responses"] = {
        str(status): problem_response(status, problem, codes) for status in DESCRIPTIONS
    }
    if codes:
        enumerate_codes(schemas.components, codes)
    names = [operation.rule.endpoint.rpartition(".")[2] for operation in operations]
    for operation, name in zip(operations, names, strict=True):
        unique = names.count(name) == 1
        written = operation.written
        written["operationId"] = name if unique else _long_name(operation)
        if operation.is_public:
            written["security"] = [{}, {"session": []}] if operation.has("known") else []
        else:
            _say_what_is_needed(operation)
        _complete_input(operation, schemas)
        _complete_answers(operation, schemas)
    return spec


def _say_what_is_needed(operation: _Operation) -> None:
    needed = " or ".join(f"`{name}`" for name in operation.permissions)
    said = operation.written.get("description", "")
    operation.written["description"] = f"{said}\n\nNeeds {needed}.".strip()


def _used(operations: list[_Operation]) -> set[tuple[type[BaseModel], JsonSchemaMode]]:
    used: set[tuple[type[BaseModel], JsonSchemaMode]] = {(Problem, "serialization")}
    used |= {(o.body, "validation") for o in operations if _is_model(o.body)}
    used |= {(o.output, "serialization") for o in operations if _is_model(o.output)}
    return used


def _long_name(operation: _Operation) -> str:
    return f"{operation.rule.endpoint.replace('.', '_')}_{operation.method}"


def _operations(app: APIFlask, spec: dict[str, Any]) -> Iterator[_Operation]:
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<:]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method in _METHODS:
            written = spec["paths"].get(path, {}).get(method)
            if written is not None and method.upper() in (rule.methods or ()):
                yield _Operation(app.view_functions[rule.endpoint], rule, method, written)


def _is_model(schema: Any) -> bool:
    return isinstance(schema, type) and issubclass(schema, BaseModel)


def _complete_input(operation: _Operation, schemas: Schemas) -> None:
    parameters = list(_path_parameters(operation))
    for query in operation.queries:
        parameters += query_parameters(query)
    if operation.has("conditional"):
        parameters.append(_header("If-Match", "Act only on this version: the `ETag` of a read."))
    if operation.has("kept"):
        parameters.append(_header("If-None-Match", "Only if this `ETag` does not hold any more."))
    if operation.has("idempotent"):
        parameters.append(
            _header(
                "Idempotency-Key",
                "Makes it safe to send the request again: what it asks for is done once, and each time"
                " has the first answer.",
            )
        )
    operation.written["parameters"] = parameters
    _complete_body(operation, schemas)


def _path_parameters(operation: _Operation) -> Iterator[dict[str, Any]]:
    for parameter in operation.written.get("parameters", []):
        if parameter["in"] == "path":
            converter = operation.rule._converters[parameter["name"]]  # noqa: SLF001 - werkzeug has no public name for it
            if isinstance(converter, AnyConverter):
                parameter["schema"]["enum"] = sorted(converter.items)
            yield parameter


def _complete_body(operation: _Operation, schemas: Schemas) -> None:
    written = operation.written
    if _is_model(operation.body):
        media = written["requestBody"]["content"]["application/json"]
        media["schema"] = schemas.reference(operation.body, "validation")
    elif operation.files:
        written["requestBody"] = {
            "content": {name: {"schema": _BINARY} for name in operation.files}
        }
    if "requestBody" in written:
        written["requestBody"]["required"] = True
        written["requestBody"]["description"] = f"At most {operation.view.longest_body:,} bytes."


def _header(name: str, text: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "description": text, "schema": {"type": "string"}}


def _complete_answers(operation: _Operation, schemas: Schemas) -> None:
    responses: dict[str, Any] = operation.written["responses"]
    for status, response in responses.items():
        if not status.startswith("2"):
            continue
        if _is_model(operation.output) and "content" in response:
            media = response["content"]["application/json"]
            media["schema"] = schemas.reference(operation.output, "serialization")
        headers = _success_headers(operation, status)
        if headers:
            response.setdefault("headers", {}).update(headers)
    if operation.has("kept"):
        headers = {"ETag": _header_of_answer(_KEPT)}
        responses["304"] = {"description": "It is still what the client has.", "headers": headers}
    for problem in sorted(_problems(operation)):
        responses[str(problem)] = {"$ref": f"#/components/responses/{problem}"}


def _success_headers(operation: _Operation, status: str) -> dict[str, Any]:
    texts = {}
    if any(issubclass(query, PageQuery) for query in operation.queries):
        texts["Link"] = 'The next page, as `rel="next"`; absent on the last one.'
    if status == "201":
        texts["Location"] = "Where the new resource is."
    if operation.has("conditional"):
        texts["ETag"] = "The version, for `If-Match`."
    if operation.has("kept"):
        texts["ETag"] = _KEPT
    if operation.has("idempotent"):
        texts["Idempotency-Replayed"] = "`true` on the stored answer of the first request."
    return {name: _header_of_answer(text) for name, text in texts.items()}


def _header_of_answer(text: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "description": text}


def _problems(operation: _Operation) -> set[int]:
    # Unknown query parameters are refused everywhere, and everything may be too busy.
    found = {422, 503, *getattr(operation.view, "problems", ())}
    if not operation.is_public:
        found |= {401, 403}
    if operation.has("known"):
        found.add(401)
    if operation.rule.arguments:
        found.add(404)
    if operation.body is not None:
        found |= {400, 408, 413, 415}
    if operation.files:
        found |= {400, 408, 413}
    if operation.has("conditional"):
        found |= {400, 412}
    if operation.has("idempotent"):
        found.add(409)
    return found
