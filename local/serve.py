"""`make serve-NAME`: the shop of `make run` under any of the servers, until Ctrl-C."""

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from local.account import LocalError
from local.run import Run, say, wanted_port
from local.servers import SERVERS, Server, prepare
from local.shop import ShopDatabase


class Serve(Run):
    """A run of the shop under `server`, which writes what it has to into `folder`."""

    def __init__(self, port: int, server: Server, folder: Path) -> None:
        super().__init__(port)
        self._server = server
        self._folder = folder

    def start_web(self, database: ShopDatabase, listener: socket.socket) -> subprocess.Popen[str]:
        """Start the server on the port that was free until now: not every server inherits a socket."""
        listener.close()
        command = self._server.command(self.port, self._folder)
        environment = self._server.environment(self._folder, database.environment)
        return self.children.launch(command, environment=environment)


def serve(name: str) -> None:
    """Serve under that server until told to end. Raises LocalError if something is in the way."""
    server = SERVERS.get(name)
    if server is None:
        raise LocalError(f"There is no server {name!r}, but {', '.join(SERVERS)}.")
    port = wanted_port()
    say(f"Looking for what {server.title} needs …")
    if (trouble := prepare(server)) is not None:
        raise LocalError(trouble)
    with tempfile.TemporaryDirectory(prefix="ogs-") as folder:
        # Apache's processes are another user's, where root starts them.
        Path(folder).chmod(0o711)
        Serve(port, server, Path(folder)).serve()


def main(name: str) -> int:
    """Serve; return 0 when somebody ended it, 1 when something was in the way."""
    try:
        serve(name)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or [""]))
