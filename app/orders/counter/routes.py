"""Sales at the counter over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import LINES_BODY
from app.core.web.idempotency import request_identity
from app.core.web.openapi import describe
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.counter.schemas import Receipt, Sale
from app.orders.counter.service import Counter

blueprint = APIBlueprint("counter", __name__, url_prefix="/api/v1", tag="Till")


@blueprint.post("/sales")
@allow("till:use", longest_body=LINES_BODY)
@describe(409, idempotent=True)
@blueprint.input(Sale, location="json")
@blueprint.output(Receipt, status_code=201)
async def sell(json_data: Sale) -> Response:
    """Sell what lies on the counter: placed, paid for and taken along in one call, by somebody who gives no name.

    What is there is sold, even if the books lack it or have promised it to others: `GET /api/v1/stock/uncounted` lists what to count.
    Deposits that are given back are lines below 0; a total below 0 is paid out. Refused with 409 `payments_mismatch` or `price_changed`
    (`total` says what it comes to), `age_not_checked` (`min_age` says which), `coupon_refused` (`reason` says why), `withdrawn`, `not_reduced`,
    `cart_full`, or `till_closed`.
    """
    return (await wired(Counter).sell(principal(), json_data, request_identity())).response()
