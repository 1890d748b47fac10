"""The bridge under Gunicorn, on real sockets: what no client within the process can show."""

import asyncio
import socket
import struct
import time

import httpx
import pytest

from tests.core.servers import OURS, PLAIN, Server, gunicorn

TOY = "tests.core.apps.toy:asgi_app"
BODY_LIMIT = 100_000
PATIENCE = 20


@pytest.fixture(scope="module", params=[OURS, PLAIN], ids=["our worker", "plain UvicornWorker"])
def server(request, tmp_path_factory):
    log = tmp_path_factory.mktemp("toy") / "server.log"
    with gunicorn(TOY, log, worker=request.param) as server:
        yield server


@pytest.fixture
async def client(server):
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=server.url, limits=limits, timeout=PATIENCE, trust_env=False
    ) as client:
        yield client


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)


def read_all(connection: socket.socket) -> bytes:
    """Return all that the server sends until it closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def reset(connection: socket.socket) -> None:
    """Leave as a client that crashes: the server sees a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


async def journal_has(client: httpx.AsyncClient, event: str, *, more_than: int = 0) -> None:
    """Return when `event` is in the server's journal more than so many times."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if (await client.get("/journal")).json().count(event) > more_than:
                return


class TestKeepAlive:
    async def test_no_request_fails_on_32_busy_connections(self, server):
        async def one_connection(number: int) -> list[bytes]:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            wrong = []
            for turn in range(100):
                body = b"%d-%d" % (number, turn)
                writer.write(
                    b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                answer = await reader.readexactly(length)
                if not head.startswith(b"HTTP/1.1 200") or answer != body:
                    wrong.append(head)
            writer.close()
            await writer.wait_closed()
            return wrong

        wrong = await asyncio.gather(*map(one_connection, range(32)))

        assert wrong == [[]] * 32
        assert "Traceback" not in server.log

    async def test_the_next_request_on_a_socket_sees_nothing_of_the_last(self, server):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        answers = []
        for name in ("ann", "bob", "cid"):
            writer.write(b"GET /visitor/%s HTTP/1.1\r\nHost: a\r\n\r\n" % name.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            answers.append(await reader.readexactly(len(b"nobody")))
        writer.close()

        assert answers == [b"nobody"] * 3

    def test_nor_do_pipelined_requests(self, server):
        with connect(server) as connection:
            for name in (b"ann", b"bob"):
                connection.sendall(b"GET /visitor/%s HTTP/1.1\r\nHost: a\r\n\r\n" % name)
            connection.sendall(b"GET /visitor/cid HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

            assert read_all(connection).count(b"nobody") == 3


class TestConcurrency:
    async def test_a_hundred_waits_of_half_a_second_go_on_at_once(self, client):
        started = time.monotonic()
        waits = asyncio.gather(*(client.get("/wait/0.5") for _ in range(100)))
        alive = await client.get("/livez")
        answers = await waits
        took = time.monotonic() - started

        assert {answer.status_code for answer in [alive, *answers]} == {200}
        # Less than two seconds on an idle machine; one after the other they would take fifty.
        assert took < 15


class TestUploads:
    async def test_a_large_body_arrives_whole(self, client):
        body = bytes(range(256)) * (BODY_LIMIT // 256)

        assert (await client.post("/echo", content=body)).content == body

    async def test_so_does_one_in_chunks(self, client):
        async def chunks():
            for _ in range(30):
                yield b"x" * 1000

        assert len((await client.post("/echo", content=chunks())).content) == 30_000

    async def test_one_too_large_is_refused_and_the_client_can_read_it(self, client):
        for content in (b"x" * 20_000_000, self.endless_chunks()):
            answer = await client.post("/echo", content=content)

            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/problem+json"

    @staticmethod
    async def endless_chunks():
        for _ in range(300):
            yield b"x" * 65536

    def test_a_declared_length_is_refused_before_the_body_comes(self, server):
        with connect(server) as connection:
            connection.sendall(
                b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
            )
            head = connection.recv(65536)

        assert head.startswith(b"HTTP/1.1 413")
        assert b"connection: close" in head

    def test_a_client_that_asks_first_sends_nothing(self, server):
        with connect(server) as connection:
            connection.sendall(
                b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n"
                b"Expect: 100-continue\r\n\r\n"
            )
            answer = read_all(connection)

        assert answer.startswith(b"HTTP/1.1 413")

    async def test_bodies_that_stall_take_nobody_s_place(self, server, client):
        """More of them than there are places: TOY_MAX_REQUESTS."""
        stalled = [connect(server) for _ in range(300)]
        for connection in stalled:
            connection.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 777\r\n\r\nx")
        answers = [await client.get("/"), await client.post("/echo", content=b"all of it")]
        for connection in stalled:
            connection.close()

        assert [answer.text for answer in answers] == ["ok", "all of it"]

    async def test_a_client_that_leaves_in_mid_upload_reaches_no_view(self, server, client):
        for leave in (reset, socket.socket.close):
            connection = connect(server)
            connection.sendall(
                b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 777\r\n\r\nonly this"
            )
            leave(connection)
        # The server handles what a connection brings in order, and this one came later.
        await client.post("/echo", content=b"x" * 778)

        assert "777 bytes" not in (await client.get("/journal")).json()
        assert "Traceback" not in server.log


class TestClientsThatLeave:
    async def test_before_the_answer_the_view_runs_on(self, server, client):
        already = (await client.get("/journal")).json().count("view ended")
        connection = connect(server)
        connection.sendall(b"GET /wait/0.2 HTTP/1.1\r\nHost: a\r\n\r\n")
        reset(connection)

        await journal_has(client, "view ended", more_than=already)
        assert "Traceback" not in server.log

    async def test_in_mid_stream_the_stream_is_closed(self, server, client):
        connection = connect(server)
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        reset(connection)

        await journal_has(client, "generator closed")
        await journal_has(client, "response closed")
        assert "Traceback" not in server.log

    async def test_a_slow_reader_holds_nobody_up(self, server, client):
        with connect(server) as slow:
            slow.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")

            assert (await client.get("/")).text == "ok"


class TestErrors:
    async def test_after_the_first_byte_the_connection_breaks(self, server, client):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/breaks/late")

        assert server.log.count("ValueError: broken after the first byte") == 1
        assert (await client.get("/")).text == "ok"

    async def test_a_view_that_would_block_its_loop_is_told(self, client):
        answer = await client.get("/nested", timeout=PATIENCE)

        assert answer.status_code == 409
        assert "await it instead" in answer.text


async def test_a_stream_arrives(client):
    assert (await client.get("/stream/3")).text == "0\n1\n2\n"


async def test_head_has_the_length_and_no_body(client):
    answer = await client.head("/")

    assert answer.headers["content-length"] == "2"
    assert answer.content == b""
