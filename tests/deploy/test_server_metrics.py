"""Where Gunicorn's workers add their metrics up: a directory that lives as long as its server, and no longer."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.servers import DEPLOY

# What a master does first, and until it ends.
MASTER = f"""
import os, runpy, sys
said = runpy.run_path({str(DEPLOY / "gunicorn.conf.py")!r})
print(os.environ["PROMETHEUS_MULTIPROC_DIR"], flush=True)
sys.stdin.read()
"""


@contextmanager
def master(temporary, **variables):
    """Load Gunicorn's settings in a process that is killed in the end; yield the directory of its metrics."""
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": "", "TMPDIR": str(temporary), **variables}
    command = [sys.executable, "-c", MASTER]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_a_killed_servers_directory_goes_with_the_next_start_and_a_living_ones_stays(tmp_path):
    with master(tmp_path) as killed:
        (killed / "counter_1.db").write_bytes(b"")
    assert killed.is_dir()
    foreign = [tmp_path / "ogs-metrics-shop", tmp_path / "ogs-metrics-1-file"]
    foreign[0].mkdir()
    foreign[1].write_text("no directory")
    with master(tmp_path) as living:
        assert not killed.exists()
        with master(tmp_path) as another:
            assert living.is_dir()
            assert another.is_dir()
            assert another != living
    assert all(path.exists() for path in foreign)


def test_a_directory_outlives_a_master_whose_workers_live(tmp_path):
    """They are killed one after the other, and the next master may have started in between."""
    forking = MASTER.replace("print(", "os.fork() and print(")
    command = [sys.executable, "-c", forking]
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": "", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        own = Path(process.stdout.readline().strip())
        process.kill()
        process.wait()
        with master(tmp_path):
            assert own.is_dir()
        process.stdin.close()  # the worker's end
        process.stdout.read()
    with master(tmp_path):
        assert not own.exists()


@pytest.mark.parametrize("name", ["ogs-metrics-shop", "metrics"])
def test_a_directory_that_somebody_names_is_taken(tmp_path, name):
    named = tmp_path / name
    named.mkdir()
    with master(tmp_path, PROMETHEUS_MULTIPROC_DIR=str(named)) as used:
        assert used == named


def test_a_master_that_can_make_none_starts_all_the_same(tmp_path):
    """A full disk looks so to it: there is no folder that takes a file."""
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0));"
        f"import os, runpy; runpy.run_path({str(DEPLOY / 'gunicorn.conf.py')!r});"
        "print(repr(os.environ['PROMETHEUS_MULTIPROC_DIR']))"
    )
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": "", "TMPDIR": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert said.stderr.startswith("Each worker speaks for itself in the metrics: ")
    assert said.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_one_of_another_master_is_not(tmp_path):
    """SIGUSR2 starts a new Gunicorn with the variables of the old one."""
    with (
        master(tmp_path) as old,
        master(tmp_path, PROMETHEUS_MULTIPROC_DIR=str(old)) as new,
    ):
        assert new != old
        assert old.is_dir()


def test_nothing_of_ours_runs_in_the_master_when_a_worker_ends(tmp_path):
    """What it raised would end the server: a scrape sees by itself whose gauges are those of the dead."""
    script = (
        f"import runpy; print('child_exit' in runpy.run_path({str(DEPLOY / 'gunicorn.conf.py')!r}))"
    )
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"
