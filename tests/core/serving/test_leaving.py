"""How our worker leaves: readiness first, then connections, then requests, then the application."""

import asyncio
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from uvicorn import Config

from app.core.serving.server import LeavingServer
from tests.core.servers import Server, gunicorn
from tests.core.serving.test_worker import ASGI, PATIENCE, wait_for_log

# Far more than stop() waits for: a test in which a worker really drains for so long fails.
LONG = "500"
PATIENT = ["--graceful-timeout", "550"]
DRAINS = {"TOY_DRAIN_SECONDS": LONG}


@pytest.fixture
def log(tmp_path):
    return tmp_path / "server.log"


def worker_of(server: Server) -> psutil.Process:
    return psutil.Process(httpx.get(server.url + "/loop").json()["pid"])


class TestDraining:
    def test_requests_are_taken_and_each_answer_says_goodbye(self, log):
        with (
            gunicorn(ASGI, log, options=PATIENT, env=DRAINS) as server,
            httpx.Client(base_url=server.url) as client,
        ):
            worker = worker_of(server)
            assert "connection" not in client.get("/").headers
            server.process.terminate()
            wait_for_log(server, "withdrawn")

            # On the socket that was open, on new ones, and where the application is not asked.
            answers = [client.get("/"), httpx.get(server.url), httpx.get(server.url + "/nowhere")]
            answers.append(client.post("/echo", content=b"x" * 200_000))
            assert [each.status_code for each in answers] == [200, 200, 404, 413]
            assert {each.headers["connection"].split(",")[0] for each in answers} == {"close"}

            worker.send_signal(signal.SIGTERM)
            assert server.wait() == 0
        assert "pool closed" in log.read_text()

    def test_requests_under_way_say_goodbye_too(self, log):
        with (
            gunicorn(ASGI, log, options=PATIENT, env=DRAINS) as server,
            ThreadPoolExecutor(1) as threads,
        ):
            worker = worker_of(server)
            held = threads.submit(httpx.get, server.url + "/hold", timeout=PATIENCE)
            wait_for_log(server, "held")
            server.process.terminate()
            wait_for_log(server, "withdrawn")
            httpx.get(server.url + "/release")
            assert held.result().text == "let go"
            assert held.result().headers["connection"] == "close"
            worker.send_signal(signal.SIGTERM)

    @pytest.mark.parametrize(
        ("number", "to_worker"), [(signal.SIGQUIT, False), (signal.SIGINT, True)]
    )
    def test_a_second_signal_interrupts_what_is_under_way(self, log, number, to_worker):
        with (
            gunicorn(ASGI, log, options=PATIENT, env=DRAINS) as server,
            ThreadPoolExecutor(1) as threads,
        ):
            worker = worker_of(server)
            answer = threads.submit(httpx.get, server.url + "/wait/400.0", timeout=PATIENCE)
            wait_for_log(server, "view begun")
            server.process.terminate()
            wait_for_log(server, "withdrawn")
            # Told SIGQUIT, the master sends its workers the same, and two seconds later SIGKILL.
            (worker if to_worker else server.process).send_signal(number)
            assert server.wait() == 0
            assert answer.result().status_code == 503
        text = log.read_text()
        assert text.index("view cancelled") < text.index("pool closed")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=lambda each: each.name)
    def test_the_quick_shutdown_does_without(self, log, number):
        with gunicorn(ASGI, log, options=PATIENT, env=DRAINS) as server:
            assert server.stop(number) == 0
        assert "pool closed" in log.read_text()

    def test_fits_into_the_graceful_timeout(self, log):
        options = ["--graceful-timeout", "6"]
        with (
            gunicorn(ASGI, log, options=options, env=DRAINS) as server,
            ThreadPoolExecutor(1) as threads,
        ):
            answer = threads.submit(httpx.get, server.url + "/wait/400.0", timeout=PATIENCE)
            wait_for_log(server, "view begun")
            assert server.stop() == 0
            assert answer.result().status_code == 503
        text = log.read_text()
        assert "http.drain_seconds is cut from 500 to 1" in text
        assert text.index("view cancelled") < text.index("pool closed")
        assert "SIGKILL" not in text

    async def test_so_does_the_wait_for_requests_under_way(self):
        async def nothing(_scope, _receive, _send):
            pass

        config = Config(nothing, lifespan="off", port=0, log_config=None, interface="asgi3")
        server = LeavingServer(config, patience=2.9)
        served = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - Uvicorn tells nobody
            await asyncio.sleep(0.01)
        server.should_exit = True
        await served
        assert config.timeout_graceful_shutdown <= 2.9


class TestReplacement:
    """While the master goes on, nobody outside has to notice that a worker ends."""

    @pytest.mark.parametrize(
        ("number", "to_worker"), [(signal.SIGHUP, False), (signal.SIGTERM, True)]
    )
    def test_is_no_reason_to_drain_and_the_end_after_it_is(self, log, number, to_worker):
        with gunicorn(ASGI, log, options=PATIENT, env=DRAINS) as server:
            old = worker_of(server)
            (old if to_worker else server.process).send_signal(number)
            assert not psutil.wait_procs([old], PATIENCE)[1]
            assert "withdrawn" not in server.log

            new = worker_of(server)
            assert new.pid != old.pid
            server.process.terminate()
            wait_for_log(server, "withdrawn")
            new.send_signal(signal.SIGTERM)
            assert server.wait() == 0


class TestConnections:
    def test_silent_ones_are_closed_soon(self, log):
        with (
            gunicorn(ASGI, log, options=PATIENT) as server,
            socket.create_connection(("127.0.0.1", server.port)) as fresh,
            httpx.Client(base_url=server.url) as client,
        ):
            client.get("/")
            fresh.settimeout(PATIENCE)
            assert server.stop() == 0
            assert fresh.recv(1) == b""

    def test_busy_ones_lose_nothing_when_a_worker_is_recycled(self, log):
        options = ["--workers", "2", "--max-requests", "40"]
        with gunicorn(ASGI, log, options=options) as server, ThreadPoolExecutor(4) as threads:

            def ask_until_both_were_replaced(_):
                statuses = set()
                deadline = time.monotonic() + PATIENCE
                with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
                    while server.log.count("pool closed") < 2:
                        assert time.monotonic() < deadline, server.log
                        statuses |= {client.get("/").status_code for _ in range(20)}
                return statuses

            assert list(threads.map(ask_until_both_were_replaced, range(4))) == [{200}] * 4


class TestHeartbeat:
    def test_goes_on_while_a_worker_waits_for_its_last_requests(self, log):
        # Recycled, and not told to end by its master: that one then looks at its heartbeat.
        options = ["--max-requests", "1", "--timeout", "4"]
        with (
            gunicorn(ASGI, log, options=options, ready=None) as server,
            ThreadPoolExecutor(1) as threads,
        ):
            answer = threads.submit(httpx.get, server.url + "/wait/7.0", timeout=PATIENCE)
            wait_for_log(server, "view begun")
            httpx.get(server.url)
            assert answer.result().text == "waited"
        assert "WORKER TIMEOUT" not in log.read_text()

    def test_a_worker_ends_after_its_master(self, log):
        with gunicorn(ASGI, log) as server:
            worker = worker_of(server)
            os.kill(server.process.pid, signal.SIGKILL)
            try:
                psutil.wait_procs([worker], PATIENCE)
                assert not worker.is_running()
            finally:
                if worker.is_running():
                    worker.kill()
        assert "pool closed" in log.read_text()
        assert "The master is gone" in log.read_text()
