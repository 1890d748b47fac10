"""The servers that need nothing but the development environment, each on a real socket; `make conformance` does all, and more."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time

import httpx
import psutil
import pytest

from local.servers import SERVERS
from tests.support.load import Connection
from tests.support.locks import transaction, waiting

HERE = ["uvicorn", "gunicorn-sync", "gunicorn-gthread", "gunicorn-asgi"]
TOO_LONG = 20_000_000
SECONDS = 30


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def served(name, database, folder, **variables):
    """Serve the shop under that server, two processes of it; ends all of them, however the block ends."""
    env = {
        "OGS_ENV": "test",
        "OGS_DATABASE__URL": database.app_url,
        "OGS_HTTP__METRICS": "true",
        # A busy computer may take long until both requests wait.
        "OGS_DATABASE__LOCK_TIMEOUT": "60",
        "OGS_DATABASE__STATEMENT_TIMEOUT": "60",
        "WEB_CONCURRENCY": "2",
        **variables,
    }
    port = free_port()
    process = SERVERS[name].start(port, folder, env)
    try:
        wait_until_ready(process, port, folder)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_ready(process, port, folder):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            url = f"http://127.0.0.1:{port}/readyz"
            if httpx.get(url, timeout=SECONDS, trust_env=False).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError((folder / "log").read_text(errors="replace"))


def counted(url):
    """Return how many answers to GET /api/v1/brands the metrics of all processes hold."""
    text = httpx.get(f"{url}/metrics", timeout=SECONDS, trust_env=False).text
    lines = [line for line in text.splitlines() if 'route="/api/v1/brands",status="200"' in line]
    counts = [line for line in lines if line.startswith("http_request_duration_seconds_count")]
    return sum(float(line.split()[-1]) for line in counts)


@pytest.mark.parametrize("name", HERE)
async def test_it_serves_from_several_processes_and_ends_in_order(name, fresh_database, tmp_path):
    with served(name, fresh_database, tmp_path) as (process, url):
        for _ in range(4):
            client = Connection(url)  # another socket, and perhaps another process
            for _ in range(3):
                answer = await client.request("GET", "/api/v1/brands")
                assert (answer.status, answer.headers["x-content-type-options"]) == (200, "nosniff")
            client.close()
        assert await asyncio.to_thread(counted, url) == 12
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2

        clients = [Connection(url), Connection(url)]
        async with transaction(fresh_database) as cursor:
            cursor.execute("LOCK TABLE brand IN ACCESS EXCLUSIVE MODE")
            asking = [
                asyncio.create_task(client.request("GET", "/api/v1/brands")) for client in clients
            ]
            while waiting(fresh_database) < 2:
                done = [task.result() for task in asking if task.done()]
                assert not done, "answered without having waited"
                await asyncio.sleep(0.01)
            process.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*asking)
        assert [answer.status for answer in answers] == [200, 200]
        for client in clients:
            client.close()
        assert await asyncio.to_thread(process.wait, SECONDS) == 0
        _, alive = psutil.wait_procs(children, timeout=5)
        assert not alive


@pytest.mark.parametrize("name", ["gunicorn-sync", "gunicorn-gthread"])
async def test_who_sends_too_much_gets_to_read_the_answer(name, fresh_database, tmp_path):
    """A server that closes with bytes unread resets the connection, and the answer is lost on its way."""
    with served(name, fresh_database, tmp_path) as (_, url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        head = "POST /api/v1/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {TOO_LONG}\r\n\r\n".encode() + b" " * TOO_LONG)
        await writer.drain()
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()


async def test_a_refused_client_that_goes_on_without_haste_holds_no_thread(
    fresh_database, tmp_path
):
    """One thread for all: it is free again soon, whether a refused client says nothing or little by little."""
    with served("gunicorn-gthread", fresh_database, tmp_path, WEB_CONCURRENCY="1", THREADS="1") as (
        _,
        url,
    ):
        for pause in (SECONDS, 0.1):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            head = "POST /api/v1/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {TOO_LONG}\r\n\r\n".encode())
            assert (await reader.readline()).split()[1] == b"413"
            dripping = asyncio.create_task(drip(writer, pause))
            answer = await asyncio.to_thread(
                httpx.get, f"{url}/livez", timeout=SECONDS / 2, trust_env=False
            )
            assert answer.status_code == 200
            dripping.cancel()
            writer.close()


async def drip(writer, pause):
    """Send a byte, again and again."""
    with contextlib.suppress(OSError):
        while True:
            await asyncio.sleep(pause)
            writer.write(b" ")
            await writer.drain()


def test_make_ends_every_server_with_all_its_processes(database, tmp_path):
    """`make serve-NAME` until Ctrl-C, on the database that the settings name."""
    port = free_port()
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        ["make", "--no-print-directory", "serve-gunicorn-gthread", f"PORT={port}"],
        env={**os.environ, "OGS_DATABASE__URL": database.app_url},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    log.close()
    try:
        wait_until_ready(process, port, tmp_path)
        all_of_it = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(SECONDS)
        _, alive = psutil.wait_procs(all_of_it, timeout=5)
        assert not alive
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(SECONDS)
