"""The form of answers: problems, methods, answers without a body, requests that can be read in two ways."""

from app.core.web.http import SECURITY_HEADERS
from conformance.answers import Recorded, record, requests
from conformance.helpers import carts, get
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Wire

FRAMINGS = {
    "two different lengths": b"Content-Length: 5\r\nContent-Length: 60\r\n\r\n",
    "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a length that is none": b"Content-Length: +5\r\n\r\n",
    "an encoding that is none": b"Transfer-Encoding: xchunked\r\nContent-Length: 60\r\n\r\n",
}
LINES = (
    b"X-Request-Id: injected\x00b",
    b"X-Request-Id: a\rInjected: b",
    b"X-Request-Id: a\r\n injected",
    b"X Y: injected",
)
INSIDE = b"GET /api/v1/brands HTTP/1.1\r\nHost: inside\r\n\r\n"


@check("errors")
async def errors(shop: Shop) -> None:
    """400, 401, 404, 405, 415 and 422 are problems with the security headers; HEAD, 204 and 304 have no body."""
    expected = {asked.name: asked for asked in requests(shop)}
    wrong = []
    for name, got in (await record(shop)).items():
        asked = expected[name]
        if got.status not in {asked.status, *asked.own}:
            wrong.append(f"{name}: {got.status} instead of {asked.status} {got.body[:120]!r}")
        elif fault := _fault(got, asked.method):
            wrong.append(f"{name}: {fault}")
    wrong += await _without_body(shop)
    assert not wrong, "\n".join(wrong)


def _fault(got: Recorded, method: str) -> str:
    """Say what is wrong with the form of an answer, an empty text if nothing."""
    if "set-cookie" in got.headers:
        return "a header was injected"
    for name in SECURITY_HEADERS:
        if name.lower() not in got.headers:
            return f"no {name}"
    if got.status >= 400:
        if got.headers.get("content-type") != "application/problem+json":
            return f"not a problem: {got.headers.get('content-type')}"
        if method != "HEAD" and b'"code":' not in got.body:
            return "a problem without a code"
    return ""


async def _without_body(shop: Shop) -> list[str]:
    """Take something out of a cart: 204. Return what is wrong with it."""
    (cart,) = carts(shop, 1)
    items = (await get(shop, f"/api/v1/carts/{cart.id}", **cart.headers)).json()["items"]
    code = (
        items[0]["product"] if isinstance(items[0]["product"], str) else items[0]["product"]["code"]
    )
    async with Wire(shop.port) as wire:
        path = f"/api/v1/carts/{cart.id}/items/{code}"
        gone = await wire.ask("DELETE", path, headers=cart.headers)
        after = await wire.ask("GET", "/livez")
    wrong = [] if gone.status == 204 else [f"DELETE: {gone.status} {gone.body!r}"]
    if gone.headers.get("content-length", "0") != "0" or "transfer-encoding" in gone.headers:
        wrong.append(f"204 announces a body: {gone.headers}")
    return wrong if after.status == 200 else [*wrong, f"after 204: {after.status}"]


@check("framing", seconds=60)
async def framing(shop: Shop) -> None:
    """A body whose length can be read in two ways is refused, or answered once; so are odd header lines."""
    start = b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    wrong = []
    for name, head in FRAMINGS.items():
        came = await _raw(shop, start + head + INSIDE)
        if came.count(b"HTTP/1.1 ") > 1:
            wrong.append(f"{name}: {came.count(b'HTTP/1.1 ')} answers")
    for line in LINES:
        came = await _raw(shop, b"GET /livez HTTP/1.1\r\nHost: a\r\n%b\r\n\r\n" % line)
        if came.count(b"HTTP/1.1 ") > 1:
            wrong.append(f"{line!r}: {came.count(b'HTTP/1.1 ')} answers")
        if b"injected" in came.partition(b"\r\n\r\n")[0].lower():
            wrong.append(f"{line!r} is in the answer")
    after = await get(shop, "/livez")
    assert after.status == 200, f"/livez: {after.status}"
    assert not wrong, "\n".join(wrong)


async def _raw(shop: Shop, data: bytes) -> bytes:
    """Return all that comes for some bytes; some servers answer and then keep the connection."""
    async with Wire(shop.port) as wire:
        await wire.send(data)
        wire.finish_sending()
        return await wire.everything(1.5)
