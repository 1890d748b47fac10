"""The application: `gunicorn benchmarks.peers.fastapi_asyncpg.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response

from app.core.web.paging import looked_through
from app.product.products.listing import Wanted, listing
from benchmarks.peers.fastapi_asyncpg.database import UNAVAILABLE, open_pool
from benchmarks.peers.fastapi_asyncpg.login import Logins
from benchmarks.peers.fastapi_asyncpg.orders import authenticate, check_out, put_item
from benchmarks.peers.fastapi_asyncpg.sql import products
from benchmarks.peers.fastapi_shop.conditional import JSON, revalidated
from benchmarks.peers.fastapi_shop.inputs import (
    CheckoutRequest,
    Credentials,
    ItemQuantity,
    ProductQuery,
    Token,
)
from benchmarks.peers.fastapi_shop.keys import Cursors
from benchmarks.peers.fastapi_shop.problems import Problem, add_problems
from benchmarks.peers.observed import Observed, configure_logging, settings_from_environment

settings = settings_from_environment()
cursors = Cursors(settings.secret)
logins = Logins(settings)


@asynccontextmanager
async def _lifespan(running: FastAPI) -> AsyncIterator[None]:
    async with open_pool(settings) as pool:
        running.state.pool = pool
        yield


configure_logging()
shop = FastAPI(lifespan=_lifespan, openapi_url=None)
add_problems(shop, UNAVAILABLE)
app = Observed(shop)


def _connection() -> Any:
    """Lend a connection: to be entered by `async with`."""
    return shop.state.pool.acquire(timeout=settings.acquire_timeout)


@shop.get("/livez")
async def read_liveness() -> Response:
    """Say that the process answers."""
    return Response(b'{"status":"ok"}', media_type=JSON)


@shop.get("/api/v1/products/{code}")
async def read_product(code: str, request: Request) -> Response:
    """Read a product by its code."""
    async with _connection() as connection:
        found = await connection.fetchrow(products.READ_PRODUCT, code)
    if found is None:
        raise Problem(404, "There is no such product.")
    return revalidated(request, found[0].encode(), found[1])


@shop.get("/api/v1/products")
async def list_products(query: Annotated[ProductQuery, Query()]) -> Response:
    """List products: all, of a category, or those that words are about."""
    q = query.q if query.q and query.q.strip() else None
    scope = f"products:{query.category}:{query.q}"
    after = cursors.open(scope, query.cursor) if query.cursor else None
    same = q is not None or settings.same_sql
    if same:
        wanted = Wanted(category=query.category, q=q, sort="relevance" if q else "name")
        text, arguments = products.bound(*listing(wanted, query.limit + 1, after))
    else:
        text, arguments = products.products_of(query.category, query.limit + 1, after)
    async with _connection() as connection:
        rows: list[Any] = await connection.fetch(text, *arguments)
    if same:
        rows = looked_through(rows)
    shown = rows[: query.limit]
    following = "null"
    if len(rows) > query.limit:
        following = f'"{cursors.seal(scope, tuple(shown[-1])[1:])}"'
    items = ",".join([row[0] for row in shown])
    return Response(f'{{"items":[{items}],"next":{following},"partial":false}}', media_type=JSON)


@shop.put("/api/v1/carts/{cart}/items/{product}")
async def put_into_cart(cart: UUID, product: str, token: Token, item: ItemQuantity) -> Response:
    """Put a product into a cart, or change how much of it is in there."""
    async with _connection() as connection:
        owner = await authenticate(connection, token)
        made = await put_item(connection, settings, owner, cart, product, item.quantity)
    return Response(made, media_type=JSON)


@shop.post("/api/v1/carts/{cart}/checkout")
async def check_cart_out(cart: UUID, token: Token, order: CheckoutRequest) -> Response:
    """Check a cart out: freeze its prices and promise its stock, all or nothing."""
    async with _connection() as connection:
        owner = await authenticate(connection, token)
        purchase, made = await check_out(connection, settings, owner, cart, order)
    location = {"Location": f"/api/v1/purchases/{purchase}"}
    return Response(made, 201, location, media_type=JSON)


@shop.post("/api/v1/login")
async def sign_in(given: Credentials, request: Request) -> Response:
    """Log in."""
    address = request.client.host if request.client else "unknown"
    agent = request.headers.get("user-agent", "")
    made = await logins.sign_in(shop.state.pool, given, address, agent)
    return Response(made, 201, {"Location": "/api/v1/login"}, media_type=JSON)
