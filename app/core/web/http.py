"""What holds for every request and answer: paths, addresses, sizes and headers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from app.core.settings.sections import HttpSettings
from app.core.settings.values import Gateway
from app.core.web.errors import BadRequest, NotFound
from app.core.wiring import present

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What every answer has that does not say otherwise; a page with scripts brings its own policy."""

MAX_PARAMETERS = 64
"""Of one query, repeated and empty ones among them. No route knows a third of that."""

_SECURITY_LINES = [(name.lower(), (name, value)) for name, value in SECURITY_HEADERS.items()]
_WITHOUT_BODY = frozenset({204, 304})
# Werkzeug writes addresses anew, as they may hold letters of any script.
_ADDRESSES = frozenset({"location", "content-location"})


def peer_address() -> str:
    """Return where the request under way came from; gateways that are trusted have been seen through."""
    return request.remote_addr or "unknown"


class Question(Request):
    """What a view's request is in an application with init_http(): one whose body is there, or is a BadRequest."""

    def get_data(self, *args: Any, **kwargs: Any) -> Any:
        """Return the body. Raises BadRequest where a server cannot read it."""
        try:
            return super().get_data(*args, **kwargs)
        except HTTPException:
            raise
        except Exception as error:
            # WSGI servers find a wrong chunk, or a field behind it, while it is read, and each says so in its own way.
            raise BadRequest("The body could not be read.") from error


class Answer(Response):
    """What a view's response becomes in an application with init_http(): one with all SECURITY_HEADERS.

    A text in one piece goes straight out. Werkzeug's own way, which the others go, is many times as long.
    """

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return the chunks, the status and the headers."""
        names = {name.lower() for name, _ in self.headers}
        body: object = self.response
        match body:
            case [bytes() as text] if self._goes_straight(environ, names):
                chunks: Iterable[bytes] = [text]
                headers = self.headers.to_wsgi_list()
                if "content-length" not in names:
                    headers.append(("Content-Length", str(len(text))))
            case _:
                chunks, _, headers = super().get_wsgi_response(environ)
        headers += [line for name, line in _SECURITY_LINES if name not in names]
        return chunks, self.status, headers

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers, but for SECURITY_HEADERS."""
        headers = super().get_wsgi_headers(environ)
        # Views know where things are in the application; where that is, the server knows.
        location = headers.get("Location", "")
        if location.startswith("/"):
            root = quote(environ.get("SCRIPT_NAME", "").rstrip("/"), encoding="latin-1")
            headers["Location"] = root + location
        return headers

    def _goes_straight(self, environ: WSGIEnvironment, names: set[str]) -> bool:
        return (
            not self._on_close
            and environ["REQUEST_METHOD"] != "HEAD"
            and self.status_code not in _WITHOUT_BODY
            and _ADDRESSES.isdisjoint(names)
        )


class TextConverter(UnicodeConverter):
    """Text in a path, without control characters: PostgreSQL has no NUL, and names have none."""

    regex = r"[^/\x00-\x1f\x7f\ufffd]+"

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map)
        # UnicodeConverter makes one from lengths.
        self.regex = type(self).regex


class ScannedConverter(TextConverter):
    """What a scanner sends, as the rest of a path: links have slashes, and what GS1 calls FNC1 comes as 0x1D.

    Many end what they read with a line end.
    """

    part_isolating = False
    regex = r"[\t\r\n]*[^\x00-\x1c\x1e\x1f\x7f\ufffd]+[\t\r\n]*"


def _up_to(most: str) -> str:
    """Return the pattern of the numbers from 1 to `most`, without zeros in front."""
    shorter = rf"[1-9][0-9]{{0,{len(most) - 2}}}"
    as_long = [
        rf"{most[:place]}[{0 if place else 1}-{int(digit) - 1}][0-9]{{{len(most) - place - 1}}}"
        for place, digit in enumerate(most)
        if int(digit) > (0 if place else 1)
    ]
    return "|".join([shorter, *as_long, most])


class BigintConverter(IntegerConverter):
    """A key in a path; one that bigint cannot hold names nothing, so it is 404.

    Not by IntegerConverter's `max`: what that refuses is 405 to all methods but the first.
    """

    regex = _up_to(str(2**63 - 1))


_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PORT = re.compile(r"[0-9]{1,5}")


def _address(said: str) -> str | None:
    """Return the address alone: with its port, each connection of a client would be another client."""
    with_port = _WITH_PORT.fullmatch(said)
    try:
        address = ip_address(with_port[1] or with_port[2] or "" if with_port else said)
    except ValueError:
        return None
    # A zone (fe80::1%eth0) is any text, and tells one interface of the gateway from another.
    return str(address).partition("%")[0]


def _scheme(said: str) -> str | None:
    return said.lower() if said.lower() in {"http", "https"} else None


def _host(said: str) -> str | None:
    return said if _HOST.fullmatch(said) else None


def _port(said: str) -> str | None:
    return said if _PORT.fullmatch(said) else None


_READ: Mapping[str, Callable[[str], str | None]] = {
    "HTTP_X_FORWARDED_FOR": _address,
    "HTTP_X_FORWARDED_PROTO": _scheme,
    "HTTP_X_FORWARDED_HOST": _host,
    "HTTP_X_FORWARDED_PORT": _port,
}
# The last two decide which trace a request belongs to, in the log too, and whether it is recorded.
_GATEWAYS_OWN = (*_READ, "HTTP_X_FORWARDED_PREFIX", "HTTP_TRACEPARENT", "HTTP_TRACESTATE")


_WHOLE_URL = re.compile(r"https?://([^/?#@]+)(/.*)?", re.IGNORECASE | re.DOTALL)


def _take_target(environ: WSGIEnvironment) -> None:
    """Take the host and the path from a target that is a whole URL (RFC 9112, 3.2.2), which some servers leave as it is."""
    if target := _WHOLE_URL.fullmatch(environ["PATH_INFO"]):
        environ["PATH_INFO"] = target[2] or "/"
        # Not where there is none, or more than one.
        if "," not in environ.get("HTTP_HOST", ","):
            environ["HTTP_HOST"] = target[1]


class BehindGateways:
    """Believes X-Forwarded-For, -Proto, -Host and -Port and traceparent of gateways, and drops everybody else's.

    A gateway is a peer in one of `gateways`; "unix" is one without an address. It sets these headers
    itself: of a list, only the last value, which is the gateway's own, is taken. One that is no address, no
    scheme of ours, no host or no port is as if it were not there; an address may have a port, which is cut off.
    """

    def __init__(self, app: WSGIApplication, gateways: Sequence[Gateway]) -> None:
        self._app = app
        self._believing = ProxyFix(app, x_for=1, x_proto=1, x_host=1, x_port=1)
        self._gateways = gateways
        # Gateways are few, and one of them is the peer of nearly every request.
        self._is_gateway = lru_cache(maxsize=1024)(self._find)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request: the WSGI application's interface."""
        if not environ["PATH_INFO"].startswith("/"):
            _take_target(environ)
        if self._is_gateway(environ.get("REMOTE_ADDR", "")):
            for name, read in _READ.items():
                said = environ.pop(name, None)
                if said is not None and (value := read(said.rpartition(",")[2].strip())):
                    environ[name] = value
            return self._believing(environ, start_response)
        for name in _GATEWAYS_OWN:
            environ.pop(name, None)
        return self._app(environ, start_response)

    def _find(self, peer: str) -> bool:
        if not peer:
            return "unix" in self._gateways
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        # An IPv4 peer of a socket that listens for IPv6 too.
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(each != "unix" and address in each for each in self._gateways)


def init_http(app: Flask, settings: HttpSettings) -> None:
    """Give `app` its bounds, its idea of a path, and the headers of every answer.

    Call it before routes are added. Rules have no slash at their end: a path that has one, or two
    in a row, is another path, and unknown.
    """
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.merge_slashes = False
    app.url_map.converters |= {
        "default": TextConverter,
        "string": TextConverter,
        "int": BigintConverter,
        "scanned": ScannedConverter,
    }
    # Also where there is no gateway: then nobody is believed.
    behind = BehindGateways(app.wsgi_app, settings.gateways)
    app.wsgi_app = behind  # type: ignore[method-assign]  # as Flask documents it
    app.request_class = Question
    app.response_class = Answer
    app.before_request(_refuse_unreadable)


def _check_host(environ: WSGIEnvironment) -> None:
    """Raise BadRequest where a request does not say, once, which host it is for (RFC 9112, 3.2)."""
    host = environ.get("HTTP_HOST")
    if host is None:
        if environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            raise BadRequest("The request has no Host.")
    elif "," in host:
        # What servers make of two.
        raise BadRequest("The request has more than one Host.")


def _refuse_unreadable() -> None:
    """Refuse what werkzeug would take for something else, or die of."""
    environ = present(request).environ
    _check_host(environ)
    # A gateway that bars a path does not bar the same with two slashes in front.
    if environ["PATH_INFO"].startswith("//"):
        raise NotFound
    query = environ.get("QUERY_STRING", "")
    if not query.isascii():
        raise BadRequest("The query holds bytes that are not percent-encoded.")
    if query.count("&") >= MAX_PARAMETERS:
        raise BadRequest(f"The query has more than {MAX_PARAMETERS} parameters.")


def file_response(
    content: bytes,
    media_type: str,
    name: str,
    disposition: Literal["inline", "attachment"] = "inline",
) -> Response:
    """Return a file of that name as an answer: to be looked at or, as an attachment, to be kept."""
    headers = {
        "Content-Type": media_type,
        "Content-Disposition": f'{disposition}; filename="{name}"',
    }
    return Answer([content], headers=headers)
