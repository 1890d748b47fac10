"""Who asked: X-Forwarded-* is believed from a gateway and from nobody else, whatever the server makes of it."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from conformance.gateway.nginx import NAME
from conformance.helpers import PRODUCTS
from conformance.registry import check
from conformance.shop import GATEWAY, Shop
from conformance.wire import Answer, Wire
from tests.builders import rows

CLIENT, OTHER, GUEST = "127.0.3.21", "127.0.3.22", "127.0.3.23"
"""Addresses that no other check asks from, and that NGINX's own limits do not hold for."""
SPOOFED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": OTHER,
    "Forwarded": f"for={OTHER};host=evil.example;proto=https",
}
UNDERSCORED = {name.replace("-", "_"): value for name, value in SPOOFED.items() if "-" in name}
WRITTEN = {"both": {**SPOOFED, **UNDERSCORED}, "with -": SPOOFED, "with _": UNDERSCORED}
MANY = 1_000_000


@check("forwarded")
async def forwarded(shop: Shop) -> None:
    """X-Forwarded-* and X_Forwarded_* of a client that is no gateway change no answer, and not whose tries are counted."""
    paths = ("/", f"{PRODUCTS}?limit=2", "/docs", "/openapi.json")
    for path in paths:
        plain = _said(await _ask(shop, CLIENT, path))
        for how, headers in WRITTEN.items():
            said = _said(await _ask(shop, CLIENT, path, headers))
            assert said == plain, f"{path}, {how}: {said} instead of {plain}"
    await _is_counted(shop, CLIENT, {}, CLIENT)
    for how, headers in WRITTEN.items():
        got = await _log_in(shop, CLIENT, headers)
        assert got.status == 429, f"{how}: {got.status} to an address with no tries left"
        spoofed = {name: value.replace(OTHER, CLIENT) for name, value in headers.items()}
        got = await _log_in(shop, GUEST, spoofed)
        assert got.status == 401, f"{how}: {got.status} to an address that has not tried before"
    if shop.way.name != NAME:
        await _is_counted(shop, GATEWAY, {"X-Forwarded-For": OTHER}, OTHER)


async def _is_counted(shop: Shop, source: str, headers: Mapping[str, str], client: str) -> None:
    """Use up all tries of whom a login from `source` is counted for, and see that it is `client`."""
    before = {bytes(row.key) for row in rows(shop.database, "SELECT key FROM attempt")}
    first = await _log_in(shop, source, headers)
    assert first.status == 401, f"a login from {source}: {first.status}"
    new = [
        row.key
        for row in rows(shop.database, "SELECT key FROM attempt")
        if bytes(row.key) not in before
    ]
    rows(
        shop.database,
        "UPDATE attempt SET tries = %(many)s WHERE key = ANY(%(new)s)",
        many=MANY,
        new=new,
    )
    again = await _log_in(shop, source, headers)
    assert again.status == 429, f"{client} was not counted: {again.status}"
    if source != client:
        direct = await _log_in(shop, client, {})
        assert direct.status == 429, (
            f"{client} itself, after its tries by a gateway: {direct.status}"
        )


async def _log_in(shop: Shop, source: str, headers: Mapping[str, str]) -> Answer:
    """Try a password for an account that nobody has tried before."""
    account = {"email": f"{secrets.token_hex(6)}@nobody.example", "password": "not the right one"}
    body = json.dumps(account).encode()
    return await _ask(shop, source, "/api/v1/login", headers, body)


async def _ask(
    shop: Shop,
    source: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Send a GET, or a POST of JSON, from that address."""
    wire = Wire(shop.port, source=source)
    kind = {"Content-Type": "application/json"} if body else {}
    method = "POST" if body else "GET"
    try:
        return await wire.ask(method, path, body=body, headers={**(headers or {}), **kind})
    finally:
        wire.close()


def _said(answer: Answer) -> tuple[Any, ...]:
    names = ("location", "link", "strict-transport-security", "set-cookie")
    return (answer.status, answer.body, *(answer.headers.get(name) for name in names))
