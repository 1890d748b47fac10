"""Bodies that nobody means well with, at every operation that reads one."""

import json
import re
from typing import Any

import pytest

from app.core.web.json import MAX_MEMBERS
from tests.contract.answers import members, replaced
from tests.contract.good import WITH_BODY, target

GUEST, STAFF, LINES, FILE = 16_384, 65_536, 262_144, 10_485_760
FOR_GUESTS = {
    "POST /api/v1/login",
    "PUT /api/v1/login/password",
    "POST /api/v1/customers",
    "PATCH /api/v1/customers/{customer_id}",
    "PUT /api/v1/carts/{cart}/items/{product}",
    "POST /api/v1/carts/{cart}/claim",
    "POST /api/v1/carts/{cart}/items",
    "PATCH /api/v1/carts/{cart}/lines/{line}",
    "PUT /api/v1/carts/{cart}/coupon",
    "POST /api/v1/carts/{cart}/checkout",
    "POST /api/v1/purchases/{purchase}/invoice",
    "POST /api/v1/purchases/{purchase}/cancel",
}
FOR_STAFF = {
    "POST /api/v1/products": LINES,
    "PATCH /api/v1/products/{code}": LINES,
    "POST /api/v1/invoice-requests": LINES,
    "PATCH /api/v1/invoice-requests/{code}": LINES,
    "POST /api/v1/invoice-requests/{code}/receive": FILE,
    "POST /api/v1/invoice-requests/proposals": LINES,
    "POST /api/v1/purchases/{purchase}/refunds": LINES,
    "POST /api/v1/sales": LINES,
    "POST /api/v1/stock/counts": LINES,
    "POST /api/v1/stock/counts/{count}/scans": LINES,
    "POST /api/v1/purchases/{purchase}/pick": LINES,
    "PUT /api/v1/synonyms": FILE,
    "PUT /api/v1/slots/plan": LINES,
}
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")

# No I-JSON: 400.
UNREADABLE = {
    "nothing": b"",
    "blanks": b" \n",
    "half an object": b"{",
    "two values": b"{}{}",
    "a comment": b"{} // fine",
    "bad UTF-8": b'{"a":"\xff"}',
    "a raw surrogate": b'{"a":"\xed\xa0\x80"}',
    "a lone surrogate": rb'{"a":"\ud800"}',
    "a lone surrogate in a name": rb'{"\udc00":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a name twice": b'{"a":1,"a":1}',
    "a name twice, deep down": rb'{"a":[{"b":1,"\u0062":1}]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "a huge exponent": b'{"a":1e400}',
    "5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
    "33 levels": b"[" * 33 + b"]" * 33,
    "8,000 levels": b"[" * 8000 + b"]" * 8000,
    "3,000 levels, left open": b'{"a":' * 3000,
    "65 members": b"{" + b",".join(b'"k%d":1' % n for n in range(65)) + b"}",
    "65 members, deep down": b'{"a":{' + b",".join(b'"k%d":1' % n for n in range(65)) + b"}}",
}
# Readable, but no object with the right members: 422.
WRONG = {
    "null": b"null",
    "an array": b"[]",
    "a text": b'"{}"',
    "32 levels": b"[" * 32 + b"]" * 32,
    "an unknown member": b'{"role_":"admin"}',
    "NUL in a name": rb'{"\u0000":1}',
    "64 members": b"{" + b",".join(b'"k%d":1' % n for n in range(64)) + b"}",
}
TYPES = (
    *(b"", b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x"),
    *(b"application/merge-patch+json", b"application/json, text/plain", b"\xff/\xff"),
    *(b"application/json; charset=utf-16", b"application/json; charset=latin-1"),
)
FORMS_OF_JSON = (b"application/json", b"APPLICATION/JSON", b'application/json; charset="UTF-8"')
ENCODINGS = (b"gzip", b"br", b"deflate, gzip", b"nonsense")
# No decimal number as a string.
NO_NUMBERS = (1.5, 1, 1e30, "1e2", "1E400", "NaN", "Infinity", "1_0", "٣", " 1", "", "9" * 30, True)
NO_KEYS = (2**63, 2**64, 10**30, 0, -1, 1.5, "1", True, None, [1])


@pytest.fixture
def send(hostile_shop, good, label):
    """Send a body, as bytes or as a value, to the operation of the test's `label`."""

    async def ask(body: Any, *headers: tuple[bytes, bytes]) -> Any:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        method = label.partition(" ")[0]
        return await hostile_shop.ask(method, target(label, good), good.who, text, headers)

    return ask


@pytest.mark.parametrize("label", WITH_BODY)
class TestBodies:
    async def test_that_are_no_json(self, send):
        answers = {name: (await send(body)).status for name, body in UNREADABLE.items()}
        assert answers == dict.fromkeys(UNREADABLE, 400)

    async def test_that_are_of_another_shape(self, send):
        answers = {name: (await send(body)).status for name, body in WRONG.items()}
        assert answers == dict.fromkeys(WRONG, 422)

    async def test_of_another_type(self, send, good):
        answers = [(await send(good.body, (b"content-type", type_))).status for type_ in TYPES]
        assert answers == [415] * len(TYPES)

    async def test_that_are_compressed(self, send, good):
        answers = [(await send(good.body, (b"content-encoding", how))).status for how in ENCODINGS]
        assert answers == [415] * len(ENCODINGS)

    @pytest.mark.parametrize("type_", FORMS_OF_JSON)
    async def test_of_the_right_type(self, send, good, type_):
        assert (await send(good.body, (b"content-type", type_))).status == good.status

    async def test_up_to_the_bound_of_their_route(self, send, good, label):
        text = json.dumps(good.body).encode()
        most = GUEST if label in FOR_GUESTS else FOR_STAFF.get(label, STAFF)
        assert (await send(text.ljust(most + 1))).status == 413
        assert (await send(text.ljust(most))).status == good.status

    async def test_of_as_many_values_as_fit_in(self, send):
        """Each of these took a second of the event loop, and more, when a megabyte of them was read."""
        for value in (b"0", b"[]", b"{}", b'""', b'{"a":0}', b"[" * 29 + b"]" * 29):
            body = b'{"lines":[' + b",".join([value] * ((GUEST - 20) // (len(value) + 1))) + b"]}"
            assert (value, (await send(body)).status) in {(value, 400), (value, 422)}

    async def test_with_texts_that_no_database_holds(self, send, good):
        for path in members(good.body):
            pointer = "".join(f"/{step}" for step in path)
            nul = await send(replaced(good.body, path, "a\0b"))
            assert (nul.status, nul.pointers) == (422, {pointer})
            half = await send(replaced(good.body, path, "a\ud800"))
            assert (pointer, half.status) == (pointer, 400)

    async def test_with_numbers_that_are_none(self, send, good):
        for path in members(good.body):
            if DECIMAL.fullmatch(_at(good.body, path)):
                pointer = "".join(f"/{step}" for step in path)
                for number in NO_NUMBERS:
                    answer = await send(replaced(good.body, path, number))
                    assert (number, answer.status, answer.pointers) == (number, 422, {pointer})

    async def test_with_a_member_that_is_not_known(self, send, good):
        for name in ("id", "role", "active_", "customer_id", "version", "total", "__proto__"):
            if name not in good.body:
                answer = await send({**good.body, name: "admin"})
                assert (answer.status, answer.pointers) == (422, {f"/{name}"})


def test_no_schema_is_cut_short_by_the_bounds(description):
    """The longest valid body, each letter of its texts escaped, is within its route's bound; so are its members."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                label = f"{method.upper()} {path}"
                most = int(operation["requestBody"]["description"].split()[2].replace(",", ""))
                schema = content["application/json"]["schema"]
                assert (label, longest(schema, description) <= most) == (label, True)


def longest(schema: Any, description: Any) -> int:
    """Return how long the JSON of a schema's instance may be, in bytes, by a generous count."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "properties" in schema:
        assert len(schema["properties"]) <= MAX_MEMBERS
        members = schema["properties"].items()
        return sum(len(name) + 8 + longest(each, description) for name, each in members)
    if "items" in schema:
        return int(schema["maxItems"] * (8 + longest(schema["items"], description)))
    if "anyOf" in schema:
        return max(longest(each, description) for each in schema["anyOf"])
    # What is beyond 16 bits is two escapes of six letters. A text without a length has a pattern, of at most 41 letters.
    return int(12 * schema["maxLength"]) if "maxLength" in schema else 43


@pytest.mark.parametrize("label", ["POST /api/v1/stock/waste", "POST /api/v1/stock/adjustments"])
async def test_keys_that_are_none(send, good, label):
    body = {"lot": 1, "quantity": "1", "reason": "broken"}
    for key in NO_KEYS:
        answer = await send({**body, "lot": key})
        # An adjustment without a lot opens one, and then needs more.
        expected = {"/product", "/unit_cost"} if key is None and "adjust" in label else {"/lot"}
        assert (key, answer.status, answer.pointers) == (key, 422, expected)


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        body = body[step]
    return body
