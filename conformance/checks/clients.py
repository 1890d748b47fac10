"""Clients that leave in the middle of something, and a server that is told to end in the middle of something."""

import asyncio
import json
import time

from conformance.helpers import (
    carts,
    get,
    locked,
    new_tracebacks,
    product_path,
    until_idle,
    until_waiting,
)
from conformance.registry import check
from conformance.shop import STOP_SECONDS, WORKERS, Shop
from conformance.wire import Answer, Wire, request
from tests.builders import value

MANY = 12


@check("client gone", seconds=60)
async def client_gone(shop: Shop) -> None:
    """Clients leave in mid-request, mid-upload and mid-download: connections go back to the pool, all others are served."""
    before = shop.log
    for leave in (Wire.reset, Wire.close):
        await _leave_while_it_waits(shop, leave)
        upload = request(
            "POST", "/api/v1/login", body=b"x" * 777, headers={"Content-Type": "application/json"}
        )
        download = request("GET", "/docs/assets/swagger-ui-bundle.js")
        for _ in range(MANY):
            wire = Wire(shop.port)
            await wire.send(upload[:-700])
            leave(wire)
            wire = Wire(shop.port, receive_buffer=4096)
            await wire.send(download)
            assert await wire.reader.read(1000)
            leave(wire)
        await until_idle(shop)
        path = product_path(shop)
        answers = await asyncio.gather(*(get(shop, path) for _ in range(MANY)))
        assert {answer.status for answer in answers} == {200}, [a.status for a in answers]
    said = new_tracebacks(shop, before)
    assert not said, f"the log says: {said}"


async def _leave_while_it_waits(shop: Shop, leave: object) -> None:
    waits = [Wire(shop.port) for _ in range(4 if shop.way.concurrent else WORKERS)]
    async with locked(shop):
        for wire in waits:
            await wire.send(request("GET", product_path(shop)))
        await until_waiting(shop, 2)
        for wire in waits:
            leave(wire)  # type: ignore[operator]  # a method of Wire's


@check("SIGTERM", seconds=90)
async def told_to_end(shop: Shop) -> str:
    """Told to end in mid-request, it answers what is under way, loses no purchase, leaves no process and exits with 0."""
    (cart,) = carts(shop, 1)
    order = json.dumps({"contact_name": "Test", "contact_phone": "+49 30 5550100"}).encode()
    headers = {**cart.headers, "Content-Type": "application/json"}
    before = shop.log
    async with Wire(shop.port) as reading, Wire(shop.port) as buying:
        async with locked(shop):
            await reading.send(request("GET", product_path(shop)))
            await buying.send(
                request("POST", f"/api/v1/carts/{cart.id}/checkout", body=order, headers=headers)
            )
            await until_waiting(shop, 2)
            began = time.monotonic()
            ending = asyncio.create_task(shop.stop())
            # The signal has long arrived when the lock goes; two of three seconds are left to it.
            await asyncio.sleep(0.7)
        read, bought = await asyncio.gather(
            _last_answer(reading), _last_answer(buying), return_exceptions=True
        )
    status = await ending
    took = time.monotonic() - began
    made = value(shop.database, "SELECT count(*) FROM purchase WHERE cart_id = %(id)s", id=cart.id)
    left = await asyncio.to_thread(shop.left_over)
    said = new_tracebacks(shop, before)
    await shop.restart()
    assert isinstance(read, Answer), f"the waiting read got no answer: {read!r}"
    assert isinstance(bought, Answer), (
        f"the checkout got no answer ({made} purchase there): {bought!r}"
    )
    assert (read.status, bought.status, made) == (200, 201, 1), (read, bought, made)
    assert status == 0, f"exit status {status}"
    assert not left, f"still running: {left}"
    assert not said, f"the log says: {said}"
    return f"{took:.1f} s"


async def _last_answer(wire: Wire) -> Answer:
    async with asyncio.timeout(STOP_SECONDS):
        return await wire.answer()
