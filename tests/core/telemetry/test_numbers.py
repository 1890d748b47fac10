"""Where the numbers of metrics lie, and that nothing which happens to those files stops a worker."""

import os
import subprocess
import sys

from tests.core.telemetry.test_metrics import samples

# A worker that answers so many requests, each with another label, and is then asked for the metrics.
SERVE = """
import logging, os, resource, sys
from flask import Flask
logging.basicConfig(stream=sys.stderr, format="%(message)s")
from app.core.telemetry.metrics import IN_PROGRESS, PROBLEMS, init_metrics, metrics_response

if limit := int(os.environ["MOST_BYTES"]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
def files():
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"]
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

app = Flask("toy")
before = files()
init_metrics(app, served=os.environ["SERVED"] == "yes")
PROBLEMS.labels("seen by nobody")
assert files() == before, "a slot for a process that has counted nothing"

def view():
    return "served"

for number in range(int(os.environ["ROUTES"])):
    app.add_url_rule(f"/a/rather/long/path/{number}", view_func=view)
client = app.test_client()
for number in range(int(os.environ["ROUTES"])):
    assert client.get(f"/a/rather/long/path/{number}").status_code == 200
IN_PROGRESS.set(7)
with app.app_context():
    sys.stdout.write(metrics_response().get_data(as_text=True))
sys.stdout.flush()
os._exit(0)
"""
ONE = {"method": "GET", "route": "/a/rather/long/path/0", "status": "200"}


def serve(directory, *, most_bytes=0, routes=1, served="yes"):
    """Run a worker; return its metrics, and what it warned of."""
    env = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(directory),
        "MOST_BYTES": str(most_bytes),
        "ROUTES": str(routes),
        "SERVED": served,
    }
    ran = subprocess.run(
        [sys.executable, "-c", SERVE], env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return samples(ran.stdout), ran.stderr.splitlines()


def count_of(found):
    labels = (f"{name}={value}" for name, value in sorted(ONE.items()))
    return found.get(("http_request_duration_seconds_count", *labels), 0)


def test_the_next_holder_of_a_slot_goes_on_and_is_not_as_busy_as_the_last(tmp_path):
    (tmp_path / "counter_5.db").touch()  # somebody's who is just about to begin
    for times in (1, 2):
        found, warned = serve(tmp_path)
        assert count_of(found) == times
        assert found["http_requests_in_progress",] == 7
        assert warned == []
    assert [path.name for path in tmp_path.glob("slot_*")] == ["slot_0"]


def test_what_is_mapped_has_its_room(tmp_path):
    """A hole in such a file is what kills where the disk is full."""
    serve(tmp_path, routes=100)  # more than fits into the first bytes of a file
    files = list(tmp_path.glob("*.db"))
    assert max(path.stat().st_size for path in files) > 64 * 1024
    for path in files:
        assert path.stat().st_blocks * 512 >= path.stat().st_size


def test_without_any_room_it_serves_and_says_so_once(tmp_path):
    found, warned = serve(tmp_path, most_bytes=4096, routes=30)
    assert found == {}
    assert len(warned) == 1
    assert "no room for metrics" in warned[0]
    # When there is room again, the next one has it.
    found, warned = serve(tmp_path)
    assert (count_of(found), warned) == (1, [])


def test_what_has_room_is_counted_on_when_there_is_no_more(tmp_path):
    found, warned = serve(tmp_path, most_bytes=100_000, routes=100)
    assert len(warned) == 1
    assert count_of(found) == 1
    assert found["metrics_without_room",] > 0
    found, warned = serve(tmp_path, routes=100)
    assert (count_of(found), found["metrics_without_room",]) == (2, 0)
    assert warned == []


def test_a_directory_that_is_not_there_stops_nobody(tmp_path):
    found, warned = serve(tmp_path / "missing")
    assert found == {}
    assert len(warned) == 1


def test_there_are_no_files_where_metrics_are_off(tmp_path):
    found, _ = serve(tmp_path, served="no")
    assert count_of(found) == 1  # its own
    assert list(tmp_path.iterdir()) == []


def test_an_empty_name_of_the_directory_is_none():
    found, warned = serve("")
    assert (count_of(found), warned) == (1, [])
