"""NGINX's own errors, in the app's form, and TLS."""

import asyncio
import subprocess
from http import HTTPStatus

from app.core.web.errors import problem_of_status
from app.core.web.http import SECURITY_HEADERS
from conformance.gateway.client import PATIENCE, asked, one, ports, trusting
from conformance.gateway.http2 import ask
from conformance.gateway.nginx import HOST_NAME, NAME
from conformance.helpers import locked, product_path
from conformance.registry import check
from conformance.shop import Shop
from conformance.wire import Answer

LIMIT = 1_048_576
WAITED_FOR = {429, 502, 503, 504}
# Since Python 3.13 HTTPStatus has the standard's newer names; NGINX has them already.
NEWER = {414: "uri_too_long"}


def fault(answer: Answer, status: int) -> str:
    """Say what is wrong with a problem that NGINX made itself, an empty text if nothing."""
    if answer.status != status or not answer.is_problem:
        return f"{answer.status} {answer.headers.get('content-type')} instead of a problem {status}: {answer.body[:100]!r}"
    said = answer.json()
    code = NEWER.get(status, problem_of_status(status).code)
    expected = {"type": "about:blank", "status": status, "code": code}
    expected["request_id"] = answer.headers.get("x-request-id")
    if set(said) != {*expected, "title", "detail"} or not expected.items() <= said.items():
        return f"{said} instead of {expected}"
    if (status in WAITED_FOR) != ("retry-after" in answer.headers):
        return f"Retry-After: {answer.headers.get('retry-after')}"
    wrong = {
        name
        for name, value in SECURITY_HEADERS.items()
        if answer.names.count(name.lower()) != 1 or answer.headers[name.lower()] != value
    }
    return f"headers: {wrong}" if wrong else ""


REFUSED = {
    "a line that is no request": (400, b"NONSENSE\r\n\r\n"),
    "no host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "a header without a name": (400, b"GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"),
    "a path outside of the root": (400, asked("GET", "/../x")),
    "the metrics": (404, asked("GET", "/metrics")),
    "TRACE": (405, asked("TRACE", "/")),
    "a body that is too long": (413, asked("POST", "/api/v1/login", body=b"x" * (LIMIT + 1))),
    "a path that is too long": (414, asked("GET", "/" + "x" * 9000)),
    "a header that is too long": (431, asked("GET", "/livez", X_Long="x" * 9000)),
    "an unknown encoding": (501, asked("POST", "/livez", Transfer_Encoding="gzip")),
    "a version to come": (505, b"GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
}


@check("gateway errors", ways=(NAME,))
async def own_errors(shop: Shop) -> None:
    """NGINX's own errors are problems with the app's headers; the app's have every header once."""
    made = {name: (await one(shop.port, data), status) for name, (status, data) in REFUSED.items()}
    made["plain HTTP on the port with TLS"] = (
        await one(ports(shop).tls, asked("GET", "/livez")),
        400,
    )
    async with locked(shop):
        late = await one(ports(shop).hasty, asked("GET", product_path(shop)))
    made["an api that is too slow"] = late, 504
    made["no api"] = await one(ports(shop).echo, asked("GET", "/")), 502
    wrong = [f"{name}: {said}" for name, each in made.items() if (said := fault(*each))]
    # NGINX adds nothing to what the app has said.
    for path in (product_path(shop), "/nowhere", "/docs"):
        got = await one(shop.port, asked("GET", path))
        wrong += [f"{path}: {said}"] if (said := _doubled(got)) else []
    assert not wrong, "\n".join(wrong)


def _doubled(answer: Answer) -> str:
    twice = {name for name in answer.names if answer.names.count(name) > 1}
    missing = {name for name in SECURITY_HEADERS if name.lower() not in answer.names}
    return f"twice: {twice}, missing: {missing}" if twice or missing else ""


@check("gateway TLS", ways=(NAME,))
async def tls(shop: Shop) -> str:
    """TLS 1.2 and 1.3 and nothing older, HTTP/2, HSTS on TLS only, plain HTTP led to it, 421 and no certificate for other names."""
    tried = ("tls1", "tls1_1", "tls1_2", "tls1_3")
    spoken = [version for version in tried if await _handshake(shop, version)]
    assert spoken == ["tls1_2", "tls1_3"], spoken
    secure = await one(ports(shop).tls, asked("GET", "/livez", host=HOST_NAME), tls=trusting(shop))
    assert secure.status == HTTPStatus.OK, secure
    assert secure.headers.get("strict-transport-security", "").startswith("max-age="), (
        secure.headers
    )
    plain = await one(shop.port, asked("GET", "/livez"))
    assert "strict-transport-security" not in plain.headers, plain.headers
    other = await one(
        ports(shop).tls, asked("GET", "/livez", host="evil.example"), tls=trusting(shop)
    )
    assert fault(other, 421) == "", fault(other, 421)
    for host in (HOST_NAME, f"{HOST_NAME}:8080", HOST_NAME.upper()):
        led = await one(ports(shop).redirect, asked("POST", "/a?b=c", body=b"{}", host=host))
        assert (led.status, led.headers["location"]) == (308, f"https://{HOST_NAME}/a?b=c"), led
    for host in ("evil.example", f"{HOST_NAME}.evil.example", "127.0.0.1"):
        stray = await one(ports(shop).redirect, asked("GET", "/a", host=host))
        assert fault(stray, 421) == "", f"{host}: {fault(stray, 421)}"
    status = await ask(shop, "GET", product_path(shop))
    assert status == HTTPStatus.OK, f"HTTP/2: {status}"
    return "TLS 1.2, 1.3"


async def _handshake(shop: Shop, version: str) -> bool:
    """Say whether openssl, with everything allowed, comes to terms with NGINX in that version."""
    where = ["-connect", f"127.0.0.1:{ports(shop).tls}", "-servername", HOST_NAME]
    command = ["openssl", "s_client", *where, f"-{version}", "-cipher", "ALL:@SECLEVEL=0"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode == 0
