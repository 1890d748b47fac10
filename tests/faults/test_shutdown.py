"""The shop ends, and begins anew, under load: on a real Gunicorn and a real PostgreSQL."""

import asyncio
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

from tests.builders import value
from tests.support.load import Answer, Connection
from tests.support.servers import shop_server
from tests.support.settings import TIME_ZONE

CLIENTS = 12
CARTS = "/api/v1/carts"
LONG = 60.0  # seconds; a test that needs them has found a hang


class Busy:
    """Clients that ask without a pause, each on one socket as long as the server lets it."""

    def __init__(self, url: str, method: str, path: str) -> None:
        self.statuses: Counter[int] = Counter()
        self.lost: list[str] = []  # on a socket that the server had not said goodbye on
        self.refused = 0  # on a new one
        self.goodbyes = 0
        self._url, self._request = url, (method, path)
        self._going = True

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask while the block runs, and until each has had its last answer."""
        async with asyncio.timeout(LONG), asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self._ask())
            try:
                yield
            finally:
                self._going = False

    async def _ask(self) -> None:
        connection, is_new = Connection(self._url), True
        while self._going:
            try:
                answer = await connection.request(*self._request, body={})
            except (OSError, EOFError) as error:
                if is_new:
                    self.refused += 1
                    await asyncio.sleep(0.01)  # as a client would
                else:
                    self.lost.append(repr(error))
                is_new = True
            else:
                is_new = self._count(answer)
        connection.close()

    def _count(self, answer: Answer) -> bool:
        """Count an answer, and return whether it was the last one on its socket."""
        self.statuses[answer.status] += 1
        goodbye = answer.headers.get("connection") == "close"
        self.goodbyes += goodbye
        return goodbye

    async def answered(self, more: int) -> None:
        """Return after so many further answers."""
        enough = self.statuses.total() + more
        while self.statuses.total() < enough:  # noqa: ASYNC110 - what is counted is what is waited for
            await asyncio.sleep(0.01)


async def once(url: str, path: str) -> Answer:
    """Return the answer on a socket of its own."""
    connection = Connection(url)
    try:
        return await connection.request("GET", path)
    finally:
        connection.close()


async def end_of(process) -> None:
    """Return when the process has ended."""
    while process.poll() is None:  # noqa: ASYNC110 - a process tells no loop of its end
        await asyncio.sleep(0.01)


def workers_of(server):
    return set(psutil.Process(server.process.pid).children())


def metrics_folders_of(server):
    return list(Path(tempfile.gettempdir()).glob(f"ogs-metrics-{server.process.pid}-*"))


NAMED = (
    'env = "test"\nsecret = "only-for-tests"\n[http]\ndocs = true\n'
    f'[shop]\ntime_zone = "{TIME_ZONE}"\nname = "{{}}"\n'
)


async def test_sighup_brings_new_settings_and_fails_no_request(database, tmp_path):
    settings = tmp_path / "shop.toml"
    settings.write_text(NAMED.format("Old Shop"))
    # A drain is for load balancers that have to notice an end: this is none. It would outlast the test.
    env = {
        "OGS_CONFIG": str(settings),
        "OGS_HTTP__DRAIN_SECONDS": "500",
        "GUNICORN_CMD_ARGS": "--graceful-timeout 550",
    }
    probes: Counter[int] = Counter()

    async def names(url):
        return {(await once(url, "/openapi.json")).json()["info"]["title"] for _ in range(6)}

    with shop_server(database, tmp_path / "log", workers=2, env=env) as server:
        old = workers_of(server)
        assert await names(server.url) == {"Old Shop"}
        busy = Busy(server.url, "GET", "/api/v1/brands")
        async with busy.asking():
            await busy.answered(200)
            settings.write_text(NAMED.format("New Shop"))
            server.process.send_signal(signal.SIGHUP)
            while any(each.is_running() for each in old):
                probes[(await once(server.url, "/readyz")).status] += 1
                await busy.answered(10)
            await busy.answered(200)
            assert await names(server.url) == {"New Shop"}
        assert len(workers_of(server)) == 2
        server.process.send_signal(signal.SIGQUIT)
        await end_of(server.process)

    assert (busy.statuses.keys(), busy.lost, busy.refused) == ({200}, [], 0)
    assert probes.keys() == {200}
    # The master knew its directory again, though it had set the variable itself.
    assert not await asyncio.to_thread(metrics_folders_of, server)
    # Each socket of an old worker had a last answer.
    assert busy.goodbyes >= CLIENTS


async def test_sigterm_under_load_answers_all_that_was_done(fresh_database, tmp_path):
    with shop_server(fresh_database, tmp_path / "log", workers=2) as server:
        busy = Busy(server.url, "POST", CARTS)
        async with busy.asking():
            await busy.answered(200)
            server.process.terminate()
            await end_of(server.process)
        assert server.wait() == 0

    assert (busy.statuses.keys(), busy.lost) == ({201}, [])
    assert value(fresh_database, "SELECT count(*) FROM cart") == busy.statuses[201]
    assert "SIGKILL" not in server.log


async def test_a_draining_shop_serves_on_but_is_not_ready(fresh_database, tmp_path):
    env = {"OGS_HTTP__DRAIN_SECONDS": "500", "GUNICORN_CMD_ARGS": "--graceful-timeout 550"}
    with shop_server(fresh_database, tmp_path / "log", workers=2, env=env) as server:
        workers = workers_of(server)
        busy = Busy(server.url, "POST", CARTS)
        async with busy.asking():
            await busy.answered(100)
            server.process.terminate()
            while (ready := await once(server.url, "/readyz")).status == 200:
                pass
            assert (ready.status, ready.json()["code"]) == (503, "shutting_down")
            assert (await once(server.url, "/livez")).status == 200
            await busy.answered(300)
            assert busy.refused == 0
            for worker in workers:
                with suppress(psutil.NoSuchProcess):  # one that was told while it started is gone
                    worker.terminate()  # a second time
            await end_of(server.process)
        assert server.wait() == 0

    assert (busy.statuses.keys(), busy.lost) == ({201}, [])
    assert value(fresh_database, "SELECT count(*) FROM cart") == busy.statuses[201]
