"""Letting pages of other origins call the API from a browser (the Fetch standard's CORS protocol)."""

from flask import Flask
from flask_cors import CORS

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
_READ = ("ETag", "Idempotency-Replayed", "Link", "Location", "Retry-After", "X-Request-Id")
_A_DAY = 86_400


def init_cors(app: Flask, origins: tuple[str, ...]) -> None:
    """Let pages of exactly these origins read what `app` answers; without any nothing is done.

    Tokens are sent by the page itself, so no browser is asked for cookies. Answers that are made in front of
    the application (a body too long, too many requests) have no such headers: a page sees a failed request.
    """
    if origins:
        CORS(
            app,
            origins=list(origins),
            methods=list(_METHODS),
            allow_headers=list(_SENT),
            expose_headers=list(_READ),
            max_age=_A_DAY,
            always_send=False,
        )
