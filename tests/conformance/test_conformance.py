"""The conformance suite itself: that it finds faults, and says what it did not run."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.registry import CHECKS
from conformance.runner import Cell, exit_status, try_way
from conformance.suite import checks_for
from conformance.table import BEGIN, END, render, write
from local.environments import ROOT


@dataclass(frozen=True)
class ThreadedBridge:
    """A server that says that it is concurrent, and is not."""

    name: str = "threaded"
    title: str = "A bridge with one thread"
    concurrent: bool = True
    keeps_alive: bool = True
    pipelines: bool = True
    application: str = "tests.conformance.threaded:asgi_app"

    def prepare(self) -> str | None:
        return None

    def start(self, port: int, folder: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "--port",
            str(port),
            "--timeout-graceful-shutdown",
            "1",
        ]
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(
                [*command, self.application],
                cwd=ROOT,
                env={**env, "WEB_CONCURRENCY": "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@dataclass(frozen=True)
class Closing(ThreadedBridge):
    """A server that says that it keeps connections, and ends each after its answer."""

    name: str = "closing"
    title: str = "A server that closes"
    application: str = "tests.conformance.threaded:closing"


@dataclass(frozen=True)
class Missing(ThreadedBridge):
    name: str = "missing"
    title: str = "A server that is not here"

    def prepare(self) -> str | None:
        return "It needs another computer."


async def test_a_server_that_is_not_what_it_says_fails(tmp_path):
    checks = [check for check in CHECKS if check.name == "at once"]
    row = await try_way(ThreadedBridge(), checks, tmp_path, None)

    assert row.cells["at once"].outcome == "FAIL"
    assert "3 waiting requests" in row.cells["at once"].note
    assert exit_status([row]) == 1
    assert "**FAIL** [1]" in render([row], checks)
    assert "at once" in (tmp_path / "failures.txt").read_text()


async def test_a_server_that_cannot_run_here_is_not_run(tmp_path):
    row = await try_way(Missing(), checks_for("missing"), tmp_path, None)
    table = render([row], checks_for("missing"))

    assert exit_status([row]) == 0
    assert "pass" not in table
    assert table.count("not run [1]") == len(checks_for("missing")) + 3
    assert "1. A server that is not here: It needs another computer." in table


def test_alerts_that_are_wrong_fail_and_those_not_tried_do_not():
    for outcome, status in (("pass", 0), ("not run", 0), ("FAIL", 1)):
        cell = Cell(outcome, "why" if status else "")
        assert exit_status([], cell) == status
        assert render([], CHECKS, cell).startswith("- Alerts, ")


async def test_a_server_that_loses_its_connections_fails(tmp_path):
    checks = [check for check in CHECKS if check.name == "keep-alive"]
    row = await try_way(Closing(), checks, tmp_path, None)

    assert row.cells["keep-alive"].outcome == "FAIL"
    assert "connections opened" in row.cells["keep-alive"].note


def test_the_table_goes_between_its_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write(page, "| new |")
    write(page, "| newer |")

    assert page.read_text() == f"before\n{BEGIN}\n| newer |\n{END}\nafter\n"
    with pytest.raises(ValueError, match="no lines"):
        write(Path(__file__).with_name("threaded.py"), "| new |")


def test_the_page_has_its_place_and_names_every_column():
    page = (ROOT / "docs" / "deploy.md").read_text()

    assert page.count(BEGIN) == page.count(END) == 1
    named_there = [check.name for check in CHECKS if f"| {check.name} |" in page]
    assert named_there == [c.name for c in CHECKS if not c.ways and c.name != "speed"]
