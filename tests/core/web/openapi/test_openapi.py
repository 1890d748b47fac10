import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has none
from openapi_spec_validator import validate
from pydantic import create_model

from app.core.web.bodies import takes
from app.core.web.json import no_content
from app.core.web.schema import Schema
from app.core.web.security import allow, public
from tests.core.toy import bearer, make_toy


@pytest.fixture(scope="module")
def app():
    return make_toy()


@pytest.fixture(scope="module")
def spec(app):
    return app.spec


def operation(spec: Any, name: str) -> Any:
    found = [o for path in spec["paths"].values() for o in path.values()]
    (one,) = [o for o in found if o["operationId"] == name]
    return one


class TestDocument:
    def test_is_valid_openapi_3_1(self, spec):
        validate(json.loads(json.dumps(spec)))
        assert spec["openapi"].startswith("3.1")

    def test_is_the_same_each_time(self, app, spec):
        assert json.dumps(app.spec) == json.dumps(spec)

    def test_every_schema_has_its_own_name_and_is_there_once(self, spec):
        assert set(spec["components"]["schemas"]) == {
            *("Part", "Thing", "ThingPatch", "ThingPage"),
            *("Problem", "WrongValue"),
        }

    def test_two_schemas_of_one_name_are_kept_apart(self):
        def a_model(kind: type) -> type[Schema]:
            return create_model("Box", __base__=Schema, inside=(kind, ...))

        app = make_toy()
        for n, model in enumerate((a_model(int), a_model(str))):
            app.get(f"/box{n}", endpoint=f"box{n}")(public(app.output(model)(lambda: "")))
        made = app.spec
        validate(json.loads(json.dumps(made)))
        kinds = set()
        for n in range(2):
            content = operation(made, f"box{n}")["responses"]["200"]["content"]
            name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            kinds.add(made["components"]["schemas"][name]["properties"]["inside"]["type"])
        assert kinds == {"integer", "string"}


class TestOperations:
    def test_have_names_and_summaries(self, spec):
        assert operation(spec, "list_things")["summary"] == "List things."

    def test_of_one_name_are_told_apart(self):
        app = make_toy()
        app.add_url_rule("/both", "both", public(lambda: ""), methods=["GET", "POST"])
        made = app.spec
        assert {o["operationId"] for o in made["paths"]["/both"].values()} == {
            "both_get",
            "both_post",
        }

    @pytest.mark.parametrize(
        ("name", "problems"),
        [
            ("list_things", {422, 503}),
            ("add_thing", {400, 401, 403, 408, 409, 413, 415, 422, 503}),
            ("read_thing", {401, 403, 404, 422, 503}),
            ("change_thing", {400, 401, 403, 404, 408, 412, 413, 415, 422, 503}),
            ("drop_thing", {401, 403, 404, 422, 503}),
        ],
    )
    def test_tell_their_problems(self, spec, name, problems):
        responses = operation(spec, name)["responses"]
        assert {int(status) for status in responses if status[0] in "45"} == problems
        for status in problems:
            assert responses[str(status)] == {"$ref": f"#/components/responses/{status}"}
            (media,) = spec["components"]["responses"][str(status)]["content"]
            assert media == "application/problem+json"

    @pytest.mark.parametrize(
        ("name", "security"),
        [
            ("list_things", []),
            ("add_thing", [{"session": []}]),
            ("read_thing", [{"cart": []}, {"session": []}]),
        ],
    )
    def test_tell_which_tokens_they_take(self, spec, name, security):
        assert operation(spec, name)["security"] == security
        assert set(spec["components"]["securitySchemes"]) == {"cart", "session"}

    def test_tell_what_they_read_and_answer(self, spec):
        add = operation(spec, "add_thing")
        thing = {"$ref": "#/components/schemas/Thing"}
        assert add["requestBody"] == {
            "content": {"application/json": {"schema": thing}},
            "description": "At most 65,536 bytes.",
            "required": True,
        }
        assert add["responses"]["201"]["content"]["application/json"]["schema"] == thing
        assert "Location" in add["responses"]["201"]["headers"]
        assert operation(spec, "drop_thing")["responses"]["204"].keys() == {"description"}

    def test_tell_of_files(self):
        app = make_toy()
        view = app.output({}, status_code=204)(lambda body: no_content())
        guarded = allow("stock:write", longest_body=2_000_000)(takes("image/png")(view))
        app.put("/file/<any(one,two):which>", endpoint="put_file")(guarded)
        made = app.spec
        validate(json.loads(json.dumps(made)))
        told = operation(made, "put_file")
        assert told["requestBody"] == {
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
            "description": "At most 2,000,000 bytes.",
            "required": True,
        }
        assert {"400", "408", "413"} <= told["responses"].keys()
        assert "415" not in told["responses"]
        (which,) = told["parameters"]
        assert which["schema"] == {"type": "string", "enum": ["one", "two"]}

    def test_tell_their_headers(self, spec):
        def headers(name):
            found = operation(spec, name)["parameters"]
            return {p["name"] for p in found if p["in"] == "header"}

        assert headers("add_thing") == {"Idempotency-Key"}
        assert headers("change_thing") == {"If-Match"}
        assert headers("read_thing") == set()
        ok = operation(spec, "list_things")["responses"]["200"]
        assert set(ok["headers"]) == {"Link"}
        assert set(operation(spec, "change_thing")["responses"]["200"]["headers"]) == {"ETag"}

    def test_tell_their_query(self, spec):
        found = {p["name"]: p for p in operation(spec, "list_things")["parameters"]}
        assert set(found) == {"limit", "cursor", "q", "whole", "most", "id", "sort"}
        assert found["limit"]["schema"] == {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 20,
        }
        assert found["limit"]["description"]
        assert found["whole"]["schema"] == {"type": "boolean"}
        assert found["sort"]["schema"]["enum"] == ["up", "down"]
        assert not any(p["required"] for p in found.values())


class TestAnswers:
    """What is sent is what is described."""

    @pytest.mark.parametrize("path", ["/things?limit=0", "/nowhere", "/things/a"])
    def test_problems(self, app, spec, path):
        self.check(spec, "Problem", app.test_client().get(path).json)

    def test_pages(self, app, spec):
        response = app.test_client().get("/things?limit=2")
        self.check(spec, "ThingPage", response.json)

    def test_things(self, app, spec):
        body = {"name": "a", "count": 1, "parts": [{"price": "1.00", "made": None}]}
        response = app.test_client().post("/things", json=body, headers=bearer("clerk"))
        self.check(spec, "Thing", response.json)

    def check(self, spec, name, value):
        schema = {"$ref": f"#/components/schemas/{name}", "components": spec["components"]}
        Draft202012Validator(schema).validate(value)
