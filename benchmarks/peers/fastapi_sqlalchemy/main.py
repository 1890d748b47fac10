"""The application: `gunicorn benchmarks.peers.fastapi_sqlalchemy.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response

from benchmarks.peers.fastapi_shop.conditional import revalidated
from benchmarks.peers.fastapi_shop.inputs import (
    CheckoutRequest,
    Credentials,
    ItemQuantity,
    ProductQuery,
)
from benchmarks.peers.fastapi_shop.keys import Cursors
from benchmarks.peers.fastapi_shop.problems import Problem, add_problems
from benchmarks.peers.fastapi_sqlalchemy import carts, catalogue, checkout, login
from benchmarks.peers.fastapi_sqlalchemy.database import (
    UNAVAILABLE,
    Session,
    committed,
    engine,
    settings,
)
from benchmarks.peers.fastapi_sqlalchemy.sales import Purchase
from benchmarks.peers.fastapi_sqlalchemy.schemas import (
    CartOut,
    Health,
    ProductDetailsOut,
    ProductPage,
    PurchaseOut,
    SignedIn,
)
from benchmarks.peers.fastapi_sqlalchemy.security import Caller
from benchmarks.peers.observed import Observed, configure_logging

cursors = Cursors(settings.secret)


@asynccontextmanager
async def _lifespan(_running: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


configure_logging()
shop = FastAPI(lifespan=_lifespan, openapi_url=None)
add_problems(shop, UNAVAILABLE)
app = Observed(shop)


@shop.get("/livez")
async def read_liveness() -> Health:
    """Say that the process answers."""
    return Health()


@shop.get("/api/v1/products/{code}", response_model=ProductDetailsOut)
async def read_product(code: str, session: Session, request: Request) -> Response:
    """Read a product by its code."""
    found = await catalogue.find(session, code)
    if found is None:
        raise Problem(404, "There is no such product.")
    # Written here, and not by the framework: its tag is made of what is sent.
    body = ProductDetailsOut.model_validate(found).model_dump_json()
    return revalidated(request, body.encode(), found.version)


@shop.get("/api/v1/products")
async def list_products(query: Annotated[ProductQuery, Query()], session: Session) -> ProductPage:
    """List products: all, of a category, or those that words are about."""
    scope = f"products:{query.category}:{query.q}"
    after = cursors.open(scope, query.cursor) if query.cursor else None
    rows = await catalogue.page(session, query, after)
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        last, key = shown[-1]
        following = cursors.seal(scope, (key, last.id))
    return ProductPage.model_validate({"items": [row[0] for row in shown], "next": following})


@shop.put("/api/v1/carts/{cart}/items/{product}")
async def put_into_cart(
    cart: UUID, product: str, owner: Caller, item: ItemQuantity, session: Session
) -> CartOut:
    """Put a product into a cart, or change how much of it is in there."""
    return await committed(
        session, lambda: carts.put_item(session, owner, cart, product, item.quantity)
    )


@shop.post("/api/v1/carts/{cart}/checkout", status_code=201, response_model=PurchaseOut)
async def check_cart_out(
    cart: UUID,
    owner: Caller,
    order: CheckoutRequest,
    session: Session,
    response: Response,
) -> Purchase:
    """Check a cart out: freeze its prices and promise its stock, all or nothing."""
    made = await committed(session, lambda: checkout.check_out(session, owner, cart, order))
    response.headers["Location"] = f"/api/v1/purchases/{made.id}"
    return made


@shop.post("/api/v1/login", status_code=201)
async def sign_in(
    given: Credentials, request: Request, session: Session, response: Response
) -> SignedIn:
    """Log in."""
    address = request.client.host if request.client else "unknown"
    agent = request.headers.get("user-agent", "")
    made = await login.sign_in(session, given, address, agent)
    response.headers["Location"] = "/api/v1/login"
    return made
