"""WsgiToAsgi, message by message: environs in, responses out, and errors on the way."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar

import pytest
from flask import Response, request

from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask, iterate
from tests.core.asgi_client import Client

COLOUR: ContextVar[str] = ContextVar("colour", default="none")


@pytest.fixture
def app() -> AsyncFlask:
    return AsyncFlask("toy")


@pytest.fixture
def bridge(app) -> WsgiToAsgi:
    return WsgiToAsgi(app)


class TestEnviron:
    @pytest.fixture(autouse=True)
    def view(self, app):
        @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
        @app.route("/<path:path>", methods=["GET", "POST"])
        async def show(path):
            self.environ = dict(request.environ)
            self.data = request.data
            return "seen"

    async def test_names_the_request(self, bridge):
        await Client(path="/kaszë ½", scope={"query_string": b"q=%C5%82&\xff=1"}).request(bridge)

        assert self.environ["REQUEST_METHOD"] == "GET"
        assert self.environ["PATH_INFO"].encode("latin-1").decode() == "/kaszë ½"
        assert self.environ["QUERY_STRING"] == "q=%C5%82&ÿ=1"
        assert self.environ["SERVER_NAME"] == "shop.example"
        assert self.environ["SERVER_PORT"] == "8000"
        assert self.environ["REMOTE_ADDR"] == "192.0.2.7"
        assert self.environ["SERVER_PROTOCOL"] == "HTTP/1.1"

    @pytest.mark.parametrize(
        ("path", "script_name", "path_info"),
        [
            ("/shop/brands", "/shop", "/brands"),
            ("/shop", "/shop", ""),
            ("/shopping", "/shop", "/shopping"),
            ("/brands", "/shop", "/brands"),
        ],
    )
    async def test_the_root_path_is_taken_off_whole(self, bridge, path, script_name, path_info):
        await Client(path=path, scope={"root_path": "/shop"}).request(bridge)

        # Flask redirects an empty path before a view sees it.
        if path_info:
            assert self.environ["SCRIPT_NAME"] == script_name
            assert self.environ["PATH_INFO"] == path_info

    async def test_a_server_on_a_unix_socket_has_no_address(self, bridge):
        client = await Client(scope={"server": ("/run/shop.sock", None), "client": None}).request(
            bridge
        )

        assert client.status == 200
        assert "REMOTE_ADDR" not in self.environ

    async def test_headers_with_an_underscore_are_dropped(self, bridge):
        headers = [(b"x_role", b"admin"), (b"x-role", b"guest"), (b"content_type", b"a/b")]
        await Client(headers=headers).request(bridge)

        assert self.environ["HTTP_X_ROLE"] == "guest"
        assert "CONTENT_TYPE" not in self.environ

    async def test_repeated_headers_are_joined(self, bridge):
        headers = [(b"accept", b"a"), (b"cookie", b"a=1"), (b"accept", b"b"), (b"cookie", b"b=2")]
        await Client(headers=headers).request(bridge)

        assert self.environ["HTTP_ACCEPT"] == "a,b"
        assert self.environ["HTTP_COOKIE"] == "a=1; b=2"

    @pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 400)])
    async def test_a_header_is_repeated_a_hundred_times_at_most(self, bridge, count, status):
        client = await Client(headers=[(b"x-forwarded-for", b"a")] * count).request(bridge)

        assert client.status == status

    @pytest.mark.parametrize(
        "headers", [[(b"transfer-encoding", b"chunked")], []], ids=["in chunks", "by HTTP/2"]
    )
    async def test_a_body_that_declares_no_length_has_one(self, bridge, headers):
        await Client("POST", headers=headers, chunks=[b"abc", b"", b"de"]).request(bridge)

        assert self.environ["CONTENT_LENGTH"] == "5"
        assert self.data == b"abcde"


class TestResponse:
    async def test_a_plain_response_is_one_start_and_one_body(self, app, bridge):
        app.get("/")(self.hello)
        client = await Client().request(bridge)

        assert [message["type"] for message in client.messages] == [
            "http.response.start",
            "http.response.body",
        ]
        assert client.text == "hello"
        assert client.complete

    @staticmethod
    async def hello():
        await asyncio.sleep(0)
        return "hello"

    @pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 200)])
    async def test_a_response_without_a_body_is_complete(self, app, bridge, method, status):
        app.get("/")(self.hello)
        client = await Client(method).request(bridge)

        assert client.status == status
        assert client.text == ""
        assert client.complete
        if method == "HEAD":
            assert client.answer_headers[b"content-length"] == b"5"

    @pytest.mark.parametrize(("method", "text"), [("GET", "in parts"), ("HEAD", "")])
    async def test_a_list_goes_out_in_one_message(self, bridge, method, text):
        def wsgi(environ, start_response):
            start_response("200 OK", [("Content-Length", "8")])
            return [b"in ", b"parts"]

        bridge.wsgi_application = wsgi
        client = await Client(method).request(bridge)

        assert (client.text, len(client.bodies), client.complete) == (text, 1, True)

    async def test_a_204_is_complete(self, app, bridge):
        app.delete("/")(lambda: ("", 204))
        client = await Client("DELETE").request(bridge)

        assert (client.status, client.text, client.complete) == (204, "", True)

    @pytest.mark.parametrize(
        ("value", "sent"),
        [
            ("żółć €", "żółć €".encode()),
            ("café", "café".encode("latin-1")),
            ("a\x00b\x1b", b"a b "),
            ("a\tb", b"a\tb"),
            ("\ud800", b"?"),
        ],
    )
    async def test_no_header_value_breaks_a_response(self, app, bridge, value, sent):
        app.get("/")(lambda: ("ok", {"X-Odd": value}))
        client = await Client().request(bridge)

        assert client.status == 200
        assert client.answer_headers[b"x-odd"] == sent

    async def test_a_stream_goes_out_as_it_comes(self, app, bridge):
        @app.get("/")
        async def stream():
            async def numbers():
                for number in range(3):
                    await asyncio.sleep(0)
                    yield f"{number} "

            return Response(iterate(numbers()))

        client = await Client().request(bridge)

        assert [body["body"] for body in client.bodies] == [b"0 ", b"1 ", b"2 ", b""]
        assert client.complete

    async def test_a_stream_that_never_waits_lets_others_run(self, app, bridge):
        app.get("/")(lambda: Response(iter([b"more"] * 50)))
        client, sent_at_each_turn = Client(), set()

        async def other():
            while not client.complete:
                sent_at_each_turn.add(len(client.bodies))
                await asyncio.sleep(0)

        await asyncio.gather(other(), client.request(bridge))

        assert sent_at_each_turn >= set(range(50))

    async def test_no_more_is_sent_than_the_content_length(self, bridge):
        def wsgi(environ, start_response):
            start_response("200 OK", [("Content-Length", "5")])
            return iter([b"abc", b"defg", b"never"])

        bridge.wsgi_application = wsgi
        client = await Client().request(bridge)

        assert client.text == "abcde"
        assert client.complete

    async def test_close_is_called_when_the_answer_is_out(self, app, bridge):
        events = []

        @app.get("/")
        async def view():
            response = Response("ok")
            response.call_on_close(lambda: events.append(client.complete))
            return response

        client = Client()
        await client.request(bridge)

        assert events == [True]

    async def test_a_failing_close_is_told_and_harms_nobody(self, app, bridge, caplog):
        @app.get("/")
        async def view():
            response = Response("ok")
            response.call_on_close(lambda: 1 / 0)
            return response

        client = await Client().request(bridge)

        assert client.complete
        assert [record.getMessage() for record in caplog.records] == ["Closing a response failed."]


class TestErrors:
    async def test_before_the_first_byte_is_a_500_told_once(self, bridge, caplog):
        def wsgi(environ, start_response):
            raise ValueError("secret detail")

        bridge.wsgi_application = wsgi
        client = await Client().request(bridge)

        assert client.status == 500
        assert client.answer_headers[b"content-type"] == b"application/problem+json"
        assert "secret" not in client.text
        assert len(caplog.records) == 1
        assert caplog.records[0].exc_info

    async def test_after_the_first_byte_breaks_the_answer_off(self, app, bridge, caplog):
        closed = []

        @app.get("/")
        async def view():
            def chunks() -> Iterator[bytes]:
                yield b"so far"
                raise ValueError("broken")

            response = Response(chunks())
            response.call_on_close(lambda: closed.append(True))
            return response

        client = Client()
        # The server logs what it is raised, and cuts the connection.
        with pytest.raises(ValueError, match="broken"):
            await client.request(bridge)

        assert client.text == "so far"
        assert not client.complete
        assert closed == [True]
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]

    async def test_start_response_may_be_replaced_until_the_first_byte(self, bridge):
        def wsgi(environ, start_response):
            start_response("200 OK", [("X-First", "1")])
            try:
                1 / 0  # noqa: B018 - for its exception
            except ZeroDivisionError:
                start_response("418 I'm a teapot", [], sys.exc_info())
            return [b"short and stout"]

        bridge.wsgi_application = wsgi
        client = await Client().request(bridge)

        assert client.status == 418
        assert client.answer_headers == {}

    async def test_an_application_that_never_starts_its_response_is_a_500(self, bridge):
        bridge.wsgi_application = lambda environ, start_response: [b"body"]

        assert (await Client().request(bridge)).status == 500


class TestContextVariables:
    async def test_a_request_sees_nothing_of_its_caller_and_leaves_nothing(self, app, bridge):
        seen = []

        @app.before_request
        async def in_a_hook():
            seen.append(COLOUR.get())
            COLOUR.set("red")

        @app.get("/")
        async def view():
            seen.append(COLOUR.get())
            return "ok"

        @app.after_request
        def after(response):
            seen.append(COLOUR.get())
            return response

        COLOUR.set("blue")
        await Client().request(bridge)

        assert seen == ["none", "red", "red"]
        assert COLOUR.get() == "blue"
