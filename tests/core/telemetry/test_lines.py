"""Lines for a file that may be full, gone, or a pipe that nobody reads."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core.telemetry.lines import MOST_BYTES, Lines

SECONDS = 20


class Counted:
    """What became of the lines that did not come out."""

    def __init__(self):
        self.dropped = 0
        self.told = []

    def lines(self, descriptor):
        return Lines(descriptor, self._drop, self.told.append)

    def _drop(self, count):
        self.dropped += count


@pytest.fixture
def counted():
    return Counted()


@pytest.fixture
def pipe():
    """Both ends of a pipe, of which a test may close one."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def until(condition):
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def line(number, size=40):
    return f"{number:08}".encode().ljust(size - 1, b".") + b"\n"


def read_all(end, size):
    """Read that many bytes."""
    data = b""
    while len(data) < size:
        data += os.read(end, size - len(data))
    return data


def test_come_out_whole_and_in_order(counted, pipe):
    here, there = pipe
    lines = counted.lines(there)
    sent = [line(number, 40 + number) for number in range(1000)]
    for each in sent[:500]:
        lines.write(each)
    lines.write(b"x" * 300_000 + b"\n")  # more than a pipe takes at once
    for each in sent[500:]:
        lines.write(each)
    wanted = b"".join([*sent[:500], b"x" * 300_000 + b"\n", *sent[500:]])
    assert read_all(here, len(wanted)) == wanted
    assert lines.flush(SECONDS)
    assert counted.dropped == 0


def test_a_pipe_that_nobody_reads_costs_lines_and_no_time(counted, pipe):
    here, there = pipe
    lines = counted.lines(there)
    long = MOST_BYTES // 64
    began = time.monotonic()
    for number in range(200):
        lines.write(line(number, long))
    assert time.monotonic() - began < SECONDS
    assert 130 < counted.dropped <= 136  # what waits, and what the pipe holds, comes out
    assert not lines.flush(0.01)
    kept = 200 - counted.dropped
    assert read_all(here, kept * long) == b"".join(line(number, long) for number in range(kept))
    assert lines.flush(SECONDS)
    until(lambda: counted.told == [counted.dropped])
    lines.write(b"again\n")
    assert read_all(here, 6) == b"again\n"


def test_a_pipe_that_was_closed_costs_lines(counted, pipe):
    here, there = pipe
    os.close(here)
    lines = counted.lines(there)
    for number in range(10):
        lines.write(line(number))
    until(lambda: counted.dropped == 10)
    assert counted.told == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a file that is always full is Linux'")
def test_a_full_disk_costs_lines_until_there_is_room(counted, pipe):
    here, there = pipe
    changing = os.open("/dev/full", os.O_WRONLY)
    lines = counted.lines(changing)
    lines.write(line(1))
    until(lambda: counted.dropped == 1)
    os.dup2(there, changing)
    lines.write(line(2))
    assert read_all(here, 40) == line(2)
    until(lambda: counted.told == [1])
    os.close(changing)


def test_half_a_line_has_an_end(counted, tmp_path):
    """A disk may be full in the middle of one."""
    script = f"""
import os, resource, signal
from app.core.telemetry.lines import Lines
file = os.open({str(tmp_path / "log")!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
dropped = []
lines = Lines(file, dropped.append, print)
resource.setrlimit(resource.RLIMIT_FSIZE, (50, resource.RLIM_INFINITY))
for text in (b"a" * 40, b"b" * 40):
    lines.write(text + b"\\n")
    lines.flush({SECONDS})
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
lines.write(b"c" * 40 + b"\\n")
lines.flush({SECONDS})
assert sum(dropped) == 1, dropped
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert (tmp_path / "log").read_text().split() == ["a" * 40, "b" * 9, "c" * 40]


def test_a_file_that_does_not_block_is_waited_for(counted, pipe):
    here, there = pipe
    os.set_blocking(there, False)
    lines = counted.lines(there)
    sent = b"".join(line(number, 1000) for number in range(500))
    for number in range(500):
        lines.write(line(number, 1000))
    select.select([here], [], [], SECONDS)
    assert read_all(here, len(sent)) == sent
    assert counted.dropped == 0


def test_a_child_writes_its_own_and_not_its_parents(counted, pipe):
    here, there = pipe
    lines = counted.lines(there)
    lines.write(b"parent\n")
    child = os.fork()
    if not child:
        lines.write(b"child\n")
        os._exit(0 if lines.flush(SECONDS) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert lines.flush(SECONDS)
    os.close(there)
    assert sorted(os.read(here, 100).split()) == [b"child", b"parent"]
