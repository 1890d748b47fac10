"""Writes the report: `python -m benchmarks.report [RESULTS [FOLDER]]` makes performance.md and performance.svg in FOLDER.

Of .benchmarks/results.json and in docs/ unless told otherwise. The prose is in report.md and, written by hand after
profiling, in profile.md. Exits 1 if the run is invalid. Run it with the benchmarks' own virtual environment, which has
what draws the plot.
"""

import json
import sys
from pathlib import Path
from string import Template

from benchmarks.measuring.figures import Results, faults, slots
from benchmarks.measuring.targets import FLAT, LONGEST_OF_P50, targets
from benchmarks.report import tables
from benchmarks.report.plot import draw

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / ".benchmarks" / "results.json"
DOCS = HERE.parents[1] / "docs"
PAGE, PLOT = "performance.md", "performance.svg"
PROFILE = HERE / "profile.md"
COMMANDS = {
    "bench": ("all of this page but the soak", 3000),
    "bench-quick": (
        "requests/s against (a), (b) and (c) for product, list and checkout, printed",
        170,
    ),
    "bench-selling": (
        "a checkout for a slot with a coupon against (c), and a sale at a till, printed",
        90,
    ),
    "bench-years": (
        "every list, every report and the upkeep of a shop with 900,000 purchases behind it, printed",
        3600,
    ),
    "bench-scale": ("the cost of a request as the shop grows", 700),
    "bench-soak": ("twenty minutes of mix: memory, descriptors, connections", 1300),
}
"""What `make` has to offer, what it does, and about how many seconds it takes where no run has said."""


def page(results: Results, profile: str = "") -> str:
    """Return the report in Markdown. `profile` says where the time goes."""
    text = Template((HERE / "report.md").read_text(encoding="utf-8"))
    return text.substitute(
        verdict=verdict(results),
        measured=_measured(results),
        targets=tables.target_table(results),
        flat=f"{FLAT:g}",
        longest=f"{LONGEST_OF_P50:g}",
        repeat=_repeat(results),
        loads=tables.load_tables(results),
        limits=tables.limit_table(results),
        scale=tables.scale_tables(results),
        start=tables.start_table(results),
        soak=tables.soak_table(results),
        profile=profile.strip() or "Nothing is written down yet.",
        machine=tables.machine_table(results),
    )


def verdict(results: Results) -> str:
    """Return the first paragraph: that the run is invalid and why, or how many targets it met."""
    found = faults(results)
    if found:
        listed = "\n".join(f"> - {fault}" for fault in found)
        return f"> **This run is invalid** and its figures say nothing:\n>\n{listed}"
    lines = targets(results)
    met = sum(line.met is True for line in lines)
    missed = [line.what for line in lines if line.met is False]
    rest = len(lines) - met - len(missed)
    said = f"Of {len(lines)} targets this run met {met} and missed {len(missed)}"
    said += f"; {rest} were not measured." if rest else "."
    return "\n".join([said, *([""] if missed else []), *(f"- missed: {what}" for what in missed)])


def _measured(results: Results) -> str:
    """Say how many slots the figures rest on."""
    rounds = {slot["round"] for slot in results.get("rounds", ())}
    ours = slots(results, "product", "ours", 32, 1)
    if not ours:
        return ""
    requests = sum(slot["requests"] for slot in results["rounds"])
    return f"{len(rounds)} rounds, {len(results['rounds']):,} slots, {requests:,} requests in all."


def _repeat(results: Results) -> str:
    took = results.get("took", {})
    lines = []
    for name, (what, about) in COMMANDS.items():
        seconds = f"{took[name]:,.0f}" if name in took else f"about {about:,}"
        lines.append([f"`make {name}`", what, seconds])
    return tables.table(["", "", "seconds"], lines).replace("| ---: |", "| --- |", 1)


def write(results: Results, folder: Path) -> None:
    """Write the page and its plot into `folder`."""
    profile = PROFILE.read_text(encoding="utf-8") if PROFILE.is_file() else ""
    draw(results, folder / PLOT)
    (folder / PAGE).write_text(page(results, profile), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the report of a file of results; return the exit status."""
    source = Path(arguments[0]) if arguments else RESULTS
    results = json.loads(source.read_text(encoding="utf-8"))
    write(results, Path(arguments[1]) if len(arguments) > 1 else DOCS)
    found = faults(results)
    for fault in found:
        print(f"invalid: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
