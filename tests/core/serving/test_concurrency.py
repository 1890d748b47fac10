"""AsyncFlask and its greenlets, without a server."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, ContextVar
from typing import Any

import greenlet  # type: ignore[import-untyped]  # the wheel says nothing of its types
import pytest
from flask import Response, current_app

from app.core.serving.concurrency import AsyncFlask, iterate, run_in_greenlet, run_sync, wait_for

COLOUR: ContextVar[str] = ContextVar("colour", default="none")


@pytest.fixture
def app():
    app = AsyncFlask("toy")

    @app.get("/")
    async def view():
        await asyncio.sleep(0)
        return "ok"

    yield app
    app.portal.close()


async def current_loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


class TestAsyncFlask:
    def test_async_views_work_without_a_server(self, app):
        assert app.test_client().get("/").text == "ok"

    async def test_a_view_called_in_a_coroutine_says_what_to_do(self, app):
        app.config["PROPAGATE_EXCEPTIONS"] = True
        with pytest.raises(RuntimeError, match="await it instead"):
            app.test_client().get("/")

    def test_an_async_view_cannot_call_another_synchronously(self, app):
        @app.get("/nested")
        async def nested():
            try:
                return current_app.ensure_sync(current_app.view_functions["view"])()
            except RuntimeError:
                return "refused"

        assert app.test_client().get("/nested").text == "refused"

    def test_context_set_in_a_hook_is_there_in_the_view(self, app):
        @app.before_request
        def hook():
            COLOUR.set("green")

        @app.get("/colour")
        async def colour():
            return COLOUR.get()

        assert app.test_client().get("/colour").text == "green"

    def test_an_async_generator_streams(self, app):
        events = []

        @app.get("/stream")
        async def stream():
            async def lines():
                try:
                    for number in range(3):
                        await asyncio.sleep(0)
                        yield str(number)
                finally:
                    events.append("closed")

            return Response(iterate(lines()))

        assert app.test_client().get("/stream").text == "012"
        assert events == ["closed"]

    def test_a_stream_that_is_given_up_closes_its_generator(self, app):
        events = []

        async def forever():
            try:
                while True:
                    yield "more"
            finally:
                events.append("closed")

        with app.app_context():
            items = iterate(forever())
        next(items)
        items.close()

        assert events == ["closed"]

    def test_commands_run_coroutines_on_the_same_loop(self, app):
        with app.app_context():
            assert run_sync(current_loop) is app.portal.call(current_loop)


class TestGreenlets:
    async def test_awaits_on_behalf_of_synchronous_code(self):
        async def double(number):
            await asyncio.sleep(0)
            return 2 * number

        def synchronous(number, *, more):
            return wait_for(double(number)) + wait_for(double(more))

        assert await run_in_greenlet(synchronous, 1, more=2) == 6

    async def test_errors_pass_through_both_ways(self):
        async def fail():
            raise LookupError("inner")

        def synchronous():
            try:
                wait_for(fail())
            except LookupError as error:
                raise ValueError("outer") from error

        with pytest.raises(ValueError, match="outer"):
            await run_in_greenlet(synchronous)

    async def test_a_cancelled_task_unwinds_the_greenlet(self):
        unwound = []

        def synchronous():
            try:
                wait_for(asyncio.sleep(60))
            finally:
                wait_for(asyncio.sleep(0))
                unwound.append(True)

        task = asyncio.create_task(run_in_greenlet(synchronous))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert unwound == [True]

    async def test_many_wait_at_once_and_each_gets_its_own_answer(self):
        async def later(number):
            await asyncio.sleep(0.001 * (number % 3))
            return number

        def synchronous(number):
            return wait_for(later(number)), wait_for(later(-number))

        calls = [run_in_greenlet(synchronous, number) for number in range(200)]
        assert await asyncio.gather(*calls) == [(number, -number) for number in range(200)]

    async def test_one_serves_the_next_call_whatever_became_of_the_last(self):
        def fail():
            raise LookupError("once")

        with pytest.raises(LookupError):
            await run_in_greenlet(fail)

        assert await run_in_greenlet(lambda: "fine") == "fine"
        assert await run_in_greenlet(greenlet.getcurrent) is await run_in_greenlet(
            greenlet.getcurrent
        )

    async def test_one_that_is_told_to_end_serves_nobody_else(self):
        def end():
            ended.append(greenlet.getcurrent())
            raise greenlet.GreenletExit

        ended: list[Any] = []
        await run_in_greenlet(end)

        assert ended[0].dead
        assert await run_in_greenlet(greenlet.getcurrent) is not ended[0]

    async def test_nothing_of_a_call_is_kept(self):
        class Held:
            pass

        def paint():
            held = Held()
            left.append(weakref.ref(held))
            COLOUR.set(held)  # anything that can be seen to go

        def fail():
            held = Held()
            left.append(weakref.ref(held))
            raise LookupError(held)

        async def one(function):
            with suppress(LookupError):
                await run_in_greenlet(function)

        left: list[weakref.ref[Held]] = []
        gc.disable()  # what would need it is kept too long
        try:
            for function in (paint, fail):
                await asyncio.create_task(one(function), context=Context())
                await asyncio.sleep(0)
                assert left.pop()() is None
        finally:
            gc.enable()

    def test_each_thread_has_its_own(self):
        def serve(_):
            async def serve_ten():
                return [await run_in_greenlet(wait_for, asyncio.sleep(0, n)) for n in range(10)]

            return asyncio.run(serve_ten())

        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(serve, range(20))) == [list(range(10))] * 20

    async def test_both_sides_share_one_context(self):
        tokens = []

        async def paint():
            tokens.append(COLOUR.set("inside"))

        def synchronous():
            wait_for(paint())
            assert COLOUR.get() == "inside"
            COLOUR.reset(tokens[0])

        COLOUR.set("outside")
        await run_in_greenlet(synchronous)

        assert COLOUR.get() == "outside"
