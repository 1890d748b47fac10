"""Gunicorn's workers: ours from start to end, and those that speak WSGI through the portal."""

import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from tests.core.servers import OURS, PLAIN, Server, gunicorn

ASGI = "tests.core.apps.toy:asgi_app"
WSGI = "tests.core.apps.toy:app"
PATIENCE = 20
SERVERS = [(ASGI, OURS), (ASGI, PLAIN), (WSGI, "sync"), (WSGI, "gthread")]


@pytest.fixture
def log(tmp_path):
    return tmp_path / "server.log"


def wait_for_log(server: Server, text: str, times: int = 1) -> None:
    """Return when the server has written `text` so many times."""
    deadline = time.monotonic() + PATIENCE
    while server.log.count(text) < times:
        assert time.monotonic() < deadline, server.log
        time.sleep(0.01)


class TestMaster:
    def test_it_loads_of_the_app_what_its_worker_is_made_of(self):
        """What it has loaded, a SIGHUP does not renew."""
        code = (
            "import sys, app.core.worker; print(*(n for n in sys.modules if n.startswith('app.')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        serving = {"gathering", "protocol", "server", "worker"}
        assert set(done.stdout.split()) == {
            "app.core",
            "app.core.serving",
            "app.core.traffic",
            "app.core.worker",
            *(f"app.core.serving.{name}" for name in serving),
        }


class TestEnd:
    @pytest.mark.parametrize(("app", "worker"), SERVERS)
    def test_sigterm_lets_requests_under_way_end(self, log, app, worker):
        with gunicorn(app, log, worker=worker) as server, ThreadPoolExecutor(1) as threads:
            answer = threads.submit(httpx.get, server.url + "/wait/1.0", timeout=PATIENCE)
            wait_for_log(server, "view begun")
            code = server.stop()

            assert answer.result().text == "waited"
            assert code == 0
        # The pool is closed after the last request, in order.
        assert log.read_text().index("view ended") < log.read_text().index("pool closed")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=lambda each: each.name)
    def test_gunicorns_quick_shutdown_ends_an_idle_worker_at_once(self, log, number):
        # stop() has less patience than Gunicorn has here for a worker that does not listen.
        with gunicorn(ASGI, log, options=["--graceful-timeout", "600"]) as server:
            assert server.stop(number) == 0
        assert "pool closed" in log.read_text()

    def test_a_worker_that_is_still_starting_ends_at_once(self, log):
        # stop() has less patience than Gunicorn has here for a worker that does not listen.
        slow, options = "tests.core.apps.slow_start:asgi_app", ["--graceful-timeout", "600"]
        with gunicorn(slow, log, options=options, ready=None) as server:
            wait_for_log(server, "import begun")
            assert server.stop() == 0

    def test_a_request_that_outlasts_the_graceful_timeout_is_interrupted(self, log):
        with (
            gunicorn(ASGI, log, options=["--graceful-timeout", "4"]) as server,
            ThreadPoolExecutor(1) as threads,
        ):
            answer = threads.submit(httpx.get, server.url + "/wait/60.0", timeout=PATIENCE)
            wait_for_log(server, "view begun")
            server.stop()

            assert answer.result().status_code == 503
            assert answer.result().headers["retry-after"] == "1"
        # Interrupted, not killed: it could roll back, and the pool was closed after it.
        text = log.read_text()
        assert text.index("view cancelled") < text.index("pool closed")
        assert "SIGKILL" not in text

    def test_a_worker_ends_by_itself_and_not_by_the_signal(self, log):
        with gunicorn(ASGI, log) as server:
            server.stop()

        assert "was sent SIG" not in log.read_text()


class TestStart:
    def test_each_worker_opens_a_pool_of_its_own(self, log):
        with gunicorn(ASGI, log, options=["--workers", "2"]) as server:
            wait_for_log(server, "pool opened", times=2)

        assert log.read_text().count("pool opened") == 2

    @pytest.mark.parametrize("worker", [OURS, PLAIN])
    def test_a_start_that_fails_ends_gunicorn_with_a_sentence(self, log, worker):
        sentence = "OGS_SHOP__CURRENCY must be a code of three letters."
        env = {"TOY_STARTUP_FAILS": sentence}
        with gunicorn(ASGI, log, worker=worker, env=env, ready=None) as server:
            assert server.wait() != 0

        assert server.log.count(sentence) == 1
        assert "Traceback" not in server.log

    def test_so_do_wrong_settings(self, log):
        app = "tests.core.apps.misconfigured:app"
        with gunicorn(app, log, ready=None) as server:
            assert server.wait() != 0

        assert server.log.count("OGS_SECRET is too short.") == 1
        assert "Traceback" not in server.log


class TestSettings:
    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, tmp_path_factory):
        log = tmp_path_factory.mktemp("settings") / "server.log"
        with gunicorn(ASGI, log, env={"TOY_MAX_REQUESTS": "3"}) as server:
            yield server

    def test_nobody_is_told_what_serves(self, server):
        assert "server" not in httpx.get(server.url).headers

    def test_forwarded_headers_are_not_believed(self, server):
        answer = httpx.get(server.url + "/address", headers={"X-Forwarded-For": "192.0.2.1"})

        assert answer.json() == ["127.0.0.1", "http"]

    def test_connections_are_not_requests(self, server):
        connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
        try:
            assert httpx.get(server.url).status_code == 200
        finally:
            for connection in connections:
                connection.close()

    def test_one_request_too_many_gets_503_and_health_does_not(self, server):
        with ThreadPoolExecutor(3) as threads:
            url = server.url + "/hold"
            held = [threads.submit(httpx.get, url, timeout=PATIENCE) for _ in range(3)]
            wait_for_log(server, "held", times=3)
            refused, alive = httpx.get(server.url), httpx.get(server.url + "/livez")
            httpx.get(server.url + "/release")

            assert (refused.status_code, alive.status_code) == (503, 200)
            assert refused.headers["retry-after"] == "1"
            assert [each.result().status_code for each in held] == [200] * 3


class TestWsgiWorkers:
    @pytest.fixture(scope="class", params=["sync", "gthread"])
    @classmethod
    def server(cls, request, tmp_path_factory):
        log = tmp_path_factory.mktemp(request.param) / "server.log"
        options = ["--workers", "2", "--threads", "4" if request.param == "gthread" else "1"]
        with gunicorn(WSGI, log, worker=request.param, options=options) as server:
            yield server

    def test_one_loop_in_each_process_serves_all_its_requests(self, server):
        with ThreadPoolExecutor(8) as threads:
            answers = [
                threads.submit(httpx.get, server.url + "/loop", timeout=PATIENCE) for _ in range(60)
            ]
        seen = [answer.result().json() for answer in answers]

        assert {each["thread"] for each in seen} == {"portal"}
        assert len({(each["pid"], each["loop"]) for each in seen}) == len(
            {each["pid"] for each in seen}
        )
        # Opened once in each process that served, and not in the master.
        assert server.log.count("pool opened") <= 2

    def test_a_view_that_would_block_the_loop_is_told(self, server):
        answer = httpx.get(server.url + "/nested", timeout=PATIENCE)

        assert answer.status_code == 409
        assert "await it instead" in answer.text

    def test_context_does_not_pass_from_request_to_request(self, server):
        with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
            assert {client.get(f"/visitor/{name}").text for name in "abcdef"} == {"nobody"}

    def test_streams_and_bodies_work(self, server):
        assert httpx.get(server.url + "/stream/3").text == "0\n1\n2\n"
        assert httpx.post(server.url + "/echo", content=b"x" * 50_000).content == b"x" * 50_000

    def test_threads_wait_at_once(self, log):
        options = ["--threads", "8"]
        with gunicorn(WSGI, log, worker="gthread", options=options) as server:
            started = time.monotonic()
            with ThreadPoolExecutor(8) as threads:
                url = server.url + "/wait/2.0"
                answers = list(threads.map(lambda _: httpx.get(url, timeout=PATIENCE), range(8)))

            assert {answer.text for answer in answers} == {"waited"}
            assert time.monotonic() - started < 15

    def test_a_hanging_worker_is_replaced_and_its_view_cancelled(self, log):
        options = ["--timeout", "3"]
        with gunicorn(WSGI, log, worker="sync", options=options) as server:
            assert httpx.get(server.url + "/wait/60.0", timeout=PATIENCE).status_code == 500
            assert httpx.get(server.url, timeout=PATIENCE).text == "ok"
        assert "view cancelled" in log.read_text()


def test_the_settings_file_serves_the_toy(log):
    env = {"WEB_CONCURRENCY": "1"}
    options = ["--config", "deploy/gunicorn.conf.py"]
    with gunicorn(ASGI, log, options=options, env=env) as server:
        assert httpx.get(server.url).text == "ok"
    assert len(re.findall("Booting worker", log.read_text())) == 1


def test_head_and_body_leave_in_one_write(log):
    answers = 200
    with gunicorn(ASGI, log) as server, httpx.Client(base_url=server.url) as client:
        client.get("/")
        (worker,) = psutil.Process(server.process.pid).children()
        before = worker.io_counters().write_count
        for _ in range(answers):
            assert client.get("/").text == "ok"
        # Heartbeats and the loop's own are a few.
        assert worker.io_counters().write_count - before < 1.5 * answers
