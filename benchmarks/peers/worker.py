"""Uvicorn's worker for Gunicorn, set up for the peers as well as it can be."""

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker


class Worker(UvicornWorker):
    """Uvicorn's own worker, without what the application does itself or has no use for."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "uvloop",
        "http": "httptools",
        "interface": "asgi3",
        "ws": "none",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
    }
