"""Steps at the counter, for its tests."""

from typing import Any

import httpx

from tests.builders import as_clerk, unique

SALES = "/api/v1/sales"
UNCOUNTED = "/api/v1/stock/uncounted"
SESSIONS = "/api/v1/till-sessions"


def line(product: Any, quantity: str = "1", **more: Any) -> dict[str, Any]:
    """Return so much of a product as a sale names it."""
    return {"product": product.code, "quantity": quantity, **more}


async def ask(client: httpx.AsyncClient, database: Any, *lines: Any, **body: Any) -> httpx.Response:
    """Sell lines."""
    return await client.post(SALES, json={"lines": list(lines), **body}, headers=as_clerk(database))


async def sell(client: httpx.AsyncClient, database: Any, *lines: Any, **body: Any) -> Any:
    """Return the receipt of a sale."""
    answer = await ask(client, database, *lines, **body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def opened(client: httpx.AsyncClient, database: Any, **body: Any) -> Any:
    """Return a new session at a till of its own, with 100.00 in the drawer."""
    body = {"till": unique("till"), "float": "100.00", **body}
    answer = await client.post(SESSIONS, json=body, headers=as_clerk(database))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def report(client: httpx.AsyncClient, database: Any, session: Any) -> Any:
    """Return the report of a session as it is now."""
    url = f"{SESSIONS}/{session['id']}"
    return (await client.get(url, headers=as_clerk(database))).json()
