"""A Flask that spends nothing on what this API has no use for: sessions, subdomains, and asking twice what is known."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter
from werkzeug.sansio.utils import get_host


class _NoSessions(SessionInterface):
    """Gives every request the one session that holds nothing and takes nothing."""

    _none = NullSession()

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        return self._none


class LeanFlask(Flask):
    """Has no sessions, and the same routes under every name of its host.

    Whoever wishes to upgrade to another protocol is answered in this one, as whoever does not (RFC 9110, 7.8).
    """

    session_interface: SessionInterface = _NoSessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Flask asks for every hook and view of every request.
        self._synchronous = lru_cache(maxsize=1024)(super().ensure_sync)
        # Clients name few hosts, and each of them in every request.
        self._server_name = lru_cache(maxsize=256)(self._find_server_name)
        super().__init__(*args, **kwargs)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` itself, or what calls it synchronously if it is async."""
        return self._synchronous(func)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the request's route, without looking for a subdomain first."""
        if request is None or self._is_odd(request):
            return super().create_url_adapter(request)
        host = request.environ.get("HTTP_HOST")
        return MapAdapter(
            self.url_map,
            self._server_name(request.scheme, host, request.server),
            request.root_path,
            self.url_map.default_subdomain,
            request.scheme,
            request.path,
            request.method,
            request.query_string.decode(errors="replace"),
        )

    def _find_server_name(
        self, scheme: str, host: str | None, server: tuple[str, int | None] | None
    ) -> str:
        return self.url_map.bind(get_host(scheme, host, server)).server_name

    def _is_odd(self, request: Request) -> bool:
        """Say whether there is more to a request than its path: Flask redirects and refuses some."""
        environ = request.environ
        # Without a prefix an empty path is the root (RFC 9110, 4.2.3).
        unrooted = not environ.get("PATH_INFO") and bool(environ.get("SCRIPT_NAME"))
        return unrooted or self.config["TRUSTED_HOSTS"] is not None
