"""Gunicorn's settings: `gunicorn -c deploy/gunicorn.conf.py`.

PORT and WEB_CONCURRENCY (processes) are the names that platforms set. Each worker holds a pool of
its own: the database has to allow WEB_CONCURRENCY times the pool's size of connections.

SIGTERM ends all, and no request under way is lost; SIGINT and SIGQUIT do so sooner. SIGHUP reads this file and
the shop's settings anew, in new workers, while the old ones end; environment variables stay those of the master. A
setting that is wrong ends Gunicorn then as it does at the start, so check it first:
`OGS_CONFIG=… flask --app main routes` prints one sentence, or the routes.
"""

import contextlib
import fcntl
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

wsgi_app = "main:asgi_app"
worker_class = "app.core.worker.Worker"
# A variable that is empty is as good as none, here and below.
bind = f"0.0.0.0:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")

# A worker that says nothing for so long hangs; it is no limit for a request.
timeout = 30
# What SIGTERM leaves to a worker in all: the shop's http.drain_seconds, a second for open connections, requests under
# way, and 3 s for the end of the pool. A platform has to wait for longer before it kills.
graceful_timeout = 30
# Longer than a gateway keeps its idle connections (NGINX: 60 s), so that it is never Gunicorn which
# closes one that a request is on its way through.
keepalive = 75
backlog = 2048

# Heartbeats must not wait for a disk.
_memory = Path("/dev/shm")  # noqa: S108 - Gunicorn makes its files there private and nameless
worker_tmp_dir = str(_memory) if _memory.is_dir() else None
# Administration is the platform's; a socket in a home directory is in the way of read-only systems.
control_socket_disable = True

# Where workers add their metrics up. It has to be there before one of them loads the application. SIGHUP reads
# this file again, and SIGUSR2 in another master: the process's number tells which directory is ours.
_own = f"ogs-metrics-{os.getpid()}-"
_MADE_HERE = re.compile(r"ogs-metrics-\d+-")


def _remove_what_killed_masters_left() -> None:
    """Remove the directories that nobody holds: a temporary directory often is memory, and outlives a container's restart."""
    for path in Path(tempfile.gettempdir()).glob("ogs-metrics-*"):
        with contextlib.suppress(OSError):  # somebody else's, or gone
            if _MADE_HERE.match(path.name) and path.lstat().st_uid == os.geteuid():
                _remove_if_free(path)


def _remove_if_free(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(directory)


def _make_metrics() -> Path:
    """Return a new directory, held until this master and all its workers have ended.

    By a lock, as a number says nothing: a container's next master has the same, another container's is unknown here.
    """
    while True:
        path = Path(tempfile.mkdtemp(prefix=_own))
        # Another master may remove it before it is held, and then there is none.
        with contextlib.suppress(FileNotFoundError):
            fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_SH)
            path.stat()
            return path


_metrics = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""))
if not _metrics.name or (_MADE_HERE.match(_metrics.name) and not _metrics.name.startswith(_own)):
    try:
        _remove_what_killed_masters_left()
        _metrics = _make_metrics()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics)
    except OSError as error:  # a full disk is no reason not to sell
        sys.stderr.write(f"Each worker speaks for itself in the metrics: {error}\n")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = ""

# X-Forwarded-* is believed by a setting of the application, the same under every server; by default Gunicorn
# takes the scheme, and even SCRIPT_NAME, from any client on loopback.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# The application writes the access log.
accesslog = None
errorlog = "-"


def on_exit(_server: Any) -> None:
    """Remove the directory of the metrics, if it was made here."""
    if _metrics.name.startswith(_own):
        shutil.rmtree(_metrics, ignore_errors=True)
