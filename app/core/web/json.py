"""JSON in, strictly as I-JSON (RFC 7493); JSON out, fast."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

import orjson
from flask import Response
from werkzeug.datastructures import Headers

from app.core.web.errors import BadRequest
from app.core.web.http import Answer

MAX_DEPTH = 32
MAX_MEMBERS = 64
"""Of one object. No schema has more: see tests/contract."""

# Strings are one token, also an unterminated one, so that the scan is linear in the length. Numbers and names of values
# are none: each has a comma or a bracket beside it.
_TOKEN = re.compile(rb'(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"?|,)|([\[{])|([\]}])', re.DOTALL)
_OPENING, _CLOSING = 1, 2


def parse_json(text: bytes, most_tokens: int | None = None) -> Any:
    """Return what the I-JSON `text` stands for.

    Raises BadRequest for anything else: bad UTF-8 or syntax, duplicate names, NaN and infinities
    (also those of a too great exponent), lone surrogates. And for what nobody means: more than MAX_DEPTH
    levels, more than MAX_MEMBERS of an object, or, before it is parsed, more than `most_tokens` strings, commas and
    brackets. An escaped NUL is I-JSON and passes: the schemas refuse it, as a wrong value.
    """
    _check_shape(text, len(text) if most_tokens is None else most_tokens)
    try:
        value = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_float,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError:
        raise BadRequest("The body is not valid UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(
            f"The body is not valid JSON: {error.msg} at line {error.lineno} column {error.colno}."
        ) from None
    except ValueError:
        # Python refuses to convert integers of thousands of digits.
        raise BadRequest("The body holds a number that is too long.") from None
    if b"\\u" in text:
        # An escape is the only way to a lone surrogate: raw ones are not valid UTF-8.
        _check_surrogates(value)
    return value


def _check_shape(text: bytes, most: int) -> None:
    if len(text) <= most and text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for number, match in enumerate(_TOKEN.finditer(text), 1):
        if number > most:
            raise BadRequest("The body has more values than can be meant here.")
        if match.lastindex == _OPENING:
            depth += 1
            if depth > MAX_DEPTH:
                raise BadRequest(f"The body is nested more than {MAX_DEPTH} levels deep.")
        elif match.lastindex == _CLOSING:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        raise BadRequest(f"The body has an object with more than {MAX_MEMBERS} members.")
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadRequest("The body has an object with the same name twice.")
    return members


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadRequest("The body holds a number that is too great.")
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise BadRequest(f"The body is not valid JSON: {text} is not a JSON value.")


def _check_surrogates(value: Any) -> None:
    # Depth is bounded by now, so recursion is too.
    match value:
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise BadRequest("The body holds a lone surrogate, which is no text.") from None
        case list():
            for item in value:
                _check_surrogates(item)
        case dict():
            for name, item in value.items():
                _check_surrogates(name)
                _check_surrogates(item)


def _default(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def dumps(value: Any) -> bytes:
    """Return `value` as compact JSON: Decimals as strings, aware datetimes in UTC with `Z`.

    Raises TypeError for what has no JSON form.
    """
    return orjson.dumps(value, default=_default, option=orjson.OPT_UTC_Z)


def json_response(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an `application/json` answer.

    `str` and `bytes` are sent as they are: JSON that PostgreSQL made. Anything else goes through
    dumps(); a pydantic model is dumped by its own rules first.
    """
    if hasattr(body, "model_dump"):
        body = body.model_dump(mode="json")
    text = body if isinstance(body, str | bytes) else dumps(body)
    piece = text.encode() if isinstance(text, str) else text
    # Made one by one, which takes a third of what Headers needs to look through a mapping.
    lines = Headers()
    lines.add("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        lines.add(name, value)
    return Answer([piece], status, lines)


def no_content() -> Response:
    """Return the empty answer 204."""
    return Response(status=204)
