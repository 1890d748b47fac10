"""A shop in its worst hour: everything that two may want at once, while a worker is killed and PostgreSQL crashes."""

import asyncio
import itertools
import signal
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from app.commands.consistency import breaches, snapshot
from tests.builders import as_admin, coupon, on_sale, rows, value
from tests.core.things import eventually
from tests.orders.slots.conftest import EVERY_DAY
from tests.support.servers import shop_server

CLERKS = 8
PLACES = 15  # in each slot
USES = 10  # of the coupon
NO_BOUNDS = {
    "OGS_SECURITY__GUEST_CHECKOUTS_PER_ADDRESS": "0",
    "OGS_SECURITY__GUEST_CARTS_PER_ADDRESS": "0",
    "OGS_SHOP__GUEST_UNPAID_PURCHASES": "0",
    "OGS_SHOP__GUEST_UNPAID_SHARE": "1",
}
# Whose answer may be lost, or come from a shop that has no database at the moment.
AWAY = (httpx.TransportError, ConnectionError)


class Lost(Exception):  # noqa: N818 - it is none of ours
    """The answer to a request, which may have been done."""


@dataclass
class Rush:
    """Clerks who serve one purchase after the other, and two who close the same till."""

    client: httpx.AsyncClient
    staff: dict[str, str]
    product: str
    code: str
    slots: list[str]
    seen: Counter[tuple[str, int, str | None]] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self, name: str, path: str, body: Any = None, headers: Any = None, method: str = "POST"
    ) -> Any:
        try:
            answer = await self.client.request(
                method, path, json=body, headers=headers or self.staff
            )
        except AWAY as error:
            raise Lost from error
        code = answer.json().get("code") if answer.status_code >= 400 else None
        self.seen[name, answer.status_code, code] += 1
        if answer.status_code == 503:
            await asyncio.sleep(0.02)
            raise Lost
        return answer

    async def both(self, *asked: Any) -> list[httpx.Response]:
        """Return the answers to what is asked at once, of those that came."""
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(each, httpx.Response | Lost) for each in found), found
        return [each for each in found if isinstance(each, httpx.Response)]

    async def clerk(self) -> None:
        for turn in itertools.count():
            if self.over.is_set():
                break
            with suppress(Lost):
                await self.serve(cancels=turn % 2 == 0)
            await self.sell()

    async def sell(self) -> None:
        """Sell at the counter, and ask again with the same key until the shop has answered."""
        body = {
            "till": "front",
            "lines": [{"product": self.product}],
            "payments": [{"method": "card"}],
        }
        headers = self.staff | {"Idempotency-Key": str(uuid.uuid4())}
        while True:
            with suppress(Lost):
                answer = await self.ask("sell", "/api/v1/sales", body, headers)
                if answer.status_code == 201:
                    self.receipts.append(answer.json()["number"])
                return

    async def serve(self, *, cancels: bool) -> None:
        cart = (await self.ask("open", "/api/v1/carts", headers={"Accept": "*/*"})).json()
        url, guest = f"/api/v1/carts/{cart['id']}", {"Authorization": f"Bearer {cart['token']}"}
        await self.ask("put", f"{url}/items/{self.product}", {"quantity": "2"}, guest, "PUT")
        await self.ask("coupon", f"{url}/coupon", {"code": self.code}, guest, "PUT")
        order = {"contact_name": "Test", "contact_phone": "+49 30 5550100", "slot": self.slots[0]}
        made = await self.ask("order", f"{url}/checkout", order, guest)
        if made.status_code == 409 and made.json()["code"] in {"slot_full", "slot_closed"}:
            del self.slots[0]
            return
        if made.status_code == 409:
            await self.ask("no coupon", f"{url}/coupon", None, guest, "DELETE")
            made = await self.ask("order", f"{url}/checkout", order, guest)
        if made.status_code == 201:
            await self.finish(made.headers["Location"], made.json(), cancels=cancels)

    async def finish(self, purchase: str, made: dict[str, Any], *, cancels: bool) -> None:
        paid = {"amount": made["total"], "method": "cash", "till": "front"}
        await self.ask("pay", f"{purchase}/payments", paid)
        await self.ask("claim", f"{purchase.replace('purchases', 'picking')}/claim", {})
        cancel = f"{purchase}/cancel", {"reason": "x"}
        first = [self.ask("cancel", *cancel)] if cancels else []
        await self.both(self.ask("pick", f"{purchase}/pick", {"lines": []}), *first)
        await self.both(self.ask("hand over", f"{purchase}/collect"), self.ask("cancel", *cancel))
        lines = [
            {"line": line["id"], "quantity": line["quantity"], "goods": "restock"}
            for line in made["lines"]
        ]
        refund = {"reason": "x", "lines": lines}
        answers = await self.both(
            *(self.ask("refund", f"{purchase}/refunds", refund) for _ in range(2))
        )
        if [each.status_code for each in answers].count(201) > 1:
            self.twice.append(purchase)

    async def till(self) -> None:
        while not self.over.is_set():
            try:
                opened = await self.ask(
                    "open till", "/api/v1/till-sessions", {"till": "front", "float": "0.00"}
                )
                if opened.status_code == 409:
                    found = await self.ask(
                        "till", "/api/v1/till-sessions?till=front&open=true", method="GET"
                    )
                    session = found.json()["items"][0]["id"] if found.json()["items"] else None
                else:
                    session = opened.json()["id"]
                await asyncio.sleep(0.2)
                closed = f"/api/v1/till-sessions/{session}/close"
                answers = await self.both(
                    *(self.ask("close", closed, {"counted": "0.00"}) for _ in range(2))
                )
                if [each.status_code for each in answers].count(200) > 1:
                    self.twice.append(closed)
            except Lost:
                continue

    async def served(self, more: int) -> None:
        """Return when so many more refunds were made."""
        wanted = self.seen["refund", 201, None] + more
        await eventually(lambda: self.seen["refund", 201, None] >= wanted, 120)


async def test_nothing_is_given_twice_whatever_breaks(private_postgres, tmp_path):
    bread = on_sale(private_postgres, stock=100_000)
    spring = coupon(private_postgres, uses=USES)
    staff = as_admin(private_postgres)
    # What was answered is kept in a crash, which the tests' servers do not promise.
    name = value(private_postgres, "SELECT current_database()")
    rows(private_postgres, f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    log = tmp_path / "log"
    with shop_server(private_postgres, log, workers=2, env=NO_BOUNDS) as server:
        limits = httpx.Limits(max_connections=4 * CLERKS)
        async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=60) as client:
            plan = {"days_ahead": 14, "patterns": [EVERY_DAY[0] | {"capacity": PLACES}]}
            assert (
                await client.put("/api/v1/slots/plan", json=plan, headers=staff)
            ).status_code == 200
            slots = [each["start"] for each in (await client.get("/api/v1/slots")).json()["slots"]]
            rush = Rush(client, staff, bread.code, spring.code, slots[30:])
            work = [asyncio.create_task(rush.clerk()) for _ in range(CLERKS)]
            work.append(asyncio.create_task(rush.till()))
            await rush.served(8)
            psutil.Process(server.process.pid).children()[0].send_signal(signal.SIGKILL)
            await rush.served(8)
            await asyncio.to_thread(private_postgres.stop, "immediate")
            await asyncio.to_thread(private_postgres.start)
            await rush.served(8)
            rush.over.set()
            await asyncio.gather(*work)
    assert rush.twice == []
    sold = rows(
        private_postgres,
        "SELECT document_number(series, year, number) AS number FROM document d"
        " JOIN purchase p ON p.id = d.purchase_id WHERE d.kind = 'invoice' AND p.contact_name IS NULL",
    )
    assert Counter(each.number for each in sold) == Counter(rush.receipts)
    assert {status for _, status, _ in rush.seen} <= {200, 201, 204, 403, 409, 503}
    assert value(private_postgres, "SELECT used FROM coupon") <= USES
    assert value(private_postgres, "SELECT max(taken) FROM slot") <= PLACES
    with snapshot(private_postgres.app_url) as cursor:
        assert breaches(cursor) == []
