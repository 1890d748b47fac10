import asyncio

import httpx
import peewee
import pytest
from flask import Flask

from app.core.serving.asgi import WsgiToAsgi
from app.core.web.adapter import MAX_ERRORS
from app.core.web.json import json_response
from app.core.web.security import (
    Authenticator,
    Principal,
    allow,
    hash_token,
    maybe_principal,
    new_token,
    principal,
    public,
    refusal_by_scope,
    require_guards,
)
from app.core.wiring import wired
from tests.core.toy import bearer, errors, make_toy


@pytest.fixture(scope="module")
def app():
    app = make_toy()

    @app.get("/me")
    @public
    async def me():
        found = await maybe_principal()
        again = await maybe_principal()
        return json_response({"who": found and found.key, "same": found is again})

    return app


@pytest.fixture
def client(app):
    return app.test_client()


def add(client, headers, body=b"nonsense"):
    return client.post("/things", data=body, headers=headers)


class TestAllow:
    @pytest.mark.parametrize("role", ["clerk", "admin"])
    def test_lets_its_roles_through(self, client, role):
        response = client.post("/things", json={"name": "a"}, headers=bearer(role))
        assert response.status_code == 201

    @pytest.mark.parametrize("role", ["customer", "cart"])
    def test_other_roles_get_403_before_their_body_is_read(self, client, role):
        response = add(client, bearer(role))
        assert (response.status_code, response.json["code"]) == (403, "forbidden")

    def test_no_role_implies_another(self, client):
        assert client.delete("/things/a", headers=bearer("clerk")).status_code == 403
        assert client.delete("/things/a", headers=bearer("admin")).status_code == 204

    def test_no_token_is_401_before_the_body_is_read(self, client):
        response = add(client, {})
        assert (response.status_code, response.json["code"]) == (401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"

    def test_a_token_that_opens_nothing_is_401(self, client):
        response = add(client, bearer("stolen"))
        assert (response.status_code, response.json["code"]) == (401, "invalid_token")
        assert "invalid_token" in response.headers["WWW-Authenticate"]
        assert "stolen" not in response.text

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "clerk",
            "Basic Y2xlcms6",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer clerk, Bearer clerk",
            "Bearer żółw",
            "Bearer " + "x" * 600,
            "Bearer cl\0erk",
            "Token clerk",
        ],
    )
    def test_other_headers_are_401(self, client, header):
        environ = {"HTTP_AUTHORIZATION": header.encode().decode("latin-1")}
        response = client.post("/things", environ_overrides=environ)
        assert (response.status_code, response.json["code"]) == (401, "unauthenticated")

    @pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
    def test_the_scheme_is_read_as_http_says(self, client, scheme):
        response = client.get("/things/a", headers={"Authorization": f"{scheme} clerk"})
        assert response.status_code == 200

    def test_tells_the_view_who_asks(self, client):
        assert client.get("/things/a", headers=bearer("clerk")).json["who"] == "login:7"
        assert client.get("/things/a", headers=bearer("cart")).json["who"] == "cart:c-1"

    def test_refuses_permissions_that_do_not_exist(self):
        for permissions in [("clerk",), ("stock:read", "stock:eat"), ()]:
            with pytest.raises(ValueError, match="takes permissions"):
                allow(*permissions)

    def test_says_what_is_missing(self, client):
        answer = client.delete("/things/a", headers=bearer("clerk"))
        assert answer.json["detail"] == "This needs the permission users:write."

    async def test_authenticates_on_the_servers_loop(self, app):
        seen = []

        class Here:
            async def authenticate(self, token):
                seen.append(asyncio.get_running_loop())

        served = make_toy()
        served.extensions["wired"][Authenticator] = Here()
        transport = httpx.ASGITransport(app=WsgiToAsgi(served))
        async with httpx.AsyncClient(transport=transport, base_url="http://toy") as client:
            answer = await client.get("/things/a", headers=bearer("any"))
        assert answer.status_code == 401
        assert seen == [asyncio.get_running_loop()]


class TestPublic:
    def test_asks_nobody(self, app, client):
        with app.app_context():
            asked = wired(Authenticator).asked
        before = len(asked)
        assert client.get("/things", headers=bearer("clerk")).status_code == 200
        assert len(asked) == before

    def test_may_be_told_who_asks(self, client):
        assert client.get("/me").json == {"who": None, "same": True}
        assert client.get("/me", headers=bearer("clerk")).json == {"who": "login:7", "same": True}

    def test_a_wrong_token_is_401_where_it_matters(self, client):
        assert client.get("/me", headers=bearer("stolen")).status_code == 401
        assert client.get("/me", headers={"Authorization": "Basic x"}).status_code == 401

    def test_refuses_unknown_parameters_too(self, client):
        assert errors(client.get("/me?x=1")) == {"/query/x": "is not known here"}
        assert errors(client.get("/me?a/b=1")) == {"/query/a~1b": "is not known here"}
        many = "&".join(f"x{n}=1" for n in range(60))
        assert len(errors(client.get(f"/me?{many}"))) == MAX_ERRORS


class TestPrincipal:
    def test_needs_a_guard(self):
        with Flask("toy").app_context(), pytest.raises(RuntimeError, match="@allow"):
            principal()

    @pytest.mark.parametrize(
        ("role", "staff"), [("customer", False), ("clerk", True), ("admin", True)]
    )
    def test_knows_who_is_staff(self, role, staff):
        assert Principal("session", role, login_id=1).is_staff is staff

    def test_has_one_key_in_all_sessions(self):
        one = Principal("session", "customer", login_id=12, session_id=1)
        two = Principal("session", "customer", login_id=12, session_id=2)
        assert one.key == two.key == "login:12"

    def test_keeps_the_key_of_a_cart_that_was_checked_out(self):
        shopping = Principal("cart", "cart", cart_id="c-1")
        bought = Principal("cart", "cart", cart_id="c-1", purchase_id="p-1")
        assert shopping.key == bought.key == "cart:c-1"
        assert Principal("cart", "cart", purchase_id="p-1").key == "purchase:p-1"


class TestRequireGuards:
    def test_passes_guarded_views(self):
        require_guards(make_toy())

    def test_names_an_open_view(self):
        app = make_toy()
        app.add_url_rule("/open", "open", lambda: "")
        with pytest.raises(RuntimeError, match="The view open needs"):
            require_guards(app)

    def test_names_a_view_whose_guard_comes_too_late(self):
        app = make_toy()

        @app.get("/late")
        @app.output({})
        @public
        def late():
            return ""

        with pytest.raises(RuntimeError, match="The view late needs"):
            require_guards(app)

    def test_views_say_what_they_need(self):
        views = make_toy().view_functions
        assert views["things.drop_thing"].permissions == {"users:write"}
        assert views["things.read_thing"].permissions == {"purchases:own", "sales:read"}
        assert views["things.list_things"].permissions == frozenset()


class TestTokens:
    def test_are_long_random_and_fit_the_header(self, client):
        tokens = {new_token("ogs_s_") for _ in range(100)}
        assert len(tokens) == 100
        for token in tokens:
            assert token.startswith("ogs_s_")
            assert len(token) == len("ogs_s_") + 43
        response = client.get("/things/a", headers=bearer(tokens.pop()))
        assert response.json["code"] == "invalid_token"

    def test_only_their_hash_is_kept(self):
        token = new_token("ogs_c_")
        assert len(hash_token(token)) == 32
        assert hash_token(token) == hash_token(token) != hash_token(new_token("ogs_c_"))


class TestRefusalByScope:
    """What is asked before a long body is read, when there is no request yet."""

    def ask(self, app, headers, method="POST", path="/things"):
        with app.app_context():
            refusal = refusal_by_scope(app, wired(Authenticator))
        named = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        return asyncio.run(refusal({"method": method, "path": path, "headers": named}))

    @pytest.mark.parametrize(
        ("token", "status"),
        [("clerk", None), ("admin", None), ("customer", 403), ("cart", 403), ("stolen", 401)],
    )
    def test_is_what_the_guard_would_say(self, app, token, status):
        assert self.ask(app, bearer(token)) == status

    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic Y2xlcms6"}])
    def test_nobody_is_known_without_a_token(self, app, headers):
        assert self.ask(app, headers) == 401

    @pytest.mark.parametrize(("method", "path"), [("GET", "/things"), ("POST", "/nowhere")])
    def test_nothing_long_is_sent_to_what_needs_no_permission(self, app, method, path):
        assert self.ask(app, bearer("clerk"), method, path) == 403

    def test_a_database_that_is_away_is_no_yes(self, app):
        class Away:
            async def authenticate(self, _):
                raise peewee.OperationalError("away")

        refusal = refusal_by_scope(app, Away())
        scope = {"method": "POST", "path": "/things", "headers": [(b"authorization", b"Bearer a")]}
        assert asyncio.run(refusal(scope)) == 503
