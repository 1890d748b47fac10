import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.core import metrics
from app.core.metrics import init_metrics, metrics_response
from app.core.refusals import refuse
from tests.core.toy import make_toy


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    return {
        (sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests(method: str, route: str, status: int) -> float:
    labels = (f"method={method}", f"route={route}", f"status={status}")
    found = samples(metrics_response().get_data(as_text=True))
    count = found.get(("http_requests_total", *labels), 0)
    assert count == found.get(("http_request_duration_seconds_count", *labels), 0)
    return count


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


class TestPool:
    def test_is_seen_after_each_request(self):
        app = Flask("toy")
        stats = SimpleNamespace(size=5, idle=2, in_use=3, waiting=4)
        init_metrics(app, lambda: stats)
        app.test_client().get("/")
        found = samples(metrics_response().get_data(as_text=True))
        states = ("size", "idle", "in_use", "waiting")
        assert [found["database_connections", f"state={s}"] for s in states] == [5, 2, 3, 4]


WORKER = """
import os, sys
from flask import Flask
from types import SimpleNamespace
from app.core.metrics import forget_worker, init_metrics, metrics_response

app = Flask("toy")
init_metrics(app, lambda: SimpleNamespace(size=5, idle=5, in_use=0, waiting=0))

def work():
    child = os.fork()
    if not child:
        app.test_client().get("/")
        os._exit(0)
    os.waitpid(child, 0)
    return child

workers = [work(), work(), work()]
forget_worker(workers[0])
app.test_client().get("/")
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
        assert found["http_requests_total", *labels] == 4
        assert found["http_request_duration_seconds_count", *labels] == 4
        assert found["database_connections", "state=size"] == 15

    def test_forgetting_needs_no_directory(self, monkeypatch):
        monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
        metrics.forget_worker(1)
