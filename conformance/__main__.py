"""Run the suite: `make conformance`, or `python -m conformance [NAME…] [--write]`."""

import argparse
import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from conformance.alerts import check_alerts
from conformance.answers import Recorded
from conformance.registry import CHECKS, NotApplicable
from conformance.runner import Cell, Row, answers_of, exit_status, try_way
from conformance.shop import Way
from conformance.suite import checks_for
from conformance.table import render, write
from conformance.ways import DEFAULT, ways
from local.environments import ROOT, install_packages

FOLDER = ROOT / ".conformance"
PAGE = ROOT / "docs" / "deploy.md"
ALERTS = "alerts"
"""A name as those of the ways, for what is no server."""


async def run(chosen: Sequence[Way], every: Mapping[str, Way], folder: Path) -> list[Row]:
    """Try all that were chosen, one after the other."""
    golden: Mapping[str, Recorded] | None = None
    rows = []
    if any(way.name != DEFAULT for way in chosen):
        print(f"What {DEFAULT} answers", flush=True)
        golden = await answers_of(every[DEFAULT], _fresh(folder / "golden"))
    for way in chosen:
        print(way.title, flush=True)
        compared = None if way.name == DEFAULT else golden
        rows.append(await try_way(way, checks_for(way.name), _fresh(folder / way.name), compared))
    return rows


def try_alerts() -> Cell:
    """Try the alerts' rules; not run where there is no promtool."""
    try:
        trouble = check_alerts()
    except NotApplicable as reason:
        return Cell("not run", str(reason))
    return Cell("FAIL", trouble) if trouble else Cell("pass")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    every = ways()
    known = [*every, ALERTS]
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all if none"
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/deploy.md")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    if asked.write and asked.names:
        parser.error("--write puts the whole table there: give no names")
    chosen = [way for name, way in every.items() if not asked.names or name in asked.names]
    # Told to end, it ends what it has started, as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if trouble := install_packages(("wrk",)):
        print(f"The Python client measures reads, for want of wrk: {trouble}", file=sys.stderr)
    began = time.monotonic()
    try:
        rows = asyncio.run(run(chosen, every, FOLDER))
    except KeyboardInterrupt:
        print("Interrupted; everything that was started has ended.", file=sys.stderr)
        return 130
    alerts = try_alerts() if not asked.names or ALERTS in asked.names else None
    table = render(rows, CHECKS, alerts)
    print(f"\n{table}\n\n{time.monotonic() - began:.0f} s; logs and details of failures: {FOLDER}")
    if asked.write:
        write(PAGE, table)
    return exit_status(rows, alerts)


if __name__ == "__main__":
    sys.exit(main())
