"""A demo shop that is opened again on later days: `make test-dates` runs this, with a clock that can be moved."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from local.environments import ROOT
from tests.support.folders import short_folder
from tests.support.runs import SECONDS, environment, started


@pytest.fixture(scope="module")
def folder():
    """One shop's data, for all of its days."""
    with short_folder() as made:
        yield made


def python(folder, *arguments, **more):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


# The fresh milk is gone after some days, after 110 all of the milk, after 1,000 every lot; then each day again.
@pytest.mark.parametrize("days", [0, 1, 40, 110, 111, 400, 1100])
def test_the_first_sale_succeeds(folder, days):
    assert "LD_PRELOAD" in os.environ, "The clock can only be moved by `make test-dates`."
    moved = {"CLOCK_SHIFT": str(int(timedelta(days=days).total_seconds()))}
    with started([sys.executable, "-m", "local.run"], folder, **moved) as (process, address, _):
        sold = python(folder, "examples/first_sale.py", address, **moved)
        process.send_signal(signal.SIGTERM)
    assert sold.returncode == 0, sold.stdout + sold.stderr
    verified = python(folder, "-m", "local.command", "verify", **moved)
    assert "consistent" in verified.stdout, verified.stdout + verified.stderr
