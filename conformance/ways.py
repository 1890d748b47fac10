"""Every way to serve the shop that this suite knows: the servers, and what stands in front of them."""

import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.gateway.nginx import GatewayWay
from conformance.pooled import PooledWay
from conformance.shop import Process, Way
from local.servers import SERVERS, Server, prepare

DEFAULT = "gunicorn"
"""The way whose answers all others must give too."""


class Started:
    """A server's first process; what asks it to end in order may be another signal than SIGTERM."""

    def __init__(self, process: subprocess.Popen[bytes], graceful: signal.Signals) -> None:
        self.pid, self.poll, self.wait = process.pid, process.poll, process.wait
        self._process = process
        self._graceful = graceful

    def terminate(self) -> None:
        """Send that signal, if it still runs."""
        self._process.send_signal(self._graceful)


@dataclass(frozen=True)
class ServerWay:
    """One of local.servers as a way to serve the shop."""

    server: Server

    @property
    def name(self) -> str:
        """The server's name."""
        return self.server.name

    @property
    def title(self) -> str:
        """The server's title."""
        return self.server.title

    @property
    def concurrent(self) -> bool:
        """Whether one process serves several requests at once."""
        return self.server.concurrent

    @property
    def keeps_alive(self) -> bool:
        """Whether a connection is there for more than one request."""
        return self.server.keeps_alive

    @property
    def pipelines(self) -> bool:
        """Whether a request may come before the answer to the one before it."""
        return self.server.pipelines

    def prepare(self) -> str | None:
        """Install the server; return why it cannot run here, or None."""
        return prepare(self.server)

    def start(self, port: int, folder: Path, env: Mapping[str, str]) -> Process:
        """Start the server."""
        return Started(self.server.start(port, folder, env), self.server.graceful)


def ways() -> dict[str, Way]:
    """Return all ways by name, the default one first."""
    gateway = GatewayWay()
    pooled = PooledWay()
    servers = {name: ServerWay(server) for name, server in SERVERS.items()}
    return {**servers, pooled.name: pooled, gateway.name: gateway}
