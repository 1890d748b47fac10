import asyncio
import os
import subprocess
import sys
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.core.database import PoolTimeout
from app.core.database.pool.gauges import PoolWatch, watch_pool
from app.core.telemetry.metrics import metrics_response
from app.core.web import Conflict, NotFound
from app.core.web.refusals import refuse
from tests.core.toy import make_toy


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    return {
        (sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(name: str) -> dict[tuple[str, ...], float]:
    """What this process says of one name. All names of one that has run thousands of tests take a second to parse."""
    lines = metrics_response().get_data(as_text=True).splitlines(keepends=True)
    return samples("".join(line for line in lines if line.startswith(name)))


def requests(method: str, route: str, status: int) -> float:
    labels = (f"method={method}", f"route={route}", f"status={status}")
    name = "http_request_duration_seconds_count"
    return told(name).get((name, *labels), 0)


def value(name: str, **labels: str) -> float:
    return told(name).get((name, *(f"{k}={v}" for k, v in sorted(labels.items()))), 0)


class TestRequests:
    @pytest.mark.parametrize(
        ("method", "path", "route", "status"),
        [
            ("GET", "/things?limit=1", "/things", 200),
            ("HEAD", "/things", "/things", 200),
            ("GET", "/things/some-name", "/things/<name>", 401),
            ("GET", "/nowhere/at/all", "unmatched", 404),
            ("BREW", "/things", "unmatched", 405),
        ],
    )
    def test_are_counted_and_timed_by_their_route(self, method, path, route, status):
        label = "other" if method == "BREW" else method
        before = requests(label, route, status)
        assert make_toy().test_client().open(path, method=method).status_code == status
        assert requests(label, route, status) == before + 1

    def test_faults_count_too(self):
        app = make_toy()

        @app.get("/fail")
        def fail():
            raise ZeroDivisionError

        before = requests("GET", "/fail", 500)
        app.test_client().get("/fail")
        assert requests("GET", "/fail", 500) == before + 1

    def test_refusals_count(self):
        key = ("http_refused_total", "status=503")
        before = samples(metrics_response().get_data(as_text=True)).get(key, 0)
        refuse(503, {"type": "http", "method": "GET", "headers": []})
        assert samples(metrics_response().get_data(as_text=True))[key] == before + 1

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (NotFound("Not here."), "not_found"),
            (Conflict("No.", code="sold"), "sold"),
            (ZeroDivisionError(), "internal_error"),
            (PoolTimeout("no connection"), "unavailable"),
        ],
    )
    def test_problems_count_by_their_code(self, error, code):
        app = make_toy()

        @app.get("/fail")
        def fail():
            raise error

        before = value("problems_total", code=code)
        app.test_client().get("/fail")
        assert value("problems_total", code=code) == before + 1

    def test_what_the_database_did_counts_by_its_cause(self):
        app = make_toy()

        @app.get("/fail")
        def fail():
            raise PoolTimeout("no connection")

        before = value("database_failures_total", error="PoolTimeout")
        app.test_client().get("/fail")
        assert value("database_failures_total", error="PoolTimeout") == before + 1

    def test_they_are_in_progress_until_they_end(self):
        app = make_toy()
        seen = []

        @app.get("/count")
        def count():
            seen.append(value("http_requests_in_progress"))
            raise ZeroDivisionError

        app.test_client().get("/count")
        assert seen == [1]
        assert value("http_requests_in_progress") == 0


class TestPool:
    async def test_is_told_while_it_works_and_once_after(self, make_pool, monkeypatch):
        monkeypatch.setattr(PoolWatch, "SECONDS", 0.02)
        pool = await make_pool(size=1)
        watch_pool(pool)
        connection = await pool.acquire()
        waiter = asyncio.create_task(pool.acquire())
        await until_pool(limit=1, size=1, idle=0, in_use=1, waiting=1)
        await pool.release(connection)
        await pool.release(await waiter)
        await until_pool(limit=1, size=1, idle=1, in_use=0, waiting=0)
        assert value("http_workers") == 1
        # Woken again by the next one who asks.
        connection = await pool.acquire()
        await until_pool(limit=1, size=1, idle=0, in_use=1, waiting=0)
        await pool.release(connection)

    async def test_a_blocked_loop_is_late(self, make_pool, monkeypatch):
        monkeypatch.setattr(PoolWatch, "SECONDS", 0.02)
        pool = await make_pool(size=1)
        # To open it may take longer than until the loop is looked at for the first time.
        await pool.release(await pool.acquire())
        watch_pool(pool)
        connection = await pool.acquire()
        await pool.release(connection)
        time.sleep(0.2)  # noqa: ASYNC251 - what it is about
        # What was due in between is done in the loop's next turn, and nothing after it: the pool is at rest.
        async with asyncio.timeout(10):
            while value("event_loop_delay_seconds") < 0.1:  # noqa: ASYNC110 - a gauge tells nobody
                await asyncio.sleep(0.01)


async def until_pool(**states):
    """Return when the gauges say that of the pool."""
    wanted = {("database_connections", f"state={state}"): n for state, n in states.items()}
    async with asyncio.timeout(10):
        while not wanted.items() <= told("database_connections").items():  # noqa: ASYNC110 - a gauge tells nobody
            await asyncio.sleep(0.01)


WORKER = """
import asyncio, os, sys
from flask import Flask
from types import SimpleNamespace
from app.core.telemetry.metrics import init_metrics, metrics_response
from app.core.database.pool.gauges import PoolWatch

app = Flask("toy")
init_metrics(app, served=True)
PoolWatch.SECONDS = 0.0
stats = SimpleNamespace(limit=10, size=5, idle=5, in_use=0, waiting=0)
pool = SimpleNamespace(stats=lambda: stats)
watch = PoolWatch()

def serve():
    app.test_client().get("/")
    async def use():
        watch.wake(pool)
        await asyncio.sleep(0.05)
    asyncio.run(use())

until_the_end, held = os.pipe()

def work(how):
    done, told = os.pipe()
    child = os.fork()
    if not child:
        serve()
        os.write(told, b"x")
        if how == "stays":
            os.close(held)
            os.read(until_the_end, 1)
        os._exit(0)
    os.read(done, 1)
    if how != "stays":
        os.waitpid(child, 0)
    return child

serve()
stays = work("stays")
work("ends")
work("ends")
with app.app_context():
    sys.stdout.write(metrics_response().get_data(as_text=True))
"""


class TestSeveralWorkers:
    def test_are_added_up_and_the_dead_have_no_connections(self, tmp_path):
        ran = subprocess.run(
            [sys.executable, "-c", WORKER],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        found = samples(ran.stdout)
        labels = ("method=GET", "route=unmatched", "status=404")
        assert found["http_request_duration_seconds_count", *labels] == 4
        # The parent's and that of the child which lives.
        assert found["database_connections", "state=size"] == 10
        assert found["http_workers",] == 2
        # The second one that ended went on where the first had.
        slots = {path.name for path in tmp_path.glob("slot_*")}
        assert slots == {"slot_0", "slot_1", "slot_2"}
