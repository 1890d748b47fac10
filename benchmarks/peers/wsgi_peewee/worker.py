"""The peers' worker for Gunicorn, as WsgiToAsgi needs it."""

from typing import Any, ClassVar

from benchmarks.peers.worker import Worker as PeerWorker


class Worker(PeerWorker):
    """A worker that gives each request a context of its own."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        **PeerWorker.CONFIG_KWARGS,
        # WsgiToAsgi knows nothing of it.
        "lifespan": "off",
        # Else asgiref finds the executor of the request before on the same socket, which has
        # ended, and answers 500.
        "reset_contextvars": True,
    }
