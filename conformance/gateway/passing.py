"""What only the gateway has to show: keep-alive to the apis, who asked and under which id, what it keeps to itself."""

import asyncio
import json
import re
import secrets
import subprocess

import psutil

from conformance.gateway.client import access_log, asked, connections_to_apis, one, ports, served
from conformance.gateway.nginx import NAME
from conformance.helpers import product_path, until
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Answer, Wire
from tests.builders import PASSWORD, customer

ON_ONE_SOCKET = 300
ANEW = 0.1
"""The share of requests that may open a connection to an api.

Each worker keeps 32 idle ones for both apis, and wrk's 32 clients cut off what is under way when they leave.
"""
MOST_LOGINS = 120
"""More than security.attempts_per_address is by default."""
CLIENT = "127.0.3.7"
SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
}


@check("gateway keep-alive", ways=(NAME,))
async def keeps_connections(shop: Shop) -> str:
    """300 requests on one socket, and 4 s of wrk: all 200, over connections to the apis that are used again."""
    path = product_path(shop)
    before = connections_to_apis(shop)
    async with Wire(shop.port) as wire:
        statuses = {(await wire.ask("GET", path)).status for _ in range(ON_ONE_SOCKET)}
        assert statuses == {200}, f"statuses: {statuses}"
        assert wire.opened == 1, f"{wire.opened} sockets"
    command = ["wrk", "-t1", "-c32", "-d4s", "--latency", shop.url + path]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    assert "Socket errors" not in done.stdout, done.stdout
    opened = len(connections_to_apis(shop) - before)
    served_by_wrk = re.search(r"(\d+) requests in", done.stdout)
    assert served_by_wrk, done.stdout
    requests = ON_ONE_SOCKET + int(served_by_wrk[1])
    assert opened <= ANEW * requests, f"{opened} connections to the apis for {requests} requests"
    return f"{requests:,} requests, {opened} connections to the apis"


@check("gateway forwarded", ways=(NAME,))
async def tells_who_asked(shop: Shop) -> None:
    """What a client says of its address, host and scheme is not passed on; NGINX says it itself, once."""
    for request in (
        asked("GET", "/x?a=1", host="Shop.Test:8123", more=SPOOFED),
        asked("GET", "http://shop.test:8123/x?a=1", host="evil.example:8123", more=SPOOFED),
    ):
        head = await _passed_on(shop, request)
        assert head[0] == "GET /x?a=1 HTTP/1.1", head
        assert _values(head, "host") == _values(head, "x-forwarded-host") == ["shop.test:8123"], (
            head
        )
        assert _values(head, "x-forwarded-for") == [CLIENT], head
        assert _values(head, "x-forwarded-proto") == ["http"], head
        assert _values(head, "x-forwarded-port") == ["8123"], head
        for gone in ("x-forwarded-prefix", "x-real-ip", "forwarded", "connection"):
            assert _values(head, gone) == [], head
    head = await _passed_on(
        shop, b"GET /x HTTP/1.0\r\nHost: a\r\nX_Forwarded_For: 203.0.113.9\r\n\r\n"
    )
    assert not any("x_forwarded" in line for line in head), head


@check("gateway id", ways=(NAME,))
async def ids(shop: Shop) -> None:
    """A sane X-Request-Id reaches the app, both logs and the answer, once; any other is replaced."""
    given = f"given-{secrets.token_hex(8)}"
    for sent, kept in ((given, True), ("not sane", False), ("a" * 65, False), ('"}{', False)):
        answer = await one(shop.port, asked("GET", product_path(shop), X_Request_Id=sent))
        (told,) = [answer.headers[name] for name in answer.names if name == "x-request-id"]
        assert (told == sent) is kept, f"{sent!r}: {told!r}"
        await until(lambda told=told: served(shop, told) == 1, f"{told} in the app's log")  # type: ignore[misc]  # bound now
        assert sum(line["request_id"] == told for line in access_log(shop)) == 1, (
            f"{told} in the access log"
        )
    # People's searches and tokens are in neither.
    await one(
        shop.port, asked("GET", "/api/v1/products?q=secretword", Authorization="Bearer secretword")
    )
    assert "secretword" not in (shop.folder / "access.log").read_text(encoding="utf-8")
    assert "secretword" not in shop.log


async def _passed_on(shop: Shop, request: bytes) -> list[str]:
    """Return the head of what NGINX sends to an api for `request`, in small letters but for its first line."""
    heads: list[str] = []

    async def api(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(api, "127.0.0.1", ports(shop).echoed):
        answer = await one(ports(shop).echo, request, source=CLIENT)
    assert (answer.status, len(heads)) == (204, 1), (answer, heads)
    first, *rest = heads[0].rstrip("\r\n").split("\r\n")
    return [first, *(line.lower() for line in rest)]


def _values(head: list[str], name: str) -> list[str]:
    return [line.partition(":")[2].strip() for line in head if line.startswith(f"{name}:")]


@check("gateway address", seconds=90, ways=(NAME,))
async def app_sees_the_client(shop: Shop) -> str:
    """The app's limit on logins counts the client's own address, whatever its X-Forwarded-For says."""
    tried = 0
    statuses: set[int] = set()
    while 429 not in statuses and tried < MOST_LOGINS:
        batch = [
            _log_in(shop, "127.0.3.8", f"203.0.113.{number}", "nobody") for number in range(10)
        ]
        statuses |= {answer.status for answer in await asyncio.gather(*batch)}
        tried += len(batch)
    assert statuses == {401, 429}, f"{statuses} after {tried} tries"
    other = await _log_in(shop, "127.0.3.9", "127.0.3.8", customer(shop.database).email)
    assert other.status == 201, f"another address: {other.status}"
    return f"refused within {tried}"


async def _log_in(shop: Shop, source: str, spoofed: str, email: str) -> Answer:
    name = f"{secrets.token_hex(6)}@nobody.example" if email == "nobody" else email
    body = json.dumps({"email": name, "password": PASSWORD}).encode()
    return await one(
        shop.port, asked("POST", "/api/v1/login", body=body, X_Forwarded_For=spoofed), source=source
    )


@check("gateway private", ways=(NAME,))
async def keeps_to_itself(shop: Shop) -> None:
    """/metrics is for nobody, stub_status for loopback only, and no answer names a version."""
    for path in (
        "/metrics",
        "/metrics?a",
        "/%6detrics",
        "/./metrics",
        "/x/../metrics",
        "//metrics",
    ):
        answer = await one(shop.port, asked("GET", path))
        assert answer.status == 404, f"{path}: {answer.status}"
        assert b"http_request" not in answer.body, path
        assert answer.headers["server"] == "nginx", answer.headers["server"]
    assert (await one(shop.port, asked("GET", "/stub_status"))).status == 404
    figures = await one(ports(shop).status, asked("GET", "/stub_status"))
    assert b"Active connections" in figures.body, figures
    found = [c.laddr for c in psutil.net_connections("tcp") if c.laddr]
    listening = {where.ip for where in found if where.port == ports(shop).status}
    assert listening <= {"127.0.0.1"}, listening
    assert (await one(ports(shop).status, asked("GET", "/"))).status == 404
