"""`make run`: the shop on this computer, with its database, until Ctrl-C."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time

from local.account import LocalError
from local.children import Children, Signals, kill_session, wait_until
from local.environments import ROOT
from local.postgres import Postgres
from local.shop import DATA, LOGINS, ShopDatabase, given_database, local_database
from local.trouble import explain

HOST = "127.0.0.1"
START_SECONDS = 60
TIDY_SECONDS = 300
# How long the database may be away (somebody restarts it by hand) before the run gives up.
AWAY_SECONDS = 15
# Gunicorn lets requests finish; then the database stops in well under a second.
END_SECONDS = 12


class Run:
    """One run of the shop: what it started, and how all of it ends."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.signals = Signals()
        self.children = Children(ROOT)
        self.server: Postgres | None = None
        self.logins = ""

    def serve(self) -> None:
        """Open the shop and stay until told to end. Raises LocalError if it cannot open or stay open."""
        try:
            with _listen(self.port) as listener:
                self.port = listener.getsockname()[1]
                database = self._database()
                self._prepare(database)
                web = self._open(database, listener)
            if web:
                self._stay(database, web)
        finally:
            self.children.end(END_SECONDS)
            if self.server:
                self.server.stop()

    def _database(self) -> ShopDatabase:
        given = given_database()
        if given:
            return given
        self.server = Postgres(DATA)
        self.server.start()
        return local_database(self.server)

    def _prepare(self, database: ShopDatabase) -> None:
        """Migrate, and load the demo shop; both only where needed, as each costs a start of Python."""
        if not self.signals.ended() and not database.is_complete():
            self._command(database, "migrate")
        if not self.signals.ended() and database.is_empty():
            say("Loading the demo shop …")
            self._load_demo(database)
        elif not self.signals.ended() and database.is_stale():
            self._command(database, "demo", "--if-empty")

    def _load_demo(self, database: ShopDatabase) -> None:
        """Load the demo shop; of the local one, keep what it says of its logins for later starts."""
        self.logins = self._command(database, "demo")
        if self.logins and self.server:
            with explain(DATA):
                LOGINS.parent.mkdir(exist_ok=True)
                # Removed first, as it may be another user's.
                LOGINS.unlink(missing_ok=True)
                LOGINS.touch(mode=0o600)
                LOGINS.write_text(self.logins, encoding="utf-8")

    def _command(self, database: ShopDatabase, name: str, *options: str) -> str:
        """Run `flask --app main name`, and return what it printed; nothing if told to end meanwhile."""
        child = self.children.start(
            "flask", "--app", "main", name, *options, environment=database.environment, capture=True
        )
        said = _output(child, self.signals)
        if child.returncode and not self.signals.ended():
            raise LocalError(f"`flask --app main {name}` failed: the reason stands above.")
        return "" if child.returncode else said

    def _open(
        self, database: ShopDatabase, listener: socket.socket
    ) -> subprocess.Popen[str] | None:
        """Start the web server, and say where the shop is as soon as it is ready."""
        if self.signals.ended():
            return None
        web = self.start_web(database, listener)
        ready = wait_until(
            lambda: web.poll() is not None or _is_ready(self.port), self.signals, START_SECONDS
        )
        _check(web)
        if not ready and not self.signals.ended():
            raise LocalError(f"The shop was not ready within {START_SECONDS} seconds.")
        if ready:
            if self.server and not self.logins and LOGINS.exists():
                self.logins = LOGINS.read_text(encoding="utf-8")
            say(_welcome(self.port, self.logins))
        return web

    def start_web(self, database: ShopDatabase, listener: socket.socket) -> subprocess.Popen[str]:
        """Start the web server; it inherits the socket that listens."""
        return self.children.start(
            "gunicorn",
            "--config=deploy/gunicorn.conf.py",
            f"--bind=fd://{listener.fileno()}",
            "--log-level=warning",
            "main:asgi_app",
            environment=database.environment,
            keep=[listener.fileno()],
        )

    def _stay(self, database: ShopDatabase, web: subprocess.Popen[str]) -> None:
        next_tidy, last_seen = time.monotonic() + TIDY_SECONDS, time.monotonic()
        while not self.signals.ended():
            _check(web)
            now = time.monotonic()
            if self.server is None or self.server.is_running():
                last_seen = now
            elif now - last_seen > AWAY_SECONDS:
                raise LocalError(
                    f"The shop's database has stopped: the last lines of {self.server.log} say why."
                )
            if now > next_tidy:
                next_tidy = now + TIDY_SECONDS
                self.children.start(
                    "flask", "--app", "main", "tidy", environment=database.environment
                )
            time.sleep(0.1)
        say("Closing the shop …")


def say(text: str) -> None:
    """Print a line, even where the terminal is already gone."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def _listen(port: int) -> socket.socket:
    """Take the port before anything is started, so that nothing has to be undone if it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise LocalError(
            f"Port {port} cannot be used ({error.strerror}): stop the program that uses it,"
            f" or choose another with make run PORT={port + 1}."
        ) from error
    return listener


def _output(child: subprocess.Popen[str], signals: Signals) -> str:
    """Wait for a child's end, or make it end when somebody says so, and return what it printed."""
    while True:
        try:
            return child.communicate(timeout=0.1)[0]
        except subprocess.TimeoutExpired:
            if signals.ended():
                child.terminate()


def _check(web: subprocess.Popen[str]) -> None:
    if web.poll() is not None:
        kill_session(web)
        raise LocalError(
            f"The web server ended by itself (code {web.returncode}): the reason stands above."
        )


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(port: int, logins: str) -> str:
    shop = f"http://{HOST}:{port}"
    lines = [
        "",
        "The shop is open.",
        f"  API        {shop}/api/v1/products",
        f"  API docs   {shop}/docs",
    ]
    if logins:
        lines.append(f"  Try it     .venv/bin/python examples/first_sale.py {shop}")
        lines += ["", *(f"  {line}" for line in logins.strip().splitlines())]
    return "\n".join([*lines, "", "Ctrl-C closes it."])


def wanted_port() -> int:
    """Return the number in PORT. Raises LocalError if it is none."""
    given = os.environ.get("PORT", "8000")
    if not given.isascii() or not given.isdecimal() or int(given) >= 1 << 16:
        raise LocalError(f"PORT is {given!r}: it has to be a number up to 65535 (0: any free one).")
    return int(given)


def main() -> int:
    """Run the shop; return 0 when somebody ended it, 1 when something was in the way."""
    try:
        Run(wanted_port()).serve()
    except LocalError as error:
        with contextlib.suppress(OSError):
            print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
