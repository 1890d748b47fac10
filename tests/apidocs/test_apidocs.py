"""The API's description is complete and valid, and its page needs nothing from elsewhere."""

import ast
import re
from pathlib import Path

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.apidocs.problems import TAGS
from app.core.web.errors import problem_of_status
from app.core.web.refusals import DETAILS
from app.orders.checkout.service import _REFUSALS
from tests.support.asgi import running

APP = Path(__file__).parents[2] / "app"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="session")
async def docs_client(make_settings):
    from app.factory import create_app, create_asgi_app

    settings = make_settings(http={"docs": True}, pages={"enabled": False})
    async with running(create_asgi_app(create_app(settings))) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            yield client


@pytest.fixture(scope="session")
async def description(docs_client):
    return (await docs_client.get("/openapi.json")).json()


def operations(description):
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method.upper() in METHODS:
                yield method.upper(), path, operation


class TestDescription:
    def test_is_valid_openapi_3_1(self, description):
        assert description["openapi"].startswith("3.1")
        OpenAPIV31SpecValidator(description).validate()

    def test_has_every_route_of_the_api(self, description, application):
        described = {(method, path) for method, path, _ in operations(description)}
        served = {
            (method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule))
            for rule in application.url_map.iter_rules()
            if rule.rule.startswith("/api/")
            for method in rule.methods & METHODS
        }
        assert served
        assert served - described == set()

    def test_each_operation_has_a_summary_an_id_and_an_answer(self, description):
        ids = []
        for method, path, operation in operations(description):
            where = f"{method} {path}"
            assert operation["summary"].endswith("."), where
            assert any(status.startswith("2") for status in operation["responses"]), where
            ids.append(operation["operationId"])
        assert len(set(ids)) == len(ids)

    def test_each_guarded_operation_says_which_token_it_needs_and_what_is_refused(
        self, description
    ):
        for method, path, operation in operations(description):
            if operation.get("security") and {} not in operation["security"]:
                assert "401" in operation["responses"], f"{method} {path}"
                assert "403" in operation["responses"], f"{method} {path}"

    def test_each_guarded_operation_says_what_it_needs(self, description):
        for path, operations in description["paths"].items():
            for operation in operations.values():
                needs = re.search(
                    r"Needs (?:`[a-z:-]+`(?: or )?)+\.$", operation.get("description", "")
                )
                assert bool(needs) is ("403" in operation["responses"]), path

    def test_errors_are_problems(self, description):
        for method, path, operation in operations(description):
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert answer == {"$ref": f"#/components/responses/{status}"}, (
                        f"{method} {path}"
                    )
                    shared = description["components"]["responses"][status]
                    content = shared["content"]["application/problem+json"]["schema"]
                    assert content == {"$ref": "#/components/schemas/Problem"}

    def test_bodies_are_described_by_named_schemas(self, description):
        for method, path, operation in operations(description):
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            if body:
                assert "$ref" in body["schema"], f"{method} {path}"

    def test_alternatives_have_names(self, description):
        schemas = description["components"]["schemas"]
        assert schemas["NewAdjustment"]["oneOf"] == [
            {"$ref": "#/components/schemas/LotCorrection"},
            {"$ref": "#/components/schemas/FoundLot"},
        ]
        for name, schema in schemas.items():
            assert all("$ref" in part for part in schema.get("oneOf", ())), name
        assert schemas["LotCorrection"]["required"] == ["lot", "quantity", "reason"]

    def test_a_cart_may_be_opened_with_a_token_or_without(self, description):
        assert description["paths"]["/api/v1/carts"]["post"]["security"] == [{}, {"session": []}]

    def test_what_may_be_kept_says_how_to_ask_again(self, description):
        kept = [
            (path, operation)
            for method, path, operation in operations(description)
            if "304" in operation["responses"]
        ]
        assert {path for path, _ in kept} == {
            "/api/v1/products/{code}",
            "/api/v1/barcodes/{code}",
            "/api/v1/brands/{code}",
            "/api/v1/categories/{code}",
            "/api/v1/images/{image}/{size}",
            "/api/v1/shop",
        }
        for _, operation in kept:
            assert "If-None-Match" in [parameter["name"] for parameter in operation["parameters"]]
            assert "ETag" in operation["responses"]["200"]["headers"]
            assert "ETag" in operation["responses"]["304"]["headers"]

    def test_says_what_its_groups_are_for(self, description):
        assert {tag["name"]: tag["description"] for tag in description["tags"]} == TAGS
        assert len(description["tags"]) == len(TAGS)

    async def test_says_where_it_is_served(self, docs_client, description):
        assert description["servers"] == [{"url": "/"}]

    async def test_is_not_sent_again_to_who_has_it(self, docs_client):
        first = await docs_client.get("/openapi.json")
        again = await docs_client.get(
            "/openapi.json", headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")


class TestCodes:
    def test_each_has_an_example_with_its_status(self, description):
        for status, response in description["components"]["responses"].items():
            examples = response["content"]["application/problem+json"]["examples"]
            for code, example in examples.items():
                assert example["value"]["code"] == code
                assert str(example["value"]["status"]) == status

    def test_all_that_the_code_says_are_listed(self, description):
        """Found in the code itself: as `code=…` of an error, and as a class's own."""
        problem = description["components"]["schemas"]["Problem"]
        assert said_in_code() == set(problem["properties"]["code"]["enum"])


def said_in_code() -> set[str]:
    found = set(_REFUSALS) | {problem_of_status(status).code for status in DETAILS}
    # What pages refuse is said to people, and not in JSON.
    for path in {*APP.rglob("*.py")} - {*(APP / "pages").rglob("*.py")}:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                    found.add(code)
                # As the classes of core/web/errors.py have it: a status, a code and a title.
                case ast.Assign(
                    targets=[ast.Tuple(elts=[_, ast.Name(id="code"), _])],
                    value=ast.Tuple(elts=[_, ast.Constant(value=str(code)), _]),
                ):
                    found.add(code)
                case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
                    found.add(code)
    return found


class TestPage:
    async def test_is_where_the_servers_address_leads(self, docs_client):
        answer = await docs_client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (302, "/docs")

    async def test_refers_only_to_this_server(self, docs_client):
        page = (await docs_client.get("/docs")).text
        script = (await docs_client.get("/docs/page.js")).text
        assert "//" not in re.sub(r"^\s*//.*$", "", page + script, flags=re.MULTILINE)
        assert (
            "default-src 'none'"
            in (await docs_client.get("/docs")).headers["content-security-policy"]
        )

    async def test_all_that_it_refers_to_is_there(self, docs_client):
        page = (await docs_client.get("/docs")).text
        for path in re.findall(r'(?:src|href)="([^"]+)"', page):
            answer = await docs_client.get(f"/{path}")
            assert answer.status_code == 200, path
            assert len(answer.content) > 100, path

    async def test_an_asset_outside_of_its_folder_is_not_there(self, docs_client):
        for path in (
            "/docs/assets/../routes.py",
            "/docs/assets/%2e%2e/__init__.py",
            "/docs/assets/none.js",
        ):
            assert (await docs_client.get(path)).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/", "/docs", "/docs/page.js", "/docs/assets/swagger-ui.css", "/openapi.json"]
    )
    async def test_is_not_there_unless_switched_on(self, make_settings, path):
        from app.factory import create_app, create_asgi_app

        settings = make_settings(http={"docs": False}, pages={"enabled": False})
        async with running(create_asgi_app(create_app(settings))) as shop:
            transport = httpx.ASGITransport(app=shop)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://shop.test"
            ) as client:
                assert (await client.get(path)).status_code == 404
