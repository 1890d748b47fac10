"""Flask with asynchronous views, behind asgiref's WsgiToAsgi as Flask's documentation advises.

Served by Gunicorn with the worker in worker.py.
"""

from typing import Any
from uuid import UUID

from asgiref.wsgi import WsgiToAsgi
from flask import Flask, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from benchmarks.peers.observed import Observed, configure_logging, observation
from benchmarks.peers.peewee_shop import carts, catalogue, checkout, login, schemas
from benchmarks.peers.peewee_shop.problems import (
    PROBLEM_TYPE,
    parse_body,
    parse_query,
    problem_of,
)
from benchmarks.peers.peewee_shop.security import authenticate

flask_app = Flask(__name__, static_folder=None)
flask_app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider's


@flask_app.before_request
def note_route() -> None:
    """Tell the access log and the metrics which route it is."""
    observation().route = request.url_rule.rule if request.url_rule else None


@flask_app.errorhandler(Exception)
def answer_problem(error: Exception) -> Response:
    """Answer whatever a request ended with."""
    problem = problem_of(error)
    response = jsonify(problem.body())
    response.status_code, response.mimetype = problem.status, PROBLEM_TYPE
    response.headers.update(problem.headers)
    return response


@flask_app.get("/livez")
def read_liveness() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@flask_app.get("/api/v1/products")
async def list_products() -> dict[str, Any]:
    """List products by name, or what fits some words best."""
    query = parse_query(schemas.ProductQuery, request.args.to_dict(flat=False))
    return await catalogue.list_products(query)


@flask_app.get("/api/v1/products/<code>")
async def read_product(code: str) -> BaseResponse:
    """Read a product by its code."""
    product = await catalogue.read_product(code)
    response = jsonify(product)
    response.set_etag(catalogue.product_tag(product, response.get_data()))
    response.cache_control.no_cache = True
    return response.make_conditional(request)


@flask_app.put("/api/v1/carts/<uuid:cart>/items/<product>")
async def put_item(cart: UUID, product: str) -> Any:
    """Put a product into a cart, or change how much of it is in there."""
    who = await authenticate(request.headers.get("Authorization"))
    item = parse_body(schemas.ItemQuantity, request.content_type, request.get_data())
    return await carts.put_item(who, cart, product, item.quantity)


@flask_app.post("/api/v1/carts/<uuid:cart>/checkout")
async def check_out(cart: UUID) -> tuple[Any, int, dict[str, str]]:
    """Check a cart out."""
    who = await authenticate(request.headers.get("Authorization"))
    order = parse_body(schemas.CheckoutRequest, request.content_type, request.get_data())
    purchase, location = await checkout.check_out(who, cart, order)
    return purchase, 201, {"Location": location}


@flask_app.post("/api/v1/login")
async def sign_in() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Log in."""
    credentials = parse_body(schemas.Credentials, request.content_type, request.get_data())
    address = request.remote_addr or "unknown"
    session = await login.sign_in(credentials, address, request.user_agent.string)
    return session, 201, {"Location": request.path}


configure_logging()
app = Observed(WsgiToAsgi(flask_app))  # type: ignore[no-untyped-call]  # it has no annotations
