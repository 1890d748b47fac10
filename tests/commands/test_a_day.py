"""examples/a_day.py, against a shop with the demo's goods that rounds cash: again when it has slots, and when it has nothing."""

import subprocess
import sys

import httpx
import pytest

from local.environments import ROOT
from tests.builders import as_clerk, rows
from tests.support.servers import shop_server

WEEK = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905 - shorter
HOURS = {"opens": "00:00", "closes": "24:00", "minutes": 60, "capacity": 9, "weekdays": WEEK}


@pytest.fixture
def live():
    def run(url):
        return subprocess.run(
            [sys.executable, "examples/a_day.py", url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_day(run, live, fresh_database, tmp_path):
    run("demo")
    with shop_server(
        fresh_database, tmp_path / "log", env={"OGS_SHOP__CASH_ROUNDING": "0.05"}
    ) as server:
        first = live(server.url)
        assert first.returncode == 0, first.stdout + first.stderr
        # Somebody broke a day off, and slots are asked for from the next one on.
        plan = {"days_ahead": 2, "patterns": [HOURS]}
        till = {"till": "example", "float": "10.00"}
        headers = as_clerk(fresh_database)
        for method, path, body in (("PUT", "slots/plan", plan), ("POST", "till-sessions", till)):
            url = f"{server.url}/api/v1/{path}"
            assert httpx.request(method, url, json=body, headers=headers).is_success
        second = live(server.url)
        rows(fresh_database, "UPDATE product SET active = false")
        third = live(server.url)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "A shopper pays 4.15 with 5 and gets 0.85 back." in first.stdout
    assert "It weighs 0.312 kg: 4.02 instead of 3.87." in first.stdout
    assert "less 6 Returnable beer bottle: 2.11, example-" in first.stdout
    assert "to be fetched on" not in first.stdout
    assert "to be fetched on" in second.stdout
    assert "where 159.20 should be: -0.05. It is report 3." in second.stdout
    assert third.returncode == 1
    assert "the shop does not sell whole milk" in third.stderr
    query = "SELECT note FROM till_session WHERE closed_at IS NULL OR number IS NULL"
    assert rows(fresh_database, query) == []
    assert run("verify").exit_code == 0
