"""The portal: one event loop per process for code that cannot await."""

import asyncio
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from app.core.serving.portal import Portal

COLOUR: ContextVar[str] = ContextVar("colour", default="none")


@pytest.fixture
def portal():
    portal = Portal()
    yield portal
    portal.close()


async def current_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


class TestPortal:
    def test_all_calls_share_one_loop(self, portal):
        with ThreadPoolExecutor(8) as threads:
            loops = list(threads.map(lambda _: portal.call(current_loop), range(50)))

        assert len(set(loops)) == 1

    def test_calls_wait_at_once(self, portal):
        # Each of them goes on only when all have come.
        async def meet(barrier: asyncio.Barrier):
            async with asyncio.timeout(20):
                await barrier.wait()

        async def make_barrier():
            return asyncio.Barrier(10)

        barrier = portal.call(make_barrier)
        with ThreadPoolExecutor(10) as threads:
            list(threads.map(lambda _: portal.call(meet, barrier), range(10)))

    def test_raises_what_the_coroutine_raises(self, portal):
        async def fail(code, *, reason):
            raise LookupError(code, reason)

        with pytest.raises(LookupError) as caught:
            portal.call(fail, 7, reason="none left")

        assert caught.value.args == (7, "none left")

    def test_context_variables_go_in_and_do_not_come_out(self, portal):
        async def paint():
            before = COLOUR.get()
            await asyncio.sleep(0)
            COLOUR.set("red")
            return before

        COLOUR.set("blue")

        assert portal.call(paint) == "blue"
        assert COLOUR.get() == "blue"

    def test_hooks_run_on_the_loop_when_it_is_first_needed(self, portal):
        events = []

        def hook(name):
            async def run():
                events.append((name, asyncio.get_running_loop()))

            return run

        portal.on_startup(hook("open"))
        portal.on_shutdown(hook("close first opened"))
        portal.on_shutdown(hook("close last opened"))
        before = list(events)
        loop = portal.call(current_loop)
        portal.call(current_loop)
        portal.close()

        assert before == []
        assert events == [("open", loop), ("close last opened", loop), ("close first opened", loop)]
        assert loop.is_closed()

    def test_a_failed_start_is_told_and_tried_again(self, portal):
        attempts = []

        async def open_pool():
            attempts.append(1)
            if len(attempts) == 1:
                raise ConnectionError("no database yet")

        portal.on_startup(open_pool)
        with pytest.raises(ConnectionError):
            portal.call(current_loop)

        assert portal.call(current_loop).is_running()

    def test_a_failing_shutdown_hook_does_not_keep_the_others(self, portal, caplog):
        closed = []

        async def fail():
            raise ConnectionError

        async def close_pool():
            closed.append(True)

        portal.on_shutdown(close_pool)
        portal.on_shutdown(fail)
        portal.call(current_loop)
        portal.close()

        assert closed == [True]
        assert len(caplog.records) == 1

    def test_a_caller_that_is_interrupted_cancels_its_coroutine(self, portal):
        # As when Gunicorn aborts a worker that has not answered for too long.
        started, cancelled = threading.Event(), threading.Event()

        async def wait():
            started.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.set()
                raise

        def interrupt():
            started.wait(20)
            os.kill(os.getpid(), signal.SIGUSR1)

        def leave(*_):
            raise SystemExit(1)

        previous = signal.signal(signal.SIGUSR1, leave)
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            with pytest.raises(SystemExit):
                portal.call(wait)
        finally:
            thread.join()
            signal.signal(signal.SIGUSR1, previous)

        assert cancelled.wait(20)

    def test_a_forked_child_has_a_loop_of_its_own(self, portal):
        parents = portal.call(current_loop)
        child = os.fork()
        if child == 0:
            signal.alarm(20)  # A child that deadlocks must not stay.
            os._exit(0 if portal.call(current_loop) is not parents else 1)
        _, status = os.waitpid(child, 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert portal.call(current_loop) is parents

    async def test_refuses_to_block_the_loop_that_calls(self, portal):
        with pytest.raises(RuntimeError, match="current_loop was called synchronously"):
            portal.call(current_loop)

    def test_refuses_to_block_its_own_loop(self, portal):
        async def nested():
            return portal.call(current_loop)

        with pytest.raises(RuntimeError, match="await it instead"):
            portal.call(nested)
