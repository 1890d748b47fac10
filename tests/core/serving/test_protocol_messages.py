"""Targets of every form, and clients that have said all."""

import asyncio

import pytest

from app.core.serving.asgi import WsgiToAsgi
from tests.core.wire import (
    BAD,
    HEAD,
    OK,
    answers_to,
    connected,
    on_uvloop,
    padded,
    said,
    serving,
    shop,
)


class TestTargets:
    @pytest.mark.parametrize(
        ("target", "path"),
        [
            (b"http://other.example", b"/"),
            (b"HTTP://other.example:80", b"/"),
            (b"http://other.example?q=1", b"/"),
            (b"http://other.example/b?q=http://c/", b"/b"),
            (b"https://[::1]:8000/b", b"/b"),
            (b"/http://other.example", b"/http://other.example"),
        ],
    )
    def test_may_be_whole(self, target, path):
        came = answers_to(b"GET %b HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n" % target)

        assert came.startswith(OK)
        assert came.endswith(b"\r\n\r\n" + path)

    def test_tell_the_host_then(self):
        asked = []

        def app(environ, start_response):
            asked.append((environ.get("HTTP_HOST"), environ["QUERY_STRING"]))
            return shop(environ, start_response)

        async def talk():
            async with serving(WsgiToAsgi(app)) as served:
                for fields in (b"Host: shop\r\n", b"Host: shop\r\nHost: shop\r\n", b""):
                    line = b"GET http://other.example:81?q=1 HTTP/1.1\r\n"
                    await said(served, [line + fields + b"Connection: close\r\n\r\n"])

        on_uvloop(talk)
        # What is there twice, or not at all, is not mended.
        both = "other.example:81,other.example:81"
        assert asked == [("other.example:81", "q=1"), (both, "q=1"), (None, "q=1")]


class TestLeaving:
    def test_ends_a_stream_also_where_another_request_waits_behind_it(self):
        ended = asyncio.Event()

        def endless(_environ, start_response):
            start_response("200 OK", [])
            try:
                while True:
                    yield b"x" * 65536
            finally:
                ended.set()

        async def talk():
            async with serving(WsgiToAsgi(endless)) as served:
                async with connected(served) as client:
                    await client.send(HEAD % b"a" + b"\r\n" + HEAD % b"b" + b"\r\n")
                    await client.read(until=b"x", size=1)
                await ended.wait()
                return served.reported

        assert on_uvloop(talk) == []


class TestHalfClosing:
    """A client that has said all, and still listens."""

    @pytest.mark.parametrize("request_", [HEAD % b"a" + b"\r\n", padded(20_000)])
    def test_has_its_answer_and_the_connection_ends(self, request_):
        came = self.half_closed(request_)

        assert came.startswith(OK)
        assert came.endswith(b"/a")

    def test_has_all_of_them(self):
        came = self.half_closed((HEAD % b"a" + b"\r\n") * 3 + HEAD % b"half", held=False)
        assert came.count(OK) == 3

    def test_has_the_refusal_too(self):
        came = self.half_closed(HEAD % b"a" + b"\r\n" + b"NONSENSE\r\n\r\n", held=False)
        assert came.count(OK) == came.count(BAD) == 1

    def test_has_none_to_half_a_request(self):
        assert self.half_closed(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n") == b""
        assert self.half_closed(HEAD % b"a") == b""
        assert self.half_closed(b"") == b""

    def test_is_gone_to_a_stream(self):
        async def talk():
            async with serving(WsgiToAsgi(shop)) as served, connected(served) as client:
                await client.send(HEAD % b"large" + b"\r\n")
                begun = await client.read(until=b"\r\n\r\n", size=1)
                client.finish()
                return len(begun + await client.read())

        assert on_uvloop(talk) < 65536 * 999

    @staticmethod
    def half_closed(*packets: bytes, held: bool = True) -> bytes:
        """Return what comes after the client has said that this is all: if `held`, the server knows it before it answers."""
        released = asyncio.Event()
        bridge = WsgiToAsgi(shop)

        async def app(scope, receive, send):
            await released.wait()
            await bridge(scope, receive, send)

        async def talk():
            async with serving(app) as served, connected(served) as client:
                await client.send(*packets)
                client.finish()
                if held:
                    await served.has_ended(client)
                released.set()
                return await client.read()

        return on_uvloop(talk)
