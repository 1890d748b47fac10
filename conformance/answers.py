"""Requests that every way to serve the shop must answer alike, and what is compared of the answers."""

import itertools
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from conformance.helpers import PRODUCTS, picture_path, product_path
from conformance.shop import Shop
from conformance.wire import Answer, Wire

GOLDEN = "golden"
"""In a shop's memory: what the default way answered in this run."""
ID = {"X-Request-Id": "conformance-1"}
JSON = {"Content-Type": "application/json"}
LOGIN = "/api/v1/login"
BARCODES = "/api/v1/barcodes"
LINK = "https://id.gs1.org/01/2100500000109/10/A?17=270131&15=270130"
COMPARED = (
    "allow",
    "cache-control",
    "content-security-policy",
    "content-type",
    "etag",
    "link",
    "location",
    "referrer-policy",
    "retry-after",
    "set-cookie",
    "www-authenticate",
    "x-content-type-options",
    "x-request-id",
)
# What differs from shop to shop and is no matter of the server's.
# Of what was sent, with the times in it.
_HASH = re.compile(r"-[0-9a-f]{16}")
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Asked:
    """A request, and the status that the shop has for it.

    `own` are those that a server may have for it by itself: one that refuses a NUL in a path, resolves its dots or
    merges its slashes before the shop sees it.
    """

    name: str
    status: int
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    own: tuple[int, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """What of an answer must be the same everywhere."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def difference(self, other: "Recorded") -> str:
        """Say what `other` has otherwise, an empty text if nothing."""
        if self.status != other.status:
            return f"{other.status} instead of {self.status}: {other.body[:120]!r}"
        for name in COMPARED:
            ours, theirs = self.headers.get(name), other.headers.get(name)
            if ours != theirs:
                return f"{name}: {theirs} instead of {ours}"
        if self.body != other.body:
            at = sum(1 for _ in itertools.takewhile(bool, map(operator.eq, self.body, other.body)))
            part = slice(max(0, at - 60), at + 60)
            return f"body …{other.body[part]!r} instead of …{self.body[part]!r}"
        return ""


def requests(shop: Shop) -> list[Asked]:
    """Return the requests: reads, paths and queries of every kind, wrong bodies, conditions, methods."""
    product = product_path(shop)
    parts = _paths(product), _queries_and_methods(product), _bodies(), _headers(product)
    return [asked for part in (*parts, _pictures(picture_path(shop))) for asked in part]


def _paths(product: str) -> list[Asked]:
    last = product[-1]
    return [
        Asked("product", 200, "GET", product),
        Asked("list", 200, "GET", f"{PRODUCTS}?limit=3&sort=-price"),
        Asked("search with accents", 200, "GET", f"{PRODUCTS}?q=cr%C3%A8me"),
        Asked("root", 302, "GET", "/"),
        Asked("no such path", 404, "GET", "/nowhere"),
        Asked("no such product", 404, "GET", f"{PRODUCTS}/nothing-of-that-name"),
        Asked("slash at the end", 404, "GET", f"{PRODUCTS}/"),
        Asked("two slashes", 404, "GET", "//api/v1/products", own=(200,)),
        Asked("two slashes inside", 404, "GET", "/api//v1/products", own=(200,)),
        Asked("dots", 404, "GET", f"{PRODUCTS}/../brands", own=(200,)),
        Asked("escaped letter", 200, "GET", f"{product[:-1]}%{ord(last):02X}"),
        # Servers that leave it as it is ask for a product of that name.
        Asked("escaped slash", 404, "GET", f"{PRODUCTS}/a%2Fb", own=(404,)),
        Asked("escaped slash in a known path", 404, "GET", "/api%2Fv1/nothing"),
        Asked("escaped NUL", 404, "GET", f"{PRODUCTS}/a%00b", own=(400, 404)),
        Asked("escaped line break", 404, "GET", f"{PRODUCTS}/a%0d%0aSet-Cookie:%20x=1"),
        Asked("escaped percent", 404, "GET", f"{PRODUCTS}/a%2500b"),
        Asked("escaped UTF-8", 404, "GET", f"{PRODUCTS}/caf%C3%A9"),
        Asked("escaped bytes that are no UTF-8", 404, "GET", f"{PRODUCTS}/caf%E9"),
        Asked("semicolon and plus", 404, "GET", f"{PRODUCTS}/a;b+c"),
        # Of a product of the demo's. A link that was scanned is a path in a path, with a query in a query.
        Asked("scanned link", 200, "GET", f"{BARCODES}/{LINK}"),
        Asked("scanned link, escaped", 200, "GET", f"{BARCODES}/{quote(LINK, safe='')}"),
        Asked("scanned separator", 200, "GET", f"{BARCODES}/010210050000010910A%1D17270131"),
    ]


def _queries_and_methods(product: str) -> list[Asked]:
    return [
        Asked("unknown parameter", 422, "GET", f"{PRODUCTS}?nothing=1"),
        Asked("repeated parameter", 422, "GET", f"{PRODUCTS}?limit=1&limit=2"),
        Asked("underscored number", 422, "GET", f"{PRODUCTS}?limit=1_0"),
        Asked("NUL in a query", 422, "GET", f"{PRODUCTS}?q=a%00b"),
        Asked("line break in a query", 200, "GET", f"{PRODUCTS}?q=a%0d%0ab"),
        Asked("wrong method", 405, "DELETE", PRODUCTS),
        Asked("rare method", 405, "PROPFIND", PRODUCTS),
        Asked("options", 200, "OPTIONS", PRODUCTS),
        Asked("head", 200, "HEAD", product),
        Asked("head of nothing", 404, "HEAD", f"{PRODUCTS}/nothing-of-that-name"),
        Asked("no token", 401, "GET", "/api/v1/purchases"),
        Asked(
            "wrong token", 401, "GET", "/api/v1/purchases", headers={"Authorization": "Bearer x"}
        ),
        Asked(
            "other scheme", 401, "GET", "/api/v1/purchases", headers={"Authorization": "Basic eDp5"}
        ),
    ]


def _bodies() -> list[Asked]:
    return [
        Asked("no body", 415, "POST", LOGIN, b""),
        Asked("no JSON", 415, "POST", LOGIN, b"a=b", {"Content-Type": "text/plain"}),
        Asked("broken JSON", 400, "POST", LOGIN, b'{"a":', JSON),
        Asked("a name twice", 400, "POST", LOGIN, b'{"a":1,"a":2}', JSON),
        Asked("not UTF-8", 400, "POST", LOGIN, b'{"a":"\xe9"}', JSON),
        Asked("compressed", 415, "POST", LOGIN, b"{}", {**JSON, "Content-Encoding": "gzip"}),
        Asked("wrong values", 422, "POST", LOGIN, b'{"email":1}', JSON),
        Asked(
            "wrong password", 401, "POST", LOGIN, b'{"email":"a@b.example","password":"no"}', JSON
        ),
        Asked("not here", 422, "POST", LOGIN, '{"e\u00e9":1}'.encode(), JSON),
    ]


def _headers(product: str) -> list[Asked]:
    return [
        Asked("not modified", 304, "GET", "/openapi.json", None, {"If-None-Match": "*"}),
        Asked("api's description", 200, "GET", "/openapi.json"),
        Asked("page", 200, "GET", "/docs"),
        Asked("non-ASCII header", 200, "GET", product, None, {"X-Name": "caf\u00e9"}),
        Asked("insane id", 200, "GET", product, None, {"X-Request-Id": "a b\tc"}),
        Asked("header with underscore", 200, "GET", product, None, {"X_Request_Id": "smuggled"}),
    ]


def _pictures(picture: str) -> list[Asked]:
    return [
        Asked("picture", 200, "GET", picture),
        Asked("head of a picture", 200, "HEAD", picture),
        Asked("picture that somebody has", 304, "GET", picture, None, {"If-None-Match": "*"}),
        Asked("no such picture", 404, "GET", f"{picture}s"),
    ]


async def record(shop: Shop) -> dict[str, Recorded]:
    """Ask everything, each on a connection of its own; return what came, by the request's name."""
    return {asked.name: await _record(shop, asked) for asked in requests(shop)}


async def _record(shop: Shop, asked: Asked) -> Recorded:
    async with Wire(shop.port) as wire:
        headers = {**ID, **asked.headers}
        answer = await wire.ask(asked.method, asked.path, body=asked.body, headers=headers)
        await _nothing_more(wire, answer)
    compared = {name: answer.headers[name] for name in COMPARED if name in answer.headers}
    if "allow" in compared:  # a set of methods: each process says them in another order
        compared["allow"] = ", ".join(sorted(compared["allow"].split(", ")))
    if any("request" in name.lower() for name in asked.headers):
        # Where the id is not the one of all others, it is a new one, and never what stood there.
        assert compared.pop("x-request-id", "") not in {"", *asked.headers.values()}, asked.name
    if "etag" in compared:
        compared["etag"] = _HASH.sub("-[hash]", compared["etag"])
    return Recorded(answer.status, compared, _TIME.sub(b"[time]", answer.body))


async def _nothing_more(wire: Wire, answer: Answer) -> None:
    """Raise AssertionError if bytes follow an answer that has no body by its nature."""
    if answer.body or answer.headers.get("connection", "").lower() == "close":
        return
    after = await wire.ask("GET", "/livez")
    assert after.status == 200, f"{after.status} after an answer without a body"
