"""What PostgreSQL and the server can do without the shop: pgbench with the shop's own SQL, and an empty application."""

import re
import resource
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.core.database.conninfo import DEFAULT_SESSION
from app.product.products.listing import Wanted, listing
from app.product.products.statements import READ_PRODUCT
from benchmarks.loads.ground import TIME_ZONE, Ground
from benchmarks.loads.plans import PAGE
from benchmarks.loads.seed import LEAVES
from benchmarks.measuring.contestants import EMPTY, OURS, ContestantFailed, running
from benchmarks.measuring.figures import together
from benchmarks.measuring.processes import cpu_seconds, postmaster, tree, wait_until_idle
from benchmarks.measuring.results import Results
from benchmarks.measuring.slot import measure
from benchmarks.measuring.wrk import Plan, Request
from local.postgres import PROGRAMS

ROUNDS = 3
SECONDS = 3
PAIRED = MappingProxyType({1: 1, 10: 32})
"""The clients of pgbench, and the connections to the shop which keep as many of its own to PostgreSQL busy."""
MODES = ("simple", "prepared")


@dataclass(frozen=True)
class Script:
    """What pgbench sends again and again: a statement of the shop's, with its parameters at random."""

    load: str
    title: str
    text: str


def run(ground: Ground, folder: Path, results: Results, say: Callable[[str], None]) -> None:
    """Put the limits into the results: medians of a few rounds."""
    results.put(limits=[])
    for entry in (*_database(ground, folder), *_server(ground, folder)):
        results.add("limits", entry)
        say(f"{entry['what']}, {entry['connections']} at once: {entry['rps']:.0f} a second")


def scripts(products: int) -> tuple[Script, Script]:
    """Return what is asked of a shop with so many products: one of them, and the first page of a category."""
    statement, _ = listing(Wanted(category="any"), PAGE + 1, None)
    number = f"\\set number random(1, {products})"
    shelf = f"\\set shelf random(1, {LEAVES})"
    one = _script(READ_PRODUCT.sql, {"code": "('P' || lpad(:number::int::text, 7, '0'))"})
    page = {"category": "('shelf-' || :shelf::int)", "active": ":active", "limit": ":limit"}
    rest = f"\\set active true\n\\set limit {PAGE + 1}"
    return (
        Script("product", "one product", f"{number}\n{one}"),
        Script(
            "list-first",
            "first page of a category",
            f"{shelf}\n{rest}\n{_script(statement.sql, page)}",
        ),
    )


def _script(sql: str, values: Mapping[str, str]) -> str:
    """Return a statement as psycopg2 takes it in the words of pgbench."""
    found = re.sub(r"%\((\w+)\)s", lambda match: values[match[1]], sql)
    return f"{found.replace('%%', '%').strip()};\n"


def _database(ground: Ground, folder: Path) -> Iterator[dict[str, Any]]:
    products = ground.rows("SELECT count(*) FROM product")[0][0]
    for script in scripts(products):
        path = folder / f"{script.load}.pgbench"
        path.write_text(script.text, encoding="utf-8")
        for mode in MODES:
            for clients, connections in PAIRED.items():
                slots = [pgbench(ground, path, mode, clients, SECONDS) for _ in range(ROUNDS)]
                what = f"PostgreSQL, {script.title}, {mode}"
                pair = {"load": script.load, "ours": connections}
                yield {"what": what, "connections": clients, **pair, **together(slots)}


def pgbench(ground: Ground, script: Path, mode: str, clients: int, seconds: int) -> dict[str, Any]:
    """Run pgbench once, with sessions set as the shop's are. Raises ContestantFailed if it fails."""
    session = {**DEFAULT_SESSION, "TimeZone": TIME_ZONE}
    options = " ".join(f"-c {name}={said}" for name, said in session.items())
    command = [str(PROGRAMS / "pgbench"), "--no-vacuum", f"--protocol={mode}"]
    command += [f"--client={clients}", "--jobs=1", f"--time={seconds}", f"--file={script}"]
    url = f"{ground.app_url}&options={options.replace(' ', '%20').replace('=', '%3D')}"
    server = postmaster(ground.server.data)
    before, own = cpu_seconds(tree(server)), _children()
    done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ContestantFailed(f"pgbench failed: {done.stderr.strip()[-500:]}")
    # What a process that ended had used is its parent's to know, once that has noticed.
    wait_until_idle(server)
    return figures(done.stdout, cpu_seconds(tree(server)) - before, _children() - own)


def figures(said: str, postgres: float, own: float) -> dict[str, Any]:
    """Return the figures of a slot from what pgbench said, and from the CPU seconds of PostgreSQL and of itself.

    Raises ContestantFailed if it did not say them.
    """
    patterns = (
        r"transactions actually processed: (\d+)",
        r"failed transactions: (\d+)",
        r"latency average = ([0-9.]+) ms",
        r"tps = ([0-9.]+)",
    )
    found = [re.search(pattern, said) for pattern in patterns]
    if not all(found):
        raise ContestantFailed(f"pgbench said: {said[-500:]}")
    done, failed, mean, rate = (float(match[1]) for match in found if match)
    return {
        "rps": rate,
        "mean_ms": mean,
        "server_cpu_us": round(1e6 * own / done, 1),
        "postgres_cpu_us": round(1e6 * postgres / done, 1),
        "errors": int(failed),
    }


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _server(ground: Ground, folder: Path) -> Iterator[dict[str, Any]]:
    """Measure an empty application under the very worker that serves the shop."""
    empty = replace(EMPTY, app="benchmarks.peers.nothing:app", worker=None, python=OURS.python)
    nothing = Plan([Request("GET", "/")])
    with running([empty], ground, folder) as up:
        who = up[empty.key]
        for connections in (1, 32):
            slots = [
                measure(ground, who, nothing, connections, SECONDS, folder) for _ in range(ROUNDS)
            ]
            pair = {"load": "product", "ours": connections}
            yield {"what": empty.title, "connections": connections, **pair, **together(slots)}
