"""The shop itself over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import revalidated
from app.core.web.openapi import describe
from app.core.web.security import public
from app.core.wiring import wired
from app.shop.profile import Profile
from app.shop.schemas import ShopProfile

blueprint = APIBlueprint("shop", __name__, url_prefix="/api/v1/shop", tag="Shop")

_VERSION = 1  # there is one of it: an entity tag says what was sent


@blueprint.get("")
@public
@describe(kept=True)
@blueprint.output(ShopProfile)
async def read_shop() -> Response:
    """Read the shop's name, money, times and what it asks of who orders."""
    return revalidated(wired(Profile).json, _VERSION)
