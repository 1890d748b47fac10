"""Clients that buy until they are told to stop, and remember every answer: what was sold must be there afterwards."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

PRODUCT = "milk-whole-1l"
CLERK = {"email": "clerk@demo.example", "password": "demo-clerk-password"}
BUYER = {"contact_name": "Conformance", "contact_phone": "+49 30 5550100"}
RETRY_SECONDS = 0.2
PATIENCE = 90.0
"""Seconds for which a client tries a request again while the shop is away."""


@dataclass
class Sales:
    """What the clients saw: purchases by id with their totals; how often a request had to be sent again, and why."""

    url: str
    verify: Any
    answered: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    replayed: int = 0
    wrong: list[str] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        """Return a client of the shop; it waits for an answer as long as a shop may take that has lost its database."""
        return httpx.AsyncClient(
            base_url=self.url, verify=self.verify, timeout=httpx.Timeout(15), trust_env=False
        )

    async def ask(self, http: httpx.AsyncClient, method: str, path: str, **request: Any) -> Any:
        """Return what the shop answers; the request is sent again while there is no answer, or 503."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = await http.request(method, f"/api/v1{path}", **request)
            except httpx.TransportError:
                answer = None
            if answer is not None and not _is_for_later(answer):
                self.replayed += "Idempotency-Replayed" in answer.headers
                if not answer.is_success:
                    self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
                return answer.json()
            self.repeated += 1
            await asyncio.sleep(RETRY_SECONDS)
        raise AssertionError(f"no answer to {method} {path} within {PATIENCE:.0f} s")

    async def stock_up(self) -> None:
        """Let there be enough of what is bought."""
        async with self.client() as http:
            headers = {**await self._sign_in(http), "Idempotency-Key": str(uuid.uuid4())}
            lot = {"product": PRODUCT, "quantity": "200000", "unit_cost": "0.80"}
            best_before = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - any day does
            lot |= {"expires_on": best_before, "reason": "conformance"}
            await self.ask(http, "POST", "/stock/adjustments", json=lot, headers=headers)

    async def _sign_in(self, http: httpx.AsyncClient) -> dict[str, str]:
        token = (await self.ask(http, "POST", "/login", json=CLERK))["token"]
        return {"Authorization": f"Bearer {token}"}

    async def fill_cart(self, http: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
        """Return the path of a new cart's checkout, and the headers that open it."""
        cart = await self.ask(http, "POST", "/carts")
        opens = {"Authorization": f"Bearer {cart['token']}"}
        path = f"/carts/{cart['id']}/items/{PRODUCT}"
        await self.ask(http, "PUT", path, json={"quantity": "1"}, headers=opens)
        return f"/carts/{cart['id']}/checkout", opens

    async def check_out(self, http: httpx.AsyncClient, path: str, opens: dict[str, str]) -> None:
        """Buy what is in a cart, under one key however often the request has to be sent."""
        headers = {**opens, "Idempotency-Key": str(uuid.uuid4())}
        sold = await self.ask(http, "POST", path, json=BUYER, headers=headers)
        if "id" in sold:
            self.answered[sold["id"]] = sold["total"]

    async def missing(self) -> list[str]:
        """Return the purchases that were answered and are not in the shop as they were."""
        async with self.client() as http:
            headers = await self._sign_in(http)
            found = [
                (number, await self.ask(http, "GET", f"/purchases/{number}", headers=headers))
                for number in self.answered
            ]
        return [number for number, now in found if now.get("total") != self.answered[number]]

    @asynccontextmanager
    async def selling(self, clients: int) -> AsyncIterator[None]:
        """Sell with that many clients for as long as the block lasts; each ends with the sale that it has begun."""
        stop = asyncio.Event()

        async def sell() -> None:
            async with self.client() as http:
                while not stop.is_set():
                    await self.check_out(http, *await self.fill_cart(http))

        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(sell())
            try:
                yield
            finally:
                stop.set()


def _is_for_later(answer: httpx.Response) -> bool:
    """Say whether the same request is to be sent again: the shop is away, or still at work on its first sending."""
    if answer.status_code == httpx.codes.CONFLICT:
        return bool(answer.json()["code"] == "in_progress")
    # 429, 502 and 504 are a gateway's.
    return answer.status_code in {429, 502, 503, 504}
