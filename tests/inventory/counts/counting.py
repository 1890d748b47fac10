"""Steps of a count through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.builders import as_admin, as_clerk

COUNTS = "/api/v1/stock/counts"
CLOCK = datetime(2019, 5, 1, 12, tzinfo=UTC)
"""What the client's clock says when it sends: years behind."""


def scan(product: Any, quantity: str | None = "1", *, ago: int = 0, **more: Any) -> dict[str, Any]:
    """Return a scan of a product, so many seconds before it is sent."""
    said = (CLOCK - timedelta(seconds=ago)).isoformat()
    what = {"product": product.code} if product else {}
    return {"id": str(uuid4()), **what, "quantity": quantity, "counted_at": said, **more}


async def ask(
    client: httpx.AsyncClient, database: Any, path: str, body: Any, *, admin: bool = False
) -> httpx.Response:
    """POST to a count."""
    headers = as_admin(database) if admin else as_clerk(database)
    return await client.post(f"{COUNTS}{path}", json=body, headers=headers)


async def done(
    client: httpx.AsyncClient, database: Any, path: str, body: Any, *, admin: bool = False
) -> Any:
    """Return what a POST to a count answered that went well."""
    answer = await ask(client, database, path, body, admin=admin)
    assert answer.is_success, answer.text
    return answer.json()


async def opened(client: httpx.AsyncClient, database: Any, *products: Any) -> str:
    """Return the code of a new count of products."""
    made = await done(client, database, "", {"products": [each.code for each in products]})
    return str(made["code"])


async def send(
    client: httpx.AsyncClient, database: Any, count: str, *scans: Any
) -> list[tuple[str, str | None]]:
    """Send scans, and return (result, reason) of each."""
    body = {"sent_at": CLOCK.isoformat(), "scans": list(scans)}
    found = await done(client, database, f"/{count}/scans", body)
    return [(each["result"], each["reason"]) for each in found["results"]]


async def approve(
    client: httpx.AsyncClient, database: Any, count: str, **body: str
) -> httpx.Response:
    """Approve a count, as an admin."""
    return await ask(client, database, f"/{count}/approve", body, admin=True)


async def lines(client: httpx.AsyncClient, database: Any, count: str, **query: Any) -> Any:
    """Return what was found of a count's products, by code."""
    url = f"{COUNTS}/{count}/products"
    answer = await client.get(url, params=query, headers=as_clerk(database))
    assert answer.status_code == 200, answer.text
    return {each["product"]["code"]: each for each in answer.json()["items"]}
