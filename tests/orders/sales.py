"""Steps of a sale through the API, for tests that are about what comes after them."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import httpx

from tests.builders import Person, as_clerk, filled_cart

GUEST = {"contact_name": "Jan Kowalski", "contact_phone": "+48 600 100 200"}


def conflict(answer: httpx.Response, code: str) -> dict[str, Any]:
    """Return the problem of an answer that must be 409 with that code."""
    assert answer.status_code == 409, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code, answer.text
    return answer.json()


def invalid(answer: httpx.Response, *pointers: str) -> None:
    """Check that an answer is 422, and what it points at."""
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == list(pointers), answer.text


async def check_out(client: httpx.AsyncClient, cart: Any, **body: Any) -> httpx.Response:
    """Check a cart out, as Jan Kowalski."""
    return await client.post(
        f"/api/v1/carts/{cart.id}/checkout", json={**GUEST, **body}, headers=cart.headers
    )


async def bought(
    client: httpx.AsyncClient, database: Any, *items: tuple[Any, Any], owner: Person | None = None
) -> dict[str, Any]:
    """Return a new purchase of (product, quantity): placed, and nothing paid."""
    answer = await check_out(client, filled_cart(database, *items, owner=owner))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def pay(
    client: httpx.AsyncClient,
    database: Any,
    purchase: dict[str, Any],
    amount: str | None = None,
    method: str = "cash",
) -> httpx.Response:
    """Pay for a purchase, all of it by default."""
    return await client.post(
        f"/api/v1/purchases/{purchase['id']}/payments",
        json={"amount": amount or purchase["total"], "method": method},
        headers=as_clerk(database),
    )


async def collect(
    client: httpx.AsyncClient, database: Any, purchase: dict[str, Any]
) -> httpx.Response:
    """Hand a purchase over."""
    url = f"/api/v1/purchases/{purchase['id']}/collect"
    return await client.post(url, headers=as_clerk(database))


async def sold(client: httpx.AsyncClient, database: Any, *items: tuple[Any, Any]) -> dict[str, Any]:
    """Return a purchase of (product, quantity) that was paid for and collected."""
    purchase = await bought(client, database, *items)
    assert (await pay(client, database, purchase)).status_code == 201
    answer = await collect(client, database, purchase)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def at_once(*requests: Awaitable[httpx.Response]) -> list[httpx.Response]:
    """Return the answers to requests that are under way together; none may be an error of ours."""
    answers = await asyncio.gather(*requests)
    assert all(answer.status_code < 500 for answer in answers), [a.text for a in answers]
    return answers


def back(purchase: dict[str, Any], product: Any, quantity: str = "1") -> dict[str, Any]:
    """Return so much of a product of the purchase as a refund names it, by its first line."""
    line = next(line for line in purchase["lines"] if line["product"] == product.code)
    return {"line": line["id"], "quantity": quantity}


async def read(
    client: httpx.AsyncClient, database: Any, purchase: dict[str, Any]
) -> dict[str, Any]:
    """Return the purchase as it is now."""
    answer = await client.get(f"/api/v1/purchases/{purchase['id']}", headers=as_clerk(database))
    assert answer.status_code == 200, answer.text
    return answer.json()
