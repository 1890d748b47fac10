"""Quart: Flask's interface on ASGI."""

from typing import Any
from uuid import UUID

from quart import Quart, Response, jsonify, request

from benchmarks.peers.observed import Observed, configure_logging, observation
from benchmarks.peers.peewee_shop import carts, catalogue, checkout, login, schemas
from benchmarks.peers.peewee_shop.database import database
from benchmarks.peers.peewee_shop.problems import (
    PROBLEM_TYPE,
    parse_body,
    parse_query,
    problem_of,
)
from benchmarks.peers.peewee_shop.security import authenticate

app = Quart(__name__, static_folder=None)
app.json.sort_keys = False


@app.before_serving
async def open_pool() -> None:
    """Open the pool before the first request."""
    await database.aio_connect()


@app.after_serving
async def close_pool() -> None:
    """Close it after the last one."""
    await database.aio_close()


@app.before_request
def note_route() -> None:
    """Tell the access log and the metrics which route it is."""
    observation().route = request.url_rule.rule if request.url_rule else None


@app.errorhandler(Exception)
async def answer_problem(error: Exception) -> Response:
    """Answer whatever a request ended with."""
    problem = problem_of(error)
    response = jsonify(problem.body())
    response.status_code, response.mimetype = problem.status, PROBLEM_TYPE
    response.headers.update(problem.headers)
    return response


@app.get("/livez")
async def read_liveness() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@app.get("/api/v1/products")
async def list_products() -> dict[str, Any]:
    """List products by name, or what fits some words best."""
    query = parse_query(schemas.ProductQuery, request.args.to_dict(flat=False))
    return await catalogue.list_products(query)


@app.get("/api/v1/products/<code>")
async def read_product(code: str) -> Any:
    """Read a product by its code."""
    product = await catalogue.read_product(code)
    response = jsonify(product)
    response.set_etag(catalogue.product_tag(product, await response.get_data(as_text=False)))
    response.cache_control.no_cache = True
    return await response.make_conditional(request)


@app.put("/api/v1/carts/<uuid:cart>/items/<product>")
async def put_item(cart: UUID, product: str) -> Any:
    """Put a product into a cart, or change how much of it is in there."""
    who = await authenticate(request.headers.get("Authorization"))
    item = parse_body(schemas.ItemQuantity, request.content_type, await request.get_data())
    return await carts.put_item(who, cart, product, item.quantity)


@app.post("/api/v1/carts/<uuid:cart>/checkout")
async def check_out(cart: UUID) -> tuple[Any, int, dict[str, str]]:
    """Check a cart out."""
    who = await authenticate(request.headers.get("Authorization"))
    order = parse_body(schemas.CheckoutRequest, request.content_type, await request.get_data())
    purchase, location = await checkout.check_out(who, cart, order)
    return purchase, 201, {"Location": location}


@app.post("/api/v1/login")
async def sign_in() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Log in."""
    credentials = parse_body(schemas.Credentials, request.content_type, await request.get_data())
    address = request.remote_addr or "unknown"
    session = await login.sign_in(credentials, address, request.user_agent.string)
    return session, 201, {"Location": request.path}


configure_logging()
app.asgi_app = Observed(app.asgi_app)
