"""How our HTTP protocol bounds heads and connections, and what becomes of requests that cannot be read."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from app.core.serving import protocol
from app.core.serving.asgi import WsgiToAsgi
from tests.core.wire import (
    BAD,
    HEAD,
    LAST,
    OK,
    answers_to,
    connected,
    on_uvloop,
    padded,
    said,
    serving,
    shop,
)

TOO_LONG = b"HTTP/1.1 431 "


class TestSizes:
    def test_a_head_of_the_most_is_served(self):
        assert answers_to(padded(protocol.HEAD_BYTES) + LAST).count(OK) == 2

    @pytest.mark.parametrize("piece", [999, 10_000, 1_000_000])
    def test_one_byte_more_is_431_and_the_end(self, piece):
        whole = padded(protocol.HEAD_BYTES + 1) + LAST
        came = answers_to(*(whole[at : at + piece] for at in range(0, len(whole), piece)))

        assert came.startswith(TOO_LONG)
        assert came.count(b"HTTP/1.1") == 1
        assert b"connection: close" in came
        assert b'"status": 431' in came

    @pytest.mark.parametrize(
        "flood",
        [
            b"GET /" + b"a" * 99_999,
            b"\r\n" * 50_000,
            HEAD % b"a" + b"X" * 99_999,
            HEAD % b"a" + b"X: " + b"y" * 99_999,
            HEAD % b"a" + b"X: y\r\n" * 20_000,
        ],
    )
    def test_nothing_is_waited_for_that_never_ends(self, flood):
        assert answers_to(flood).startswith(TOO_LONG)

    def test_fields_are_counted(self):
        most = b"X-%d: y\r\n"
        fields = b"".join(most % number for number in range(protocol.HEAD_FIELDS - 1))
        assert answers_to(HEAD % b"a" + fields + b"\r\n" + LAST).count(OK) == 2
        assert answers_to(HEAD % b"a" + fields + b"Z: z\r\n\r\n").startswith(TOO_LONG)
        # The parser tells of a field when the next one begins.
        assert answers_to(HEAD % b"a" + fields + b"Z: z\r\n" * 2).startswith(TOO_LONG)

    @pytest.mark.parametrize("behind", [b"0\r\nX: ", b"0;x=", b"0" * 99_999])
    def test_so_is_what_stands_between_and_behind_chunks(self, behind):
        head = b"POST /a HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
        came = answers_to(head + behind + b"y" * 99_999)
        assert came.startswith(b"HTTP/1.1 4")
        assert came.count(b"HTTP/1.1") == 1

    def test_a_long_body_is_no_head(self):
        body = b"x" * (protocol.HEAD_BYTES * 9)
        lengthy = b"POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert answers_to(lengthy + body + LAST).count(OK) == 2
        chunks = b"1\r\nx\r\n" * protocol.HEAD_BYTES
        chunked = b"POST /a HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert answers_to(chunked + chunks + b"0\r\n\r\n" + LAST).count(OK) == 2

    def test_pipelined_heads_are_counted_each(self):
        count = 9
        assert answers_to(padded(protocol.HEAD_BYTES // 2) * count + LAST).count(OK) == count + 1


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            b"\x16\x03\x01\x02\x00\x01\x00",
            b"NONSENSE\r\n\r\n",
            b"GET /a HTTP/1.1\r\nHost: shop\r\nno colon\r\n\r\n",
            b"CONNECT shop:80 HTTP/1.1\r\nHost: shop\r\n\r\n",
        ],
    )
    def test_wait_for_their_turn(self, wrong):
        came = answers_to(HEAD % b"a" + b"\r\n" + HEAD % b"b" + b"\r\n" + wrong + LAST)

        assert [part[:4] for part in came.split(b"HTTP/1.1 ")[1:]] == [b"200 ", b"200 ", b"400 "]
        assert came.index(b"/a") < came.index(b"/b") < came.index(BAD)
        assert b"application/problem+json" in came

    def test_so_does_that_of_a_broken_body(self):
        broken = b"POST /b HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
        came = answers_to(HEAD % b"a" + b"\r\n" + broken)

        assert [part[:4] for part in came.split(b"HTTP/1.1 ")[1:]] == [b"200 ", b"400 "]

    @pytest.mark.parametrize("wish", [b"", b"Connection: upgrade\r\nUpgrade: h2c\r\n"])
    def test_so_does_that_of_a_body_without_an_end(self, wish):
        head = b"POST /b HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: identity\r\n"
        came = answers_to(HEAD % b"a" + b"\r\n" + head + wish + b"\r\nab")

        assert [part[:4] for part in came.split(b"HTTP/1.1 ")[1:]] == [b"200 ", b"400 "]

    def test_a_broken_body_ends_its_request(self):
        broken = b"POST /b HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n"
        came = answers_to(broken, b"xyz\r\n")

        assert came.startswith(BAD)
        assert came.count(b"HTTP/1.1") == 1

    def test_who_sends_on_can_read_the_answer(self):
        async def talk():
            async with serving(WsgiToAsgi(shop)) as served, connected(served) as client:
                sending = asyncio.create_task(client.flood(HEAD % b"a" + b"X: " + b"y" * 999_999))
                answer = await client.read(until=b"}")
                sending.cancel()
                return answer

        assert on_uvloop(talk).startswith(TOO_LONG)


class TestTime:
    @pytest.fixture(autouse=True)
    def hurry(self, monkeypatch):
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.05)

    @pytest.mark.parametrize(
        "packets",
        [
            [],
            [b"\r\n"],
            [b"G"],
            [HEAD % b"a" + b"X-More: "],
            [b"GET", b" /", b"a ", b"HTTP", b"/1.1\r\n", b"Host", b": ", b"shop", b"\r\n"],
        ],
    )
    def test_a_head_that_does_not_come_ends_the_connection(self, packets):
        assert answers_to(*packets) == b""

    @pytest.mark.parametrize("more", [b"\r\n", b"G", HEAD % b"b" + b"X-More: "])
    def test_so_it_does_on_a_connection_that_was_used(self, more):
        assert answers_to(HEAD % b"a" + b"\r\n", more).count(OK) == 1

    def test_and_behind_a_request(self):
        assert answers_to(HEAD % b"a" + b"\r\n" + HEAD % b"b").count(OK) == 1

    def test_an_idle_connection_has_more_time(self):
        async def talk():
            app = WsgiToAsgi(shop)
            async with serving(app, timeout_keep_alive=60) as served, connected(served) as client:
                await client.send(HEAD % b"a" + b"\r\n")
                first = await client.read(until=b"/a")
                # Another one, which is silent, ends meanwhile.
                await said(served, [])
                await client.send(LAST)
                return first + await client.read()

        assert on_uvloop(talk).count(OK) == 2


class TestNumber:
    def test_those_that_have_waited_longest_make_room(self, monkeypatch):
        monkeypatch.setattr(protocol, "MOST_WAITING", 3)
        monkeypatch.setattr(protocol, "GRACE_SECONDS", -1)
        monkeypatch.setattr(protocol, "_AT_ONCE", 2)

        async def talk():
            async with AsyncExitStack() as stack:
                served = await stack.enter_async_context(serving(WsgiToAsgi(shop)))

                async def comes(*packets):
                    await self.tick()
                    client = await stack.enter_async_context(connected(served))
                    await client.send(*packets, b"")
                    return client

                silent = await comes()
                used = await comes(HEAD % b"a" + b"\r\n")
                await used.read(until=b"/a")
                half = await comes(HEAD % b"a")
                await self.tick()
                await used.send(HEAD % b"b" + b"\r\n")
                await used.read(until=b"/b")
                newest = await comes()
                ended = [await silent.read(), await half.read()]
                return ended, [await self.ask(each) for each in (used, newest)]

        assert on_uvloop(talk) == ([b"", b""], [True, True])

    def test_but_not_those_that_have_just_come(self, monkeypatch):
        monkeypatch.setattr(protocol, "MOST_WAITING", 1)
        monkeypatch.setattr(protocol, "GRACE_SECONDS", 60)

        async def talk():
            async with AsyncExitStack() as stack:
                served = await stack.enter_async_context(serving(WsgiToAsgi(shop)))
                clients = [await stack.enter_async_context(connected(served)) for _ in range(9)]
                return [await self.ask(each) for each in clients]

        assert on_uvloop(talk) == [True] * 9

    @staticmethod
    async def tick():
        """Return at a later time of the loop's clock."""
        now = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() == now:  # noqa: ASYNC110 - nobody tells the time
            await asyncio.sleep(0)

    @staticmethod
    async def ask(client):
        await client.send(LAST)
        return (await client.read()).startswith(OK)
