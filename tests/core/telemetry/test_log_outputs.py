"""Standard output that cannot be written, or that nobody reads, under a real Gunicorn."""

import asyncio
import json
import os
import re
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.core.servers import OURS, gunicorn
from tests.support.load import Connection, load

TOY = "tests.core.apps.logging_toy"


@contextmanager
def full():
    """A disk without room."""
    if not Path("/dev/full").exists():
        pytest.skip("a file that is always full is Linux'")
    file = os.open("/dev/full", os.O_WRONLY)
    yield file
    os.close(file)


@contextmanager
def closed():
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@contextmanager
def unread():
    """A pipe that is full, and that nobody reads."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"." * 4096)
    os.set_blocking(writer, True)
    yield writer
    os.close(reader)
    os.close(writer)


async def until_dropped(url, lines):
    """Return when the server has dropped that many."""
    asking = Connection(url)
    async with asyncio.timeout(20):
        while int((await asking.request("GET", "/dropped")).body) < lines:
            pass
    asking.close()


@pytest.mark.parametrize(
    ("kind", "worker", "app"),
    [
        (full, OURS, "asgi_app"),
        (closed, OURS, "asgi_app"),
        (unread, OURS, "asgi_app"),
        (unread, "gthread", "app"),
    ],
)
async def test_no_answer_knows_of_it(tmp_path, kind, worker, app):
    with (
        kind() as output,
        gunicorn(f"{TOY}:{app}", tmp_path / "log", worker=worker, stdout=output) as server,
    ):
        outcome = await load(
            server.url,
            connections=4,
            requests=60,
            step=lambda connection, _: connection.request("GET", "/say"),
        )
        if kind is not unread:  # what hangs in that pipe is not lost yet
            await until_dropped(server.url, 180)
    assert outcome.broken == []
    assert dict(outcome.statuses) == {200: 60}
    assert "Traceback" not in server.log


async def test_the_last_lines_come_out_at_the_end(tmp_path):
    with gunicorn(f"{TOY}:asgi_app", tmp_path / "log") as server:
        outcome = await load(
            server.url,
            connections=4,
            requests=100,
            step=lambda connection, _: connection.request("GET", "/say"),
        )
    assert dict(outcome.statuses) == {200: 100}
    lines = [json.loads(line) for line in re.findall(r"^\{.*\}$", server.log, re.MULTILINE)]
    assert sum(line.get("route") == "/say" for line in lines) == 100
