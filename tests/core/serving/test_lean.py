"""What LeanFlask leaves out, and what it still does as Flask."""

import pytest
from flask import Flask, request, session

from app.core.serving.lean import LeanFlask


@pytest.fixture(params=[Flask, LeanFlask])
def app(request):
    """Flask's own and ours, which must not differ."""
    app = request.param("toy", static_folder=None)

    @app.route("/", methods=["GET", "POST"])
    @app.route("/<path:path>")
    def show(path=""):
        return [path, request_facts()]

    return app


def request_facts():
    return [request.method, request.path, request.host, request.url, request.url_rule.rule]


class TestRoutes:
    @pytest.mark.parametrize(
        "asked",
        [
            {"path": "/a/b"},
            {"path": "/%C5%82%2F%FF"},
            {"path": "/", "method": "POST"},
            {"path": "/a", "method": "POST"},
            {"path": "/a", "method": "HEAD"},
            {"path": "/a", "query_string": "q=1"},
            {"path": "/a", "headers": {"Host": "Shop.Example:81"}},
            {"path": "/a", "headers": {"Host": "bad host/"}},
            {"path": "/a", "headers": {"Host": ""}},
            {"path": "/a", "headers": {"Host": "x" * 64}},
            {"path": "/a", "headers": {"Host": "[::1]:8000"}},
            {"path": "/a", "environ_overrides": {"HTTP_HOST": "żółw"}},
            {"path": "/a", "environ_overrides": {"SCRIPT_NAME": "/shop"}},
            {"path": "/a", "environ_overrides": {"wsgi.url_scheme": "https"}},
            {"path": "/a", "headers": {"Connection": "upgrade", "Upgrade": "h2c"}},
        ],
    )
    def test_are_found_as_by_flask(self, asked):
        answers = []
        for kind in (Flask, LeanFlask):
            made = kind("toy", static_folder=None)
            made.get("/<path:path>")(lambda path: [path, request_facts()])
            made.post("/")(request_facts)
            answer = made.test_client().open(**asked)
            answers.append((answer.status_code, answer.data, answer.headers.get("Allow")))
        assert answers[0] == answers[1]

    @pytest.mark.parametrize("wish", ["websocket", "h2c"])
    def test_do_not_mind_a_wish_to_upgrade(self, wish):
        app = LeanFlask("toy", static_folder=None)
        app.get("/a")(request_facts)
        headers = {"Connection": "upgrade", "Upgrade": wish}
        assert app.test_client().get("/a", headers=headers).status_code == 200

    def test_an_empty_path_is_led_to_the_root(self, app):
        made = {"SCRIPT_NAME": "/shop", "PATH_INFO": ""}
        answer = app.test_client().get("/", environ_overrides=made)
        assert (answer.status_code, answer.location) == (308, "http://localhost/shop/")

    def test_a_redirect_keeps_the_host(self, app):
        app.get("/shelf/")(lambda: "")
        answer = app.test_client().get(
            "/shelf?q=1",
            headers={"Host": "Shop.Example:81"},
            environ_overrides={"SCRIPT_NAME": "/s"},
        )
        assert (answer.status_code, answer.location) == (
            308,
            "http://shop.example:81/s/shelf/?q=1",
        )

    def test_hosts_may_be_restricted(self, app):
        app.config["TRUSTED_HOSTS"] = ["shop.example"]
        client = app.test_client()
        assert client.get("/", headers={"Host": "shop.example"}).status_code == 200
        assert client.get("/", headers={"Host": "other.example"}).status_code == 400


class TestSessions:
    def test_hold_nothing_and_take_nothing(self, app):
        @app.get("/session")
        def see():
            try:
                session["a"] = 1
            except RuntimeError:
                return [dict(session), "refused"]

        answer = app.test_client().get("/session")
        assert answer.json == [{}, "refused"]
        assert "Set-Cookie" not in answer.headers


class TestHooks:
    def test_one_that_is_async_is_run_each_time(self):
        app, seen = LeanFlask("toy"), []

        @app.before_request
        async def hook():
            seen.append(request.path)

        app.get("/<path:path>")(lambda path: path)
        for path in ("/a", "/b"):
            assert app.test_client().get(path).status_code == 200
        assert seen == ["/a", "/b"]
