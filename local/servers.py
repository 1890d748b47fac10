"""Every way to serve the shop: `make serve-NAME` and `make conformance` start them from here.

Each serves the unchanged main.py with its configuration in deploy/. docs/deploy.md says when to choose which.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from local import apache
from local.environments import ROOT, VENVS, install, install_packages

HOST = "127.0.0.1"
DEPLOY = ROOT / "deploy"
METRICS = "PROMETHEUS_MULTIPROC_DIR"

Command = Callable[["Server", int, Path], list[str]]


@dataclass(frozen=True)
class Server:
    """One way to serve the shop.

    `concurrent` says whether one process serves several requests at once, `keeps_alive` whether a
    connection is there for more than one, and `pipelines` whether the next may come before the answer.
    `requirements` is a file of deploy/requirements/ that is installed besides requirements.txt, into a
    virtual environment of its own; None stands for the one that runs this. `packages` are Debian's.
    Requests under way come to their end after `graceful`, where that is not SIGTERM.
    """

    name: str
    title: str
    command_line: Command = field(repr=False)
    concurrent: bool = True
    keeps_alive: bool = True
    pipelines: bool = True
    requirements: str | None = None
    packages: tuple[str, ...] = ()
    python: str = sys.executable
    variables: Path | None = None
    graceful: signal.Signals = signal.SIGTERM

    @property
    def venv(self) -> Path:
        """The folder of its virtual environment, whether or not it is there yet."""
        own = self.requirements or self.python != sys.executable
        return VENVS / self.name if own else Path(sys.prefix)

    def program(self, name: str) -> str:
        """Return the path of a program in its virtual environment."""
        return str(self.venv / "bin" / name)

    def command(self, port: int, folder: Path) -> list[str]:
        """Return the command that serves on that port of loopback in the foreground.

        What it has to write goes to `folder`, which it makes.
        """
        folder.mkdir(parents=True, exist_ok=True)
        return self.command_line(self, port, folder)

    def environment(self, folder: Path, env: Mapping[str, str]) -> dict[str, str]:
        """Return the variables for the command: the server's own, this process's, and `env`, the last strongest.

        PATH begins with the server's own programs. The workers' metrics go to an empty directory in
        `folder`, unless `env` names another.
        """
        metrics = folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        own = _variables(self.variables) if self.variables else {}
        given = {**os.environ, **env}
        # Gunicorn and Uvicorn end over an empty one.
        if not given.get("WEB_CONCURRENCY"):
            given.pop("WEB_CONCURRENCY", None)
        variables = {METRICS: str(metrics), **own, **given}
        # Whatever else is in PATH, and whoever named it: a server finds its own programs first.
        path = variables.get("PATH") or os.defpath
        variables["PATH"] = f"{self.venv / 'bin'}{os.pathsep}{path}"
        if self.name == apache.NAME:
            variables |= apache.hand_over(variables, metrics)
        return variables

    def start(self, port: int, folder: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Serve on that port of loopback, in a session of its own; SIGTERM to the process ends the server.

        All that the server and the shop say is appended to `folder`/log. `env` is added to this
        process's environment. Does not wait until it is ready: ask /readyz.
        """
        command = self.command(port, folder)
        environment = self.environment(folder, env)
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def prepare(server: Server) -> str | None:
    """Install what `server` needs, if it is not there; return one sentence why it cannot run here, or None."""
    trouble = install_packages(server.packages)
    if trouble is None and server.venv != Path(sys.prefix):
        own = [DEPLOY / "requirements" / server.requirements] if server.requirements else []
        trouble = install(server.venv, server.python, [ROOT / "requirements.txt", *own])
    if trouble is None and server.name == apache.NAME:
        trouble = apache.obstacle()
    return trouble


def _variables(path: Path) -> dict[str, str]:
    """Return the variables of a file with lines like NAME=value."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _gunicorn(config: str, *options: str) -> Command:
    def command(server: Server, port: int, _folder: Path) -> list[str]:
        bind = f"--bind={HOST}:{port}"
        return [
            server.program("python"),
            "-m",
            "gunicorn",
            f"--config=deploy/{config}",
            bind,
            *options,
        ]

    return command


def _uvicorn(server: Server, port: int, _folder: Path) -> list[str]:
    where = [f"--host={HOST}", f"--port={port}"]
    return [server.program("python"), "-m", "uvicorn", "main:asgi_app", *where]


def _uwsgi(server: Server, port: int, _folder: Path) -> list[str]:
    # The address first: uwsgi.ini asks whether one is given.
    return [server.program("uwsgi"), f"--http11-socket={HOST}:{port}", "--ini=deploy/uwsgi.ini"]


def _hypercorn(server: Server, port: int, _folder: Path) -> list[str]:
    where = f"--bind={HOST}:{port}"
    config = "--config=file:deploy/hypercorn.conf.py"
    return [server.program("python"), "-m", "hypercorn", config, where, "main:asgi_app"]


def _granian(server: Server, port: int, _folder: Path) -> list[str]:
    where = [f"--host={HOST}", f"--port={port}"]
    return [server.program("python"), "-m", "granian", *where, "main:asgi_app"]


def _apache(server: Server, port: int, folder: Path) -> list[str]:
    return apache.command(server.venv, port, folder)


_ALL = (
    Server("gunicorn", "Gunicorn, Uvicorn workers", _gunicorn("gunicorn.conf.py")),
    Server("uvicorn", "Uvicorn", _uvicorn, variables=DEPLOY / "uvicorn.env"),
    Server(
        "gunicorn-sync",
        "Gunicorn, sync",
        _gunicorn("gunicorn-sync.conf.py"),
        concurrent=False,
        keeps_alive=False,
        pipelines=False,
    ),
    Server(
        "gunicorn-gthread",
        "Gunicorn, threads (gthread)",
        _gunicorn("gunicorn-gthread.conf.py"),
    ),
    Server(
        "gunicorn-gevent",
        "Gunicorn, gevent",
        _gunicorn("gunicorn-gevent.conf.py"),
        requirements="gevent.txt",
    ),
    Server(
        "gunicorn-eventlet",
        "Gunicorn 25.3, eventlet",
        _gunicorn("gunicorn-eventlet.conf.py"),
        requirements="eventlet.txt",
    ),
    Server("uwsgi", "uWSGI", _uwsgi, pipelines=False, requirements="uwsgi.txt"),
    Server(
        apache.NAME,
        "Apache httpd, mod_wsgi",
        _apache,
        packages=apache.PACKAGES,
        python=apache.PYTHON,
        graceful=apache.GRACEFUL,
    ),
    Server(
        "gunicorn-asgi",
        "Gunicorn, its own asgi worker",
        _gunicorn("gunicorn-asgi.conf.py"),
    ),
    Server("hypercorn", "Hypercorn", _hypercorn, requirements="hypercorn.txt"),
    Server(
        "granian",
        "Granian",
        _granian,
        requirements="granian.txt",
        variables=DEPLOY / "granian.env",
    ),
)
SERVERS: Mapping[str, Server] = MappingProxyType({server.name: server for server in _ALL})
"""By name, in the order in which docs/deploy.md describes them."""
