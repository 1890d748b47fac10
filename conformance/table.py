"""The table: ways down, checks across."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from conformance.registry import Check
from conformance.runner import NO_START, Cell, Row
from conformance.speed import SPEED, Speed

BEGIN, END = "<!-- conformance: begin -->", "<!-- conformance: end -->"
ALERTS = "promtool's unit tests: each speaks on its day, and on no other."
MARKS = {"pass": "pass", "FAIL": "**FAIL**", "n/a": "n/a", "not run": "not run"}


def render(rows: Sequence[Row], checks: Sequence[Check], alerts: Cell | None = None) -> str:
    """Return the table in Markdown, with the reasons, the checks of single ways and the alerts' below it."""
    shown = [check for check in checks if not check.ways and check.name != SPEED]
    head = ["", *(check.name for check in shown), "reads/s", "p99 ms", "checkouts/s", "p99 ms"]
    notes: list[str] = []
    lines = [head, ["---"] * len(head)]
    for row in rows:
        cells = [_cell(row, row.cells[check.name], check.name, notes) for check in shown]
        lines.append([row.way.title, *cells, *_speed(row, notes)])
    own = [line for row in rows for line in _own(row, checks)]
    own += [_line("Alerts", ALERTS, alerts)] if alerts else []
    numbered = [f"{number}. {note}" for number, note in enumerate(notes, 1)]
    table = ["| " + " | ".join(line) + " |" for line in lines]
    parts = [[_machine(rows)], table, numbered, own] if rows else [own]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _cell(row: Row, cell: Cell, check: str, notes: list[str]) -> str:
    mark = MARKS[cell.outcome]
    if cell.outcome == "pass" or not cell.note:
        return f"{mark} ({cell.note})" if cell.note else mark
    if cell.outcome == "not run":
        note = f"{row.way.title}: {cell.note}"
    elif cell.outcome == "FAIL":
        what = "" if cell.note.startswith(NO_START) else f", {check}"
        note = f"{row.way.title}{what}: {cell.note[:200]}"
    else:
        note = f"{cell.note[0].upper()}{cell.note[1:]}."
    if note not in notes:
        notes.append(note)
    return f"{mark} [{notes.index(note) + 1}]"


def _speed(row: Row, notes: list[str]) -> list[str]:
    """Return the four cells of what was measured."""
    if row.speed is None and SPEED not in row.cells:
        return ["not run"] * 4
    if row.speed is None:
        return [_cell(row, row.cells[SPEED], SPEED, notes)] * 4
    return [
        text for speed in row.speed for text in (f"{speed.per_second:,.0f}", f"{speed.p99:.0f}")
    ]


def _own(row: Row, checks: Sequence[Check]) -> list[str]:
    """Return a line for each check that only some ways are put to."""
    mine = [check for check in checks if check.ways and check.name in row.cells]
    return [_line(row.way.title, check.what, row.cells[check.name]) for check in mine]


def _line(who: str, what: str, cell: Cell) -> str:
    note = f" ({' '.join(cell.note.split())[:200]})" if cell.note else ""
    return f"- {who}, {what} {MARKS[cell.outcome]}{note}"


def _machine(rows: Sequence[Row]) -> str:
    """Say what this was measured on and with."""
    speeds: list[Speed] = [row.speed[0] for row in rows if row.speed]
    by = f", reads by {speeds[0].by}, checkouts by the Python client" if speeds else ""
    return (
        f"{os.cpu_count()} cores of {platform.machine()}, shared by server, database and client;"
        f" Python {platform.python_version()}; 32 connections{by}."
    )


def write(path: Path, table: str) -> None:
    """Put `table` between the markers in the file. Raises ValueError if they are not there."""
    text = path.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not between.search(text):
        raise ValueError(f"{path} has no lines {BEGIN} and {END}.")
    path.write_text(between.sub(lambda _: f"{BEGIN}\n{table}\n{END}", text), encoding="utf-8")
