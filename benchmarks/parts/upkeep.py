"""What a large shop's upkeep takes: `tidy`, `verify`, a dump, a restore; and how large it is."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.loads.ground import Ground
from benchmarks.measuring.contestants import environment
from local.dump import dump
from local.environments import ROOT
from local.postgres import OWNER
from local.restore import restore

_SIZES = """
    SELECT c.relname, pg_total_relation_size(c.oid), c.reltuples FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND pg_total_relation_size(c.oid) > 5000000
    ORDER BY 2 DESC
"""


class UpkeepFailed(Exception):  # noqa: N818 - said of a command
    """A command ended with an error; what it said."""


def upkeep(on: Ground, folder: Path, say: Callable[[str], None], *, years: float) -> str:
    """Tidy up, verify, dump and restore the shop; return two tables. Raises UpkeepFailed."""
    file = folder / "shop.dump"
    steps: dict[str, Callable[[], object]] = {
        "`tidy`, for the first time: years of sales are counted and summed up": lambda: _command(
            on, folder, "tidy"
        ),
        "`tidy`, again": lambda: _command(on, folder, "tidy"),
        "`verify`": lambda: _command(on, folder, "verify"),
        "`make dump`": lambda: dump(on.owner_url, file),
        "`make restore`, without `migrate` and `verify`": lambda: restore(_empty(on), file),
    }
    lines = ["| what | seconds |", "|---|---|"]
    for what, do in steps.items():
        began = time.perf_counter()
        do()
        lines.append(f"| {what} | {time.perf_counter() - began:.0f} |")
        say(lines[-1])
    size = file.stat().st_size / 1e6
    on.admin("DROP DATABASE restored")
    sizes = [
        f"| `{name}` | {rows:,.0f} | {size / years / 1e6:,.0f} MB |"
        for name, size, rows in on.rows(_SIZES)
    ]
    return "\n".join(
        [
            *lines,
            "",
            f"The dump has {size:,.0f} MB.",
            "",
            "| table | rows | a year |",
            "|---|---|---|",
            *sizes,
        ]
    )


def _empty(on: Ground) -> str:
    on.admin(f"CREATE DATABASE restored OWNER {OWNER}")
    return on.server.url(OWNER, "restored")


def _command(on: Ground, folder: Path, name: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "main", name]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(on, folder), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UpkeepFailed(f"{name}: {done.stdout}{done.stderr}")
