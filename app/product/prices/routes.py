"""List prices over time, over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.json import json_response
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.product.prices.schemas import PlannedPrices
from app.product.prices.schemas import Prices as PricesOverTime
from app.product.prices.service import Prices

blueprint = APIBlueprint("prices", __name__, url_prefix="/api/v1/products", tag="Products")


@blueprint.get("/<code>/prices")
@allow("catalogue:write")
@blueprint.output(PricesOverTime)
async def read_prices(code: str) -> Response:
    """Read what a product is listed at, was before, and will be."""
    return json_response(await wired(Prices).read(code))


@blueprint.put("/<code>/prices")
@allow("catalogue:write")
@blueprint.input(PlannedPrices, location="json")
@blueprint.output(PricesOverTime)
async def plan_prices(code: str, json_data: PlannedPrices) -> Response:
    """Say what a product will be listed at from days to come on, in place of what was said before.

    A price comes into force with the first request of its day, in lists and carts at once.
    """
    planned = [(price.starts_on, price.list_price) for price in json_data.coming]
    return json_response(await wired(Prices).plan(code, planned, principal().login_id))
