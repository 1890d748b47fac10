import json
import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.web import BadRequest
from app.core.web.json import MAX_DEPTH, dumps, json_response, no_content, parse_json
from app.core.web.schema import Money, Schema

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)

BAD = {
    "nothing": b"",
    "a blank": b" ",
    "not JSON": b"hello",
    "two values": b"1 2",
    "a trailing comma": b"[1,]",
    "single quotes": b"{'a':1}",
    "a comment": b"{} // no",
    "an unfinished string": b'{"a":"b',
    "a raw line break in a string": b'"a\nb"',
    "a raw NUL in a string": b'"a\x00b"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "Latin-1": '"é"'.encode("latin-1"),
    "overlong UTF-8": b'"\xc0\xaf"',
    "a raw surrogate": b'"\xed\xa0\x80"',
    "a lone high surrogate": rb'"\ud800"',
    "a lone low surrogate": rb'["\udc00"]',
    "a lone surrogate in a name": rb'{"\ud800":1}',
    "a lone surrogate deep down": rb'{"a":[{"b":"\udfff"}]}',
    "the same name twice": b'{"a":1,"a":1}',
    "the same name twice, once escaped": rb'{"a":1,"\u0061":2}',
    "the same name twice deep down": b'[{"b":{"a":1,"a":2}}]',
    "NaN": b"NaN",
    "infinity": b'{"a":Infinity}',
    "negative infinity": b"[-Infinity]",
    "a float beyond floats": b"1e999",
    "a leading zero": b"01",
    "a plus sign": b"+1",
    "hexadecimal": b"0x10",
    "digits of another script": "٣".encode(),
    "an integer of 5,000 digits": b"9" * 5000,
    "33 arrays": b"[" * 33 + b"]" * 33,
    "33 objects": b'{"a":' * 33 + b"1" + b"}" * 33,
    "65 members": b"{" + b",".join(b'"%d":0' % n for n in range(65)) + b"}",
    "100,000 arrays": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "depth behind strings full of brackets": b'["]]]]]]]]]",' * 40 + b"1" + b"]" * 40,
    "depth behind escaped quotes": rb'["\"]",' * 40 + b"1" + b"]" * 40,
}


class TestParseJson:
    @pytest.mark.parametrize("text", BAD.values(), ids=BAD)
    def test_refuses(self, text):
        with pytest.raises(BadRequest):
            parse_json(text)

    @given(JSON.filter(lambda value: _depth(value) <= MAX_DEPTH))
    def test_reads_what_json_can_say(self, value):
        assert parse_json(json.dumps(value).encode()) == value
        assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value

    @given(st.binary() | st.text().map(str.encode) | st.text('[]{}"\\:,0u de').map(str.encode))
    @example(b'"' + b'\\"' * 100)
    def test_any_bytes_give_a_value_or_a_bad_request(self, text):
        try:
            value = parse_json(text)
        except BadRequest:
            return
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")

    def test_32_levels_are_fine(self):
        assert parse_json(b"[" * 32 + b"]" * 32)

    def test_brackets_in_strings_are_no_depth(self):
        text = json.dumps(["[{" * 100, '"[' * 100]).encode()
        assert parse_json(text) == json.loads(text)

    def test_wide_is_not_deep(self):
        assert len(parse_json(b"[" + b"[]," * 1000 + b"[]]")) == 1001

    def test_a_pair_of_surrogates_is_a_character(self):
        assert parse_json(rb'"\ud83e\udd55"') == "\N{CARROT}"

    def test_an_escaped_nul_is_json(self):
        assert parse_json(rb'"\u0000"') == "\0"

    def test_an_unfinished_string_of_a_megabyte_takes_no_time_to_speak_of(self):
        with pytest.raises(BadRequest):
            parse_json(b"[" * 33 + b'"' + b'\\"' * 500_000)

    def test_says_where_the_syntax_is_wrong(self):
        with pytest.raises(BadRequest, match="line 2 column 3"):
            parse_json(b'{"a":\n1 oops}')


def _depth(value: Any) -> int:
    match value:
        case list():
            return 1 + max(map(_depth, value), default=0)
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
    return 0


class Price(Schema):
    amount: Money


class TestDumps:
    def test_decimals_are_strings_without_exponents(self):
        assert dumps({"a": Decimal("1E+2"), "b": Decimal("0.10")}) == b'{"a":"100","b":"0.10"}'

    def test_times_are_in_utc(self):
        here = datetime(2026, 1, 31, 1, tzinfo=timezone(timedelta(hours=1)))
        assert dumps([datetime(2026, 1, 31, tzinfo=UTC)]) == b'["2026-01-31T00:00:00Z"]'
        assert parse_json(dumps(here)) == "2026-01-31T01:00:00+01:00"

    @pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
    def test_refuses_what_has_no_form(self, value):
        with pytest.raises(TypeError):
            dumps(value)

    def test_never_writes_nan(self):
        assert dumps(math.nan) == b"null"


class TestJsonResponse:
    def test_sends_text_as_it_is(self):
        response = json_response('{"a": 1}', 201, {"Location": "/a"})
        assert response.status_code == 201
        assert response.data == b'{"a": 1}'
        assert response.headers["Location"] == "/a"
        assert response.content_type == "application/json"

    def test_sends_values_and_models(self):
        assert json_response({"a": Decimal("1.50")}).data == b'{"a":"1.50"}'
        assert json_response(Price(amount=Decimal("1.5"))).data == b'{"amount":"1.50"}'

    def test_no_content_has_none(self):
        assert (no_content().status_code, no_content().data) == (204, b"")
