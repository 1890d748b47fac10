"""Steps of picking through the API."""

from typing import Any

import httpx

from tests.builders import Person, filled_cart
from tests.orders.sales import check_out

API = "/api/v1"


async def claim(client: httpx.AsyncClient, who: Person, purchase: Any, **body: bool) -> Any:
    """Claim a purchase."""
    url = f"{API}/picking/{purchase['id']}/claim"
    return await client.post(url, json=body, headers=who.headers)


async def pick(client: httpx.AsyncClient, who: Person, purchase: Any, *lines: Any) -> Any:
    """Say what came of a purchase's lines."""
    url = f"{API}/purchases/{purchase['id']}/pick"
    return await client.post(url, json={"lines": list(lines)}, headers=who.headers)


async def picked(client: httpx.AsyncClient, who: Person, purchase: Any, *lines: Any) -> Any:
    """Claim a purchase, say what came of it, and return it."""
    answer = await claim(client, who, purchase)
    assert answer.status_code == 200, answer.text
    answer = await pick(client, who, purchase, *lines)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sheet(client: httpx.AsyncClient, who: Person, purchase: Any) -> Any:
    """Return what is to be fetched for a purchase."""
    answer = await client.get(f"{API}/picking/{purchase['id']}", headers=who.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def came(purchase: Any, product: Any, quantity: str, **more: Any) -> dict[str, Any]:
    """Return so much of a product of the purchase, by its first line, as picking names it."""
    line = next(line for line in purchase["lines"] if line["product"] == product.code)
    return {"line": line["id"], "quantity": quantity, **more}


def instead(product: Any, quantity: str, **more: Any) -> dict[str, Any]:
    """Return so much of a product that came instead."""
    return {"product": product.code, "quantity": quantity, **more}


def line_of(purchase: Any, product: Any) -> Any:
    """Return the first line of a product."""
    return next(line for line in purchase["lines"] if line["product"] == product.code)


async def with_coupon(
    client: httpx.AsyncClient, database: Any, *items: tuple[Any, Any], code: str
) -> Any:
    """Return a purchase of (product, quantity), checked out with a coupon."""
    cart = filled_cart(database, *items)
    url = f"{API}/carts/{cart.id}/coupon"
    answer = await client.put(url, json={"code": code.upper()}, headers=cart.headers)
    assert answer.status_code == 200, answer.text
    made = await check_out(client, cart)
    assert made.status_code == 201, made.text
    assert made.json()["ceiling"] == answer.json()["ceiling"]
    return made.json()
