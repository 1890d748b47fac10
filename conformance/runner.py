"""Puts one way to serve the shop to all its checks."""

import asyncio
import socket
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from conformance.answers import GOLDEN, Recorded, record
from conformance.ground import Ground
from conformance.registry import Check, NotApplicable
from conformance.shop import ServerGone, Shop, Way
from conformance.speed import SPEED, Speed

NO_START = "did not start"
Outcome = Literal["pass", "FAIL", "n/a", "not run"]


@dataclass(frozen=True)
class Cell:
    """What came of one check; `note` is a figure of one that passed, or why it did not."""

    outcome: Outcome
    note: str = ""


@dataclass
class Row:
    """What came of one way: a cell for each check by its name, and the speed of a read and of a checkout."""

    way: Way
    cells: dict[str, Cell] = field(default_factory=dict)
    speed: tuple[Speed, Speed] | None = None

    @property
    def failed(self) -> bool:
        """Whether any check failed."""
        return any(cell.outcome == "FAIL" for cell in self.cells.values())

    @property
    def reason(self) -> str:
        """Why nothing was run, an empty text if something was."""
        cells = list(self.cells.values())
        return cells[0].note if cells and all(c.outcome == "not run" for c in cells) else ""


def exit_status(rows: Sequence[Row], alerts: Cell | None = None) -> int:
    """Return what the command ends with: 1 if any check failed anywhere, or the alerts did."""
    broken = alerts is not None and alerts.outcome == "FAIL"
    return int(broken or any(row.failed for row in rows))


async def try_way(
    way: Way, checks: Sequence[Check], folder: Path, golden: Mapping[str, Recorded] | None
) -> Row:
    """Prepare, start and check `way`; what it started has ended when this returns or raises."""
    row = Row(way)
    said = await asyncio.to_thread(way.prepare)
    if said is not None:
        row.cells = {check.name: Cell("not run", said) for check in checks}
        return row
    began = time.monotonic()
    with Ground() as ground:
        shop = Shop(way, ground, folder, free_port())
        shop.memory[GOLDEN] = golden
        try:
            for check in checks:
                row.cells[check.name] = await _try(check, shop)
                _say(way, check, row.cells[check.name])
                if row.cells[check.name].note.startswith(NO_START):
                    missing = [c.name for c in checks if c.name not in row.cells]
                    row.cells |= dict.fromkeys(missing, row.cells[check.name])
                    break
        finally:
            shop.kill()
        row.speed = shop.memory.get(SPEED)
    print(f"  {way.name}: {time.monotonic() - began:.0f} s", flush=True)
    return row


async def answers_of(way: Way, folder: Path) -> Mapping[str, Recorded]:
    """Return what `way` answers to the requests that all must answer alike. Raises RuntimeError if it cannot run."""
    said = await asyncio.to_thread(way.prepare)
    if said is not None:
        raise RuntimeError(said)
    with Ground() as ground:
        shop = Shop(way, ground, folder, free_port())
        try:
            await shop.start()
            return await record(shop)
        finally:
            shop.kill()


async def _try(check: Check, shop: Shop) -> Cell:
    """Run one check; have a database and a server for it whatever the one before has left."""
    try:
        await _set_up(shop)
        async with asyncio.timeout(check.seconds):
            return Cell("pass", await check.run(shop) or "")
    except NotApplicable as reason:
        return Cell("n/a", str(reason))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this check's failure
        with (shop.folder / "failures.txt").open("a", encoding="utf-8") as file:
            print(f"== {check.name}: {check.what}", file=file)
            traceback.print_exception(error, file=file)
        # The next check begins with a server that this one has not touched.
        shop.kill()
        return Cell("FAIL", _reason(error, check))


async def _set_up(shop: Shop) -> None:
    if not shop.postgres.is_running():
        await asyncio.to_thread(shop.postgres.start)
    if not shop.runs:
        try:
            await shop.start()
        except ServerGone as error:
            raise ServerGone(f"{NO_START}: {error}") from None


def _reason(error: Exception, check: Check) -> str:
    if isinstance(error, ExceptionGroup):
        return _reason(error.exceptions[0], check)
    if isinstance(error, TimeoutError) and not str(error):
        return f"took longer than it may ({check.seconds:.0f} s for all of it)"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _say(way: Way, check: Check, cell: Cell) -> None:
    note = f" ({cell.note})" if cell.note else ""
    print(f"  {way.name}: {check.name}: {cell.outcome}{note}", flush=True)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
