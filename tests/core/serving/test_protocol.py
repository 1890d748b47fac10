"""Our HTTP protocol, on uvloop and real sockets, as the worker runs it."""

import asyncio
import shutil
import socket
import struct
import subprocess

import pytest

from tests.core.wire import Recorder, connected, on_uvloop, said, serving

ROUNDS = 5
LAST = b"GET /last HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
IN_CHUNKS = b"POST /%b HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n"


class Holding:
    """An application whose answers wait until `let_go` is set."""

    def __init__(self) -> None:
        self.held, self.let_go = asyncio.Event(), asyncio.Event()
        self.answered = asyncio.Event()

    async def __call__(self, _scope, _receive, send):
        self.held.set()
        await self.let_go.wait()
        head = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"ok"})
        self.answered.set()


def reset(connection: socket.socket) -> None:
    """Close a connection as a client does that has crashed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


async def client_leaves_as_its_answer_is_ready() -> list[str]:
    """Have the loop learn both from one look at its sockets; return what is reported to it."""
    app = Holding()
    loop = asyncio.get_running_loop()
    bell, ringer = socket.socketpair()
    async with serving(app) as served, connected(served) as client:
        with bell, ringer:
            bell.setblocking(False)
            loop.add_reader(bell, app.let_go.set)
            await client.send(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
            await app.held.wait()
            ringer.send(b"x")
            reset(client.socket)
            await app.answered.wait()
            loop.remove_reader(bell)
            # What is called soon is called by then.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    return served.reported


def test_a_client_that_leaves_as_its_answer_is_ready_is_no_error():
    async def rounds():
        return [await client_leaves_as_its_answer_is_ready() for _ in range(ROUNDS)]

    assert on_uvloop(rounds) == [[]] * ROUNDS


def asked_by(*packets: bytes):
    """Return what the application was asked by these packets, and what came back."""
    app = Recorder()

    async def talk():
        async with serving(app) as served:
            return await said(served, packets)

    came = on_uvloop(talk)
    return app.asked, came


class TestTrailers:
    TRAILERS = (
        b"Authorization: Bearer admin\r\nContent-Type: text/html\r\nX-Forwarded-For: 10.0.0.9\r\n"
    )

    @pytest.mark.parametrize("body", [b"", b"2\r\nab\r\n"])
    def test_are_no_headers(self, body):
        head = IN_CHUNKS % b"a" + b"Content-Type: application/json\r\nX-Forwarded-For: 10.0.0.1\r\n"
        packet = head + b"\r\n" + body + b"0\r\n" + self.TRAILERS + b"\r\n"
        asked, _ = asked_by(packet + LAST)

        assert [path for _, path, _, _ in asked] == ["/a", "/last"]
        assert asked[0][2] == {
            b"host": b"shop",
            b"transfer-encoding": b"chunked",
            b"content-type": b"application/json",
            b"x-forwarded-for": b"10.0.0.1",
        }
        assert asked[1][2] == {b"host": b"shop", b"connection": b"close"}

    def test_nor_when_the_application_runs_before_they_come(self):
        packets = [IN_CHUNKS % b"a" + b"\r\n", b"2\r\nab\r\n0\r\n", self.TRAILERS, b"\r\n", LAST]
        asked, _ = asked_by(*packets)

        assert [(path, body) for _, path, _, body in asked] == [("/a", b"ab"), ("/last", b"")]
        assert b"authorization" not in asked[0][2]

    def test_nor_behind_a_request_to_upgrade(self):
        head = IN_CHUNKS % b"a" + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
        asked, _ = asked_by(head + b"2\r\nab\r\n0\r\n" + self.TRAILERS + b"\r\n" + LAST)

        assert [path for _, path, _, _ in asked] == ["/a", "/last"]
        assert b"authorization" not in {*asked[0][2], *asked[1][2]}


class TestUpgrade:
    UPGRADES = (b"h2c", b"websocket", b"TLS/1.0", b"anything")
    BODIES = (
        (b"Content-Length: 11\r\n\r\nhello world", b"hello world"),
        (
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            b"hello world",
        ),
        (b"Content-Length: 0\r\n\r\n", b""),
        (b"\r\n", b""),
    )

    @staticmethod
    def head(path: bytes, upgrade: bytes) -> bytes:
        return (
            b"POST /%b HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            b"Upgrade: %b\r\nHTTP2-Settings: AAMAAABk\r\n" % (path, upgrade)
        )

    @pytest.mark.parametrize("upgrade", UPGRADES)
    @pytest.mark.parametrize(("sent", "body"), BODIES)
    def test_the_request_is_read_as_it_is_and_so_is_what_comes_behind_it(self, upgrade, sent, body):
        requests = [self.head(b"%d" % number, upgrade) + sent for number in range(3)]
        asked, came = asked_by(b"".join(requests) + LAST)

        assert [(method, path, was) for method, path, _, was in asked] == [
            ("POST", "/0", body),
            ("POST", "/1", body),
            ("POST", "/2", body),
            ("GET", "/last", b""),
        ]
        assert came.count(b"HTTP/1.1 200") == 4
        assert asked[0][2][b"upgrade"] == upgrade

    @pytest.mark.parametrize(("sent", "body"), BODIES)
    def test_in_whatever_packets_it_comes(self, sent, body):
        whole = self.head(b"a", b"h2c") + sent + LAST
        app = Recorder()

        async def talk():
            async with serving(app) as served:
                await said(served, [whole[at : at + 1] for at in range(len(whole))])
                for at in range(1, len(whole)):
                    await said(served, [whole[:at], whole[at:]])

        on_uvloop(talk)
        assert {(path, was) for _, path, _, was in app.asked} == {("/a", body), ("/last", b"")}
        assert len(app.asked) == 2 * len(whole)

    def test_a_body_that_is_asked_for_first_comes(self):
        app = Recorder()
        head = self.head(b"a", b"h2c") + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"

        async def talk():
            async with serving(app) as served, connected(served) as client:
                await client.send(head)
                interim = await client.read(until=b"\r\n\r\n")
                await client.send(b"ab", LAST)
                return interim, await client.read()

        interim, came = on_uvloop(talk)
        assert interim.startswith(b"HTTP/1.1 100")
        assert came.count(b"HTTP/1.1 200") == 2
        assert app.asked[0][3] == b"ab"

    @pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
    def test_curl_may_wish_for_http_2(self):
        app = Recorder()

        async def talk():
            async with serving(app) as served:
                one = ["--silent", "--show-error", "--http2", "--noproxy", "*"]
                where = f"http://127.0.0.1:{served.port}"
                both = [*one, "-d", "hello", f"{where}/a", "--next", *one, f"{where}/b"]
                curl = await asyncio.create_subprocess_exec("curl", *both, stdout=subprocess.PIPE)
                return await curl.communicate()

        assert on_uvloop(talk) == (b"/a/b", None)
        assert [(method, body) for method, _, _, body in app.asked] == [
            ("POST", b"hello"),
            ("GET", b""),
        ]
