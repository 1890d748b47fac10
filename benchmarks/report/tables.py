"""The tables of the report, in Markdown. Each function returns text; what was not measured it says."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.measuring.figures import (
    LOADS,
    OURS,
    PEERS,
    TITLES,
    Results,
    Slot,
    Spread,
    cost,
    of,
    ratios,
    settings_of,
    sizes,
    slots,
    spread,
)
from benchmarks.measuring.targets import SCALED, targets

NOT_MEASURED = "Not measured in this run."
NONE = "–"
FACTS = {
    "cpu": "processor",
    "cores": "cores",
    "memory_gb": "memory, GB",
    "kernel": "kernel",
    "python": "Python",
}


def number(figure: float | None) -> str:
    """Return a figure with about three digits: 1,670 and 52.3 and 0.41."""
    if figure is None:
        return NONE
    if abs(figure) >= 99.95:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 9.995 else f"{figure:.2f}"


def middle(found: Spread | None) -> str:
    """Return the median alone."""
    return number(found.median if found else None)


def around(found: Spread | None) -> str:
    """Return the median with the least and the most behind it."""
    return f"{number(found.median)} ({edges(found)})" if found else NONE


def edges(found: Spread | None) -> str:
    """Return the least and the most."""
    return f"{number(found.least)} to {number(found.most)}" if found else NONE


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, figures to the right from the second column on."""
    rules = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rules, *lines))


def target_table(results: Results) -> str:
    """Return each line that is to be reached with what was reached."""
    lines = []
    for line in targets(results):
        reached = f"{middle(line.reached)} {line.unit}".rstrip()
        lines.append([line.what, line.wanted, reached, edges(line.reached), line.verdict])
    return table(["", "to reach", "reached", "spread", ""], lines)


def load_tables(results: Results) -> str:
    """Return a heading and a table for each load that was run."""
    parts = [
        f"### {load}: {what}\n\n{_load(results, load)}"
        for load, what in LOADS.items()
        if settings_of(results, load)
    ]
    return "\n\n".join(parts) or NOT_MEASURED


def _load(results: Results, load: str) -> str:
    head = ["", "connections", "workers", "requests/s", "p50 ms", "p99 ms", "max ms"]
    head += ["CPU µs, server", "CPU µs, PostgreSQL", "RSS MiB", "errors", "this shop is"]
    lines = [
        _line(results, load, contestant, connections, workers)
        for connections, workers in settings_of(results, load)
        for contestant in (OURS, *PEERS)
        if slots(results, load, contestant, connections, workers)
    ]
    return table(head, lines)


def _line(results: Results, load: str, who: str, connections: int, workers: int) -> list[str]:
    found = slots(results, load, who, connections, workers)
    longest = of(found, "max_ms")
    than = ratios(results, load, who, connections, workers) if who != OURS else None
    return [
        TITLES[who],
        str(connections),
        str(workers),
        around(of(found, "rps")),
        middle(of(found, "p50_ms")),
        middle(of(found, "p99_ms")),
        number(longest.most if longest else None),
        middle(of(found, "server_cpu_us")),
        middle(of(found, "postgres_cpu_us")),
        middle(of(found, "rss_mb")),
        f"{sum(slot.get('errors', 0) for slot in found):,}",
        f"{middle(than)} × ({edges(than)})" if than else "",
    ]


def limit_table(results: Results) -> str:
    """Return what PostgreSQL and the server can do without the shop, and how much of that the shop reaches."""
    lines = [_limit(results, limit) for limit in results.get("limits", ())]
    head = ["", "at once", "requests/s", "ms", "CPU µs, program or server", "CPU µs, PostgreSQL"]
    return table([*head, "this shop reaches"], lines) if lines else NOT_MEASURED


def _limit(results: Results, limit: Slot) -> list[str]:
    ours = of(slots(results, limit["load"], OURS, limit["ours"], 1), "rps")
    share = f"{limit['load']}: {100 * ours.median / limit['rps']:.0f} %" if ours else NONE
    return [
        limit["what"],
        str(limit["connections"]),
        around(of(limit["slots"], "rps")),
        number(limit.get("p50_ms", limit.get("mean_ms"))),
        number(limit["server_cpu_us"]),
        number(limit["postgres_cpu_us"]),
        share,
    ]


def scale_tables(results: Results) -> str:
    """Return the cost of a request at each number of products, and of a checkout at each number of purchases."""
    parts = [_scale(results, SCALED, "products"), _scale(results, ("checkout",), "purchases")]
    return "\n\n".join(part for part in parts if part) or NOT_MEASURED


def _scale(results: Results, loads: Sequence[str], by: str) -> str:
    lines = [
        [
            load,
            f"{entry[by]:,}",
            number(entry["server_cpu_us"]),
            number(entry["postgres_cpu_us"]),
            f"{number(cost(entry))} ({edges(spread(map(cost, entry.get('slots', ()))))})",
            number(entry["p50_ms"]),
        ]
        for load in loads
        for entry in sizes(results, load, by)
    ]
    head = ["", by, "CPU µs, server", "CPU µs, PostgreSQL", "CPU µs together", "p50 ms"]
    return table(head, lines) if lines else ""


def start_table(results: Results) -> str:
    """Return how long each contestant takes to its first answer, and what its idle worker holds."""
    start = results.get("start", {})
    lines = []
    for who in (OURS, *PEERS):
        runs = start.get(who, {}).get("runs", ())
        if runs:
            lines.append([TITLES[who], around(of(runs, "seconds")), around(of(runs, "rss_mb"))])
    head = ["", "seconds to the first answer", "RSS of an idle worker, MiB"]
    return table(head, lines) if lines else NOT_MEASURED


def soak_table(results: Results) -> str:
    """Return the course of the soak, a line for each quarter of it."""
    soak = results.get("soak", {})
    samples = soak.get("samples", ())
    quarter = len(samples) // 4
    if not quarter:
        return NOT_MEASURED
    names = [name for name in samples[0] if name != "seconds"]
    words = ("first", "second", "third", "last")
    begins = (0, quarter, 2 * quarter, len(samples) - quarter)
    lines = [
        [f"{word} quarter", *(middle(of(samples[begin : begin + quarter], name)) for name in names)]
        for word, begin in zip(words, begins, strict=True)
    ]
    said = (
        f"{soak['minutes']:g} minutes, {soak['workers']} workers, {soak['connections']} connections:"
        f" {soak['requests']:,} requests ({number(soak['rps'])} a second), {soak['errors']:,} errors,"
        f" {len(samples)} samples. `verify` afterwards: {soak['verify']['said']}"
    )
    return f"{said}\n\n{table(['median', *map(_column, names)], lines)}"


def _column(name: str) -> str:
    place = name.rsplit("_", maxsplit=1)[-1]
    if name.startswith("worker_rss_mb"):
        return f"RSS of worker {place}, MiB"
    return {
        "master_rss_mb": "RSS of the master, MiB",
        "connections": "connections to PostgreSQL",
    }.get(name, name)


def machine_table(results: Results) -> str:
    """Return the computer, the versions and the settings."""
    machine: Mapping[str, Any] = results.get("machine", {})
    lines = [[FACTS.get(name, name), _plain(said)] for name, said in machine.items()]
    lines += [[name, _plain(said)] for name, said in results.get("versions", {}).items()]
    lines += [
        [name.replace("_", " "), _plain(said)] for name, said in results.get("settings", {}).items()
    ]
    return table(["", ""], lines).replace("---:", "---") if lines else NOT_MEASURED


def _plain(said: object) -> str:
    if isinstance(said, Mapping):
        return ", ".join(f"{name} {_plain(value)}" for name, value in said.items())
    if isinstance(said, list | tuple):
        return ", ".join(map(_plain, said))
    return str(said).replace("|", "\\|").replace("\n", " ")
