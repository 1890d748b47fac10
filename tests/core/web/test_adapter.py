import json
from typing import Any

import pytest

from app.core.web import BadRequest
from app.core.web.adapter import MAX_ITEMS, parse_body, pointer
from tests.core.toy import Thing, ThingPatch, bearer, errors, make_toy


@pytest.fixture(scope="module")
def client():
    return make_toy().test_client()


def post(client, body, content_type="application/json", **headers):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        "/things", data=data, content_type=content_type, headers={**bearer("clerk"), **headers}
    )


WRONG: dict[str, tuple[Any, dict[str, str]]] = {
    "no members": ({}, {"/name": "is missing"}),
    "an array": ([], {"": "Input should be an object"}),
    "null": (None, {"": "Input should be an object"}),
    "a string": ("{}", {"": "Input should be an object"}),
    "an unknown member": ({"name": "a", "nmae": 1}, {"/nmae": "is not known here"}),
    "a member with a slash": ({"name": "a", "b/c~d": 1}, {"/b~1c~0d": "is not known here"}),
    "a number for a string": ({"name": 1}, {"/name": "Input should be a valid string"}),
    "a string for a number": (
        {"name": "a", "count": "1"},
        {"/count": "Input should be a valid integer"},
    ),
    "a float for a number": (
        {"name": "a", "count": 1.0},
        {"/count": "Input should be a valid integer"},
    ),
    "a boolean for a number": (
        {"name": "a", "count": True},
        {"/count": "Input should be a valid integer"},
    ),
    "NUL": ({"name": "a\0"}, {"/name": "must not contain control characters"}),
    "a day deep down": (
        {"name": "a", "parts": [{"price": "1"}, {"price": "1", "made": "yesterday"}]},
        {"/parts/1/made": "must be a date like 2026-01-31"},
    ),
    "NUL in a name": ({"name": "a", "\0": 1}, {"/\0": "is not known here"}),
}


@pytest.fixture
def good_parts():
    def make(count):
        return [b'{"price":"1.50","made":"2026-01-31"}'] * count

    return make


class TestBodies:
    @pytest.mark.parametrize(("body", "expected"), WRONG.values(), ids=WRONG)
    def test_wrong_values_are_422_with_pointers(self, client, body, expected):
        assert errors(post(client, body)) == expected

    @pytest.mark.parametrize("price", [1.5, 1, None, "1e1", "-1", True])
    def test_money_is_a_string(self, client, price):
        response = post(client, {"name": "a", "parts": [{"price": price}]})
        assert list(errors(response)) == ["/parts/0/price"]

    @pytest.mark.parametrize("count", [2**31, 2**63, -1, 10**100])
    def test_numbers_out_of_range_are_422(self, client, count):
        assert list(errors(post(client, {"name": "a", "count": count}))) == ["/count"]

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"\xff", b'{"name":"a","name":"b"}', b'{"name":"\\ud800"}', b"[" * 10**4],
    )
    def test_what_is_not_json_is_400(self, client, body):
        response = post(client, body)
        assert (response.status_code, response.json["code"]) == (400, "bad_request")

    def test_an_empty_one_is_400_and_told_so(self, client):
        assert "empty" in post(client, b"").json["detail"]

    @pytest.mark.parametrize(
        "content_type",
        [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/json",
            "application/merge-patch+json",
            "application/json; charset=latin-1",
            "",
            "nonsense",
        ],
    )
    def test_other_types_are_415(self, client, content_type):
        response = post(client, {"name": "a"}, content_type)
        assert (response.status_code, response.json["code"]) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        "content_type", ["application/json; charset=UTF-8", "Application/JSON"]
    )
    def test_the_same_type_in_other_words_is_fine(self, client, content_type):
        assert post(client, {"name": "a"}, content_type).status_code == 201

    def test_compressed_ones_are_415(self, client):
        assert post(client, {"name": "a"}, **{"Content-Encoding": "gzip"}).status_code == 415

    def test_good_ones_arrive(self, client):
        body = {"name": "a", "count": 2, "parts": [{"price": "1.50", "made": "2026-01-31"}]}
        response = post(client, body)
        assert (response.status_code, response.json) == (201, body)

    def test_many_wrong_values_are_named_up_to_a_bound(self, client):
        response = post(client, {"name": "a", **{f"x{n}": 1 for n in range(60)}})
        assert len(errors(response)) == 20

    @pytest.mark.parametrize("model", [Thing, ThingPatch])
    def test_what_holds_more_than_can_be_meant_is_not_looked_into(self, model, good_parts):
        """The whole of it is no JSON, but nobody gets there: it would take as long as the body is."""
        many = b'{"name":"a","parts":[' + b",".join(good_parts(3 * MAX_ITEMS)) + b"] no JSON"
        with pytest.raises(BadRequest, match="more values than can be meant"):
            parse_body(model, many)

    def test_what_a_schema_takes_is_never_too_much(self, good_parts):
        body = b'{"name":"a","parts":[' + b",".join(good_parts(MAX_ITEMS)) + b"]}"
        assert len(parse_body(Thing, body).parts) == MAX_ITEMS

    def test_nor_is_a_text_that_looks_like_many_values(self):
        assert parse_body(ThingPatch, json.dumps({"name": "[,]" * 40}).encode().ljust(10_000))

    def test_patches_tell_null_from_absence(self, client):
        def patch(body):
            return client.patch("/things/a", json=body, headers=bearer("clerk"))

        assert patch({"made": None}).json["changes"] == {"made": None}
        assert patch({}).json["changes"] == {}
        assert list(errors(patch({"name": None}))) == ["/name"]


QUERIES = {
    "limit=1_0": {"/query/limit": "must be an integer in plain digits"},
    "limit=%201": {"/query/limit": "must be an integer in plain digits"},
    "limit=%2B1": {"/query/limit": "must be an integer in plain digits"},
    "limit=1.0": {"/query/limit": "must be an integer in plain digits"},
    "limit=%D9%A3": {"/query/limit": "must be an integer in plain digits"},
    "limit=": {"/query/limit": "must be an integer in plain digits"},
    "id=1_0": {"/query/id": "must be an integer in plain digits"},
    "limit=0": {"/query/limit": "Input should be greater than or equal to 1"},
    "limit=101": {"/query/limit": "Input should be less than or equal to 100"},
    "limit=1&limit=1": {"/query/limit": "must be given only once"},
    "whole=yes": {"/query/whole": "must be true or false"},
    "whole=1": {"/query/whole": "must be true or false"},
    "sort=sideways": {"/query/sort": "Input should be 'up' or 'down'"},
    "q=%00": {"/query/q": "must not contain control characters"},
    "page=2": {"/query/page": "is not known here"},
    "page=2&page=3": {"/query/page": "must be given only once"},
    "LIMIT=1": {"/query/LIMIT": "is not known here"},
    "limit=x&whole=y": {
        "/query/limit": "must be an integer in plain digits",
        "/query/whole": "must be true or false",
    },
}


class TestQueries:
    @pytest.mark.parametrize(("query", "expected"), QUERIES.items(), ids=QUERIES)
    def test_wrong_ones_are_422_with_pointers(self, client, query, expected):
        assert errors(client.get(f"/things?{query}")) == expected

    @pytest.mark.parametrize(
        "query",
        ["", "limit=100", "id=7", "whole=true", "most=1.50", "q=%C5%BC%20a", "sort=down&limit=1"],
    )
    def test_good_ones_pass(self, client, query):
        assert client.get(f"/things?{query}").status_code == 200

    def test_views_that_take_none_refuse_them(self, client):
        response = client.get("/things/a?x=1", headers=bearer("clerk"))
        assert errors(response) == {"/query/x": "is not known here"}

    @pytest.mark.parametrize("query", ["", "&", "&&"])
    def test_nothing_is_no_parameter(self, client, query):
        assert client.get(f"/things/a?{query}", headers=bearer("clerk")).status_code == 200


class TestPointer:
    def test_escapes_and_cuts(self):
        assert pointer(["a/b", 0, "~"], "/query") == "/query/a~1b/0/~0"
        assert pointer([]) == ""
        assert len(pointer(["x" * 10_000])) == 200
