"""How requests are read into schemas: APIFlask's adapter for pydantic, made strict.

APIFlask's own takes bodies of any content type, lets the first of repeated query parameters win,
reads `1_0` as ten, and dies of deep JSON. Importing this module puts ours in its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, get_args

from apiflask.schema_adapters import SchemaAdapter, registry
from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.core.web.bodies import read_body
from app.core.web.errors import BadRequest, FieldError, Invalid, UnsupportedMediaType
from app.core.web.json import parse_json

MAX_ERRORS = 20
MAX_POINTER = 200
MAX_ITEMS = 1000
"""Of a list whose schema does not say how many it takes."""
LEAST_TOKENS = 256
"""What is always read of a body, so that the first blunders in it are explained."""

# Where pydantic speaks of its own things.
_MESSAGES = {"extra_forbidden": "is not known here", "missing": "is missing"}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)


def pointer(path: Sequence[str | int], start: str = "") -> str:
    """Return `path` as a JSON pointer (RFC 6901) behind `start`, cut where it is absurdly long."""
    # pydantic's own word for that it is a name which is wrong, and not its value.
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path if step != "[key]")
    return (start + "".join(f"/{step}" for step in steps))[:MAX_POINTER]


def details(error: ValidationError) -> list[ErrorDetails]:
    """Return all that pydantic found; it writes each of them anew whenever it is asked."""
    return error.errors(include_url=False, include_input=False, include_context=False)


def _field_errors(details: list[ErrorDetails], start: str = "") -> list[FieldError]:
    return [
        FieldError(pointer(d["loc"], start), _MESSAGES.get(d["type"], d["msg"]))
        for d in details[:MAX_ERRORS]
    ]


def read_json(request: Request) -> bytes:
    """Return the request's body, which must say that it is plain JSON in UTF-8.

    Raises UnsupportedMediaType for another type, charset or a content encoding, and what read_body() raises.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType("The body must be application/json in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("The body must not be compressed.")
    return read_body(request)


@lru_cache(maxsize=1024)
def most_tokens(model: type[BaseModel]) -> int:
    """Return how many strings, commas and brackets of JSON may stand for a `model`.

    Twice as many as its longest instance has, for the sake of blunders that are explained one by one; what has more is
    no `model`, and need not be read to know it.
    """
    whole = model.model_json_schema()
    return max(LEAST_TOKENS, 2 * _tokens(whole, whole.get("$defs", {})))


def _tokens(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> int:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "properties" in schema:
        # Each has a name and a comma.
        return 2 + sum(2 + _tokens(each, definitions) for each in schema["properties"].values())
    if "items" in schema:
        most: int = schema.get("maxItems", MAX_ITEMS)
        return 2 + most * (1 + _tokens(schema["items"], definitions))
    return max((_tokens(each, definitions) for each in schema.get("anyOf", ())), default=1)


def parse_body(model: type[BaseModel], text: bytes) -> BaseModel:
    """Return the instance of `model` that the JSON `text` describes.

    Strictly: no number for a string, no string for a number. Raises BadRequest for what is not
    I-JSON and Invalid, with a pointer to each wrong value, for what is not a `model`.
    """
    if not text:
        raise BadRequest("The body is empty; it must be JSON.")
    parse_json(text, most_tokens(model))
    try:
        # Parsed again, by pydantic: only its own parser knows that a string may be a date in JSON.
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        found = details(error)
        if found[0]["type"] == "json_invalid":
            raise BadRequest("The body is not valid JSON.") from None
        raise Invalid("The body has wrong values.", errors=_field_errors(found)) from None


def parse_query(model: type[BaseModel], parameters: Mapping[str, list[str]]) -> BaseModel:
    """Return the instance of `model` that query `parameters` describe.

    Raises Invalid, with pointers under /query, for unknown, repeated or wrong ones. Integers are
    plain digits, booleans `true` or `false`.
    """
    errors = []
    for name, values in parameters.items():
        if len(values) > 1:
            errors.append(FieldError(pointer([name], "/query"), "must be given only once"))
        elif name in model.model_fields and (message := _wrong_form(model, name, values[0])):
            errors.append(FieldError(pointer([name], "/query"), message))
    if not errors:
        try:
            return model.model_validate_strings({name: v[0] for name, v in parameters.items()})
        except ValidationError as error:
            errors = _field_errors(details(error), "/query")
    raise Invalid("The query has wrong parameters.", errors=errors[:MAX_ERRORS])


def _kinds(annotation: Any) -> Iterator[Any]:
    """Yield the types in `annotation`, those in unions and in Annotated too."""
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


@lru_cache(maxsize=1024)
def _kinds_of(model: type[BaseModel], name: str) -> frozenset[Any]:
    """Return which of bool and int a field may be."""
    kinds = list(_kinds(model.model_fields[name].annotation))
    return frozenset(kind for kind in (bool, int) if kind in kinds)


def _wrong_form(model: type[BaseModel], name: str, text: str) -> str | None:
    """Say what is wrong with the form of a number or a boolean; pydantic allows too many."""
    kinds = _kinds_of(model, name)
    if bool in kinds and text not in {"true", "false"}:
        return "must be true or false"
    if int in kinds and not _INTEGER.fullmatch(text):
        return "must be an integer in plain digits"
    return None


class StrictPydanticAdapter(SchemaAdapter):
    """Reads `json` bodies and `query` parameters; other locations are refused when routes load."""

    locations: ClassVar[frozenset[str]] = frozenset({"json", "query"})

    def __init__(
        self,
        schema: type[BaseModel],
        schema_name: str | None = None,  # noqa: ARG002 - part of the interface, for marshmallow
        many: bool = False,  # noqa: FBT001, FBT002 - the interface's
    ) -> None:
        super().__init__(schema, many=many)

    @property
    def schema_type(self) -> str:
        """What the registry calls this kind of schema."""
        return "pydantic"

    def validate_input(self, request: Request, location: str, **_: Any) -> BaseModel:
        """Return the schema's instance from a request, or raise a Problem."""
        if location == "json":
            return parse_body(self.schema, read_json(request))
        if location == "query":
            return parse_query(self.schema, request.args.to_dict(flat=False))
        raise RuntimeError(f"Schemas are read from json or query, not from {location}.")

    def serialize_output(self, data: Any, many: bool = False) -> Any:  # noqa: FBT001, FBT002 - the interface's
        """Return what JSON can hold of a schema's instance, or of a list of them."""
        if many:
            return [self.serialize_output(item) for item in data]
        return self.schema.model_validate(data).model_dump(mode="json")

    def get_openapi_schema(self, **_: Any) -> dict[str, Any]:
        """Return the JSON schema with its definitions left out: app.core.web.openapi adds them all."""
        schema: dict[str, Any] = self.schema.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        schema.pop("$defs", None)
        return schema

    def get_schema_name(self) -> str:
        """Return the component's name."""
        name: str = self.schema.__name__
        return name


registry.register("pydantic", StrictPydanticAdapter)
