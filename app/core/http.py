"""What holds for every request and answer: paths, addresses, sizes and headers."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from app.core.errors import BadRequest, NotFound
from app.core.sections import HttpSettings

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What every answer has that does not say otherwise; a page with scripts brings its own policy."""


class TextConverter(UnicodeConverter):
    """Text in a path, without control characters: PostgreSQL has no NUL, and names have none."""

    regex = r"[^/\x00-\x1f\x7f\ufffd]+"

    def __init__(self, map: Map) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map)
        # UnicodeConverter makes one from lengths.
        self.regex = type(self).regex


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
    }
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # as Flask documents it
    app.before_request(_refuse_unreadable)
    app.after_request(_add_headers)


def _refuse_unreadable() -> None:
    """Refuse what werkzeug would take for something else, or die of."""
    # A gateway that bars a path does not bar the same with two slashes in front.
    if request.environ["PATH_INFO"].startswith("//"):
        raise NotFound
    if not request.query_string.isascii():
        raise BadRequest("The query holds bytes that are not percent-encoded.")


def _add_headers(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    # Views know where things are in the application; where that is, the server knows.
    location = response.headers.get("Location", "")
    if request.script_root and location.startswith("/"):
        response.headers["Location"] = request.script_root + location
    return response
