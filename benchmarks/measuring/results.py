"""The results of a run: one JSON document, on the disk as it grows, so that a run which breaks off keeps what it has."""

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchmarks.loads.ground import Ground
from benchmarks.measuring import wrk
from benchmarks.measuring.contestants import VENV
from local.environments import ROOT

FOLDER = ROOT / ".benchmarks"
PATH = FOLDER / "results.json"
OF_OURS = (
    *("aiopg", "asgiref", "flask", "greenlet", "gunicorn", "httptools", "peewee", "peewee-async"),
    *("psycopg2-binary", "pydantic", "uvicorn", "uvicorn-worker", "uvloop"),
)
OF_PEERS = ("asyncpg", "fastapi", "quart", "sqlalchemy", "starlette")
SAID = ("fsync", "synchronous_commit", "shared_buffers", "max_wal_size", "autovacuum", "jit")


class Results:
    """The document; each change is written at once."""

    def __init__(self, path: Path = PATH) -> None:
        self.path = path
        self.document: dict[str, Any] = {}

    @classmethod
    def kept(cls, path: Path = PATH) -> "Results":
        """Return the document of the last run, or a new one, to put a part into it."""
        found = cls(path)
        if path.is_file():
            found.document = json.loads(path.read_text(encoding="utf-8"))
        return found

    def put(self, **parts: Any) -> None:
        """Replace these parts of it."""
        self.document |= parts
        self._write()

    def add(self, part: str, entry: Any) -> None:
        """Append to a list in it."""
        self.document.setdefault(part, []).append(entry)
        self._write()

    def took(self, name: str, seconds: float) -> None:
        """Note how long a command took."""
        self.put(took={**self.document.get("took", {}), name: round(seconds, 1)})

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.document, indent=1), encoding="utf-8")
        new.replace(self.path)


def machine() -> dict[str, Any]:
    """Return what this computer is."""
    return {
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1024**3),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def versions(ground: Ground) -> dict[str, str]:
    """Return the versions of whatever takes part."""
    ours = {name: version(name) for name in OF_OURS}
    server = ground.rows("SHOW server_version")[0][0].split()[0]
    return {**ours, **_of_peers(), "postgresql": server, "wrk": wrk.version()}


def settings(ground: Ground, **more: Any) -> dict[str, Any]:
    """Return what was set: `more`, and PostgreSQL's settings that matter."""
    said = {name: ground.rows(f"SHOW {name}")[0][0] for name in SAID}
    return {**more, "postgresql": said}


def _of_peers() -> Mapping[str, str]:
    found = {}
    for folder in VENV.glob("lib/*/site-packages/*.dist-info"):
        name, _, number = folder.name.removesuffix(".dist-info").rpartition("-")
        if name.lower() in OF_PEERS:
            found[name.lower()] = number
    return dict(sorted(found.items()))


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
