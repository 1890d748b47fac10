"""HTTP as clients really send it: fields behind a body, wishes to leave HTTP/1.1, hosts, targets, and ends of what is sent."""

import asyncio
import json
import secrets

from conformance.gateway.nginx import NAME
from conformance.helpers import locked, product_path, until_waiting
from conformance.registry import NotApplicable, check
from conformance.shop import GATEWAY, Shop
from conformance.wire import PATIENCE, Answer, Wire, request
from tests.builders import rows

LOGIN = "/api/v1/login"
CLIENT, OTHER = "127.0.3.41", "127.0.3.42"
"""Addresses that no other check asks from or speaks of."""
MANY = 1_000_000
UPGRADES = ("h2c", "websocket", "TLS/1.0", "anything")
OWN = {"gunicorn-asgi": ("websocket",), "hypercorn": ("h2c", "websocket")}
"""Servers that speak it, and have an answer of their own for who wishes for it."""
HOSTS: dict[str, tuple[str, ...]] = {"granian": ("no Host",)}
"""What servers hide from the application: Granian makes a Host of its own where there is none."""
GONE = ("nginx", "granian", "gunicorn-asgi")
"""Servers to which a client that sends no more has left."""
PIECE = 7
PAUSE = 0.3
"""Seconds that make two packets of what is sent before and after them."""


def _login() -> bytes:
    """Return a login for an account that nobody has tried before."""
    account = {"email": f"{secrets.token_hex(6)}@nobody.example", "password": "not the right one"}
    return json.dumps(account).encode()


# -- fields behind a body -----------------------------------------------------------------------


@check("trailers")
async def trailers(shop: Shop) -> None:
    """Fields behind a body in chunks are none of the request's: no token, no type of its body, nobody's address."""
    json_type, other_type = "Content-Type: application/json", "Content-Type: text/plain"
    believed = await _behind(shop, [json_type], [other_type])
    assert believed.status == 401, f"a type behind the body is believed: {believed.status}"
    believed = await _behind(shop, [], [json_type])
    assert believed.status == 415, f"a type behind the body, and none before: {believed.status}"
    field = "Authorization: Bearer nobody's"
    answers = [await _behind(shop, [json_type], behind) for behind in ([], [field], [field] * 3)]
    # A server may also refuse a request that has this field there.
    assert {answer.status for answer in answers} <= {400, 401}, [a.status for a in answers]
    assert answers[0].status == 401, answers[0].status
    if shop.way.name != NAME:
        await _is_counted_by_its_head(shop)


async def _is_counted_by_its_head(shop: Shop) -> None:
    """Use up the tries of a gateway's client, and see that no field behind a body makes it another one."""
    head = ["Content-Type: application/json"]
    before = {bytes(row.key) for row in rows(shop.database, "SELECT key FROM attempt")}
    mine, others = [f"X-Forwarded-For: {CLIENT}"], [f"X-Forwarded-For: {OTHER}"]
    first = await _behind(shop, head + mine, others, source=GATEWAY)
    assert first.status == 401, f"a login through a gateway: {first.status}"
    new = [
        row.key
        for row in rows(shop.database, "SELECT key FROM attempt")
        if bytes(row.key) not in before
    ]
    used_up = "UPDATE attempt SET tries = %(many)s WHERE key = ANY(%(new)s)"
    rows(shop.database, used_up, many=MANY, new=new)
    for who, before_body, behind, status in (
        ("whose tries are used up", mine, others, 429),
        ("who has not tried before", others, mine, 401),
    ):
        got = await _behind(shop, head + before_body, behind, source=GATEWAY)
        assert got.status == status, f"a client {who}, with another's address behind: {got.status}"


async def _behind(
    shop: Shop, head: list[str], trailer: list[str], *, source: str | None = None
) -> Answer:
    """Send a login in chunks with these fields before and behind it."""
    lines = [f"POST {LOGIN} HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked", *head]
    body = _login()
    wire = Wire(shop.port, source=source)
    try:
        await wire.send("\r\n".join([*lines, "", ""]).encode())
        await wire.send(b"%x\r\n%b\r\n0\r\n" % (len(body), body))
        await wire.send("\r\n".join([*trailer, "", ""]).encode())
        return await wire.answer("POST")
    finally:
        wire.close()


# -- wishes to upgrade --------------------------------------------------------------------------


@check("upgrade", seconds=60)
async def upgrade(shop: Shop) -> None:
    """A wish to upgrade (as curl's and Java's) is ignored: the body is read, in whatever packets, and the next request answered."""
    wrong = []
    speaks = OWN.get(shop.way.name, ())
    for value in UPGRADES:
        if value in speaks:
            continue
        headers = {
            "Connection": "Upgrade, HTTP2-Settings",
            "Upgrade": value,
            "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA",
        }
        for chunked in (False, True):
            for piece in (0, PIECE):
                what = f"{value}, {'in chunks' if chunked else 'with a length'}, pieces of {piece}"
                try:
                    await _wished(shop, headers, piece, chunked=chunked)
                except (AssertionError, OSError, EOFError) as error:
                    wrong.append(f"{what}: {error!r}")
    assert not wrong, "\n".join(wrong)
    if speaks:
        raise NotApplicable(f"of {' and '.join(speaks)} it has an idea of its own")


async def _wished(shop: Shop, headers: dict[str, str], piece: int, *, chunked: bool) -> None:
    typed = {**headers, "Content-Type": "application/json"}
    data = request("POST", LOGIN, body=_login(), chunked=chunked, headers=typed)
    read = request("GET", product_path(shop), headers=headers)
    async with Wire(shop.port) as wire:
        if shop.way.pipelines:
            data += read
        for start in range(0, len(data), piece or len(data)):
            await wire.send(data[start : start + piece] if piece else data)
        answer = await wire.answer("POST")
        assert answer.status == 401, f"a login that is wrong: {answer.status} {answer.body[:200]!r}"
        assert answer.is_problem, answer.headers
        if not shop.way.pipelines:
            await wire.send(read)
        after = await wire.answer()
        assert after.status == 200, f"the request behind it: {after.status}"


# -- hosts and targets --------------------------------------------------------------------------


@check("host")
async def host(shop: Shop) -> None:
    """A request of HTTP/1.1 without a Host, or with two, is 400, one of 1.0 needs none; a target may be a whole URL, without a path too."""
    one = "Host: 127.0.0.1"
    wrong = [
        f"{name}: {status} instead of {wanted}"
        for name, line, fields, wanted in (
            ("no Host", "GET /livez HTTP/1.1", [], 400),
            ("two of them", "GET /livez HTTP/1.1", [one, "Host: other.example"], 400),
            ("the same twice", "GET /livez HTTP/1.1", [one, one], 400),
            ("HTTP/1.0 without", "GET /livez HTTP/1.0", [], 200),
            ("a whole URL", "GET http://127.0.0.1/livez HTTP/1.1", [one], 200),
            ("one without a path", "GET http://127.0.0.1 HTTP/1.1", [one], 302),
            ("one with a query alone", "GET http://127.0.0.1?a=b HTTP/1.1", [one], 422),
        )
        if (status := await _status(shop, line, fields)) != wanted
        and name not in HOSTS.get(shop.way.name, ())
    ]
    assert not wrong, "; ".join(wrong)
    if shop.way.name in HOSTS:
        raise NotApplicable(f"it does not see {' or '.join(HOSTS[shop.way.name])}")


async def _status(shop: Shop, line: str, fields: list[str]) -> int:
    async with Wire(shop.port) as wire:
        await wire.send("\r\n".join([line, *fields, "Connection: close", "", ""]).encode())
        return (await wire.answer()).status


# -- the end of what is sent --------------------------------------------------------------------


@check("half-closed")
async def half_closed(shop: Shop) -> None:
    """Who says that nothing more comes has the answer to what came before."""
    if shop.way.name in GONE:
        raise NotApplicable("who sends no more has left, to it")
    asked = request("GET", product_path(shop))
    async with Wire(shop.port) as wire, Wire(shop.port) as other:
        async with locked(shop):
            await wire.send(asked)
            await until_waiting(shop, 1)
            wire.finish_sending()
            # The server knows it by now: it has served another connection since.
            assert (await other.ask("GET", "/livez")).status == 200
        answer = await wire.answer()
        assert answer.status == 200, answer.status


@check("last answer")
async def last_answer(shop: Shop) -> None:
    """A connection goes on behind a body in chunks, in whatever packets it ends, or is closed as its answer says; and when its client says so."""
    typed = {"Content-Type": "application/json"}
    login = request("POST", LOGIN, body=_login(), chunked=True, headers=typed)
    read = request("GET", "/livez")
    closing = {"Connection": "close"}
    last = request("GET", "/livez", headers=closing)
    head = request("HEAD", "/livez", headers=closing)
    wrong = [
        f"{what}: {found}"
        for what, data, tail in (
            ("the end of the chunks by itself", login, 2),
            ("half of it by itself", login, 1),
            ("a client's last request", last, 0),
            ("one without a body in its answer", head, 0),
        )
        if (found := await _behind_the_answer(shop, data, tail, read))
    ]
    assert not wrong, "\n".join(wrong)


async def _behind_the_answer(shop: Shop, data: bytes, tail: int, read: bytes) -> str:
    """Say what is wrong with what follows the answer to `data`, of which so many bytes come by themselves."""
    async with Wire(shop.port) as wire:
        await wire.send(data[: len(data) - tail])
        if tail:
            await asyncio.sleep(PAUSE)
            await wire.send(data[-tail:])
        answer = await wire.interim_or_answer(data.split()[0].decode(), PATIENCE)
        assert isinstance(answer, Answer), answer
        says_so = answer.headers.get("connection", "").lower() == "close"
        if says_so or data.endswith(b"Connection: close\r\n\r\n"):
            ended = await wire.is_closed_by_server()
            return "" if ended else "the connection goes on"
        await wire.send(read)
        after = await wire.answer()
        return "" if after.status == 200 else f"the request behind it: {after.status}"
