"""What place_sale's words mean to who sells. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from app.core.web import Conflict, FieldError, Invalid, Problem, Unavailable
from app.orders.counter.repository import Placed
from app.orders.counter.ringing import Rung
from app.orders.counter.schemas import Sale
from app.orders.coupons.service import coupon_refused
from app.orders.purchases.service import age_not_checked

_REFUSALS = {
    "withdrawn": "Some of it is not sold any more.",
    "not_reduced": "There are no reduced goods with that day on them.",
    "out_of_stock": "Some of it cannot be sold any more today.",
}


def refusal(
    placed: Placed, sale: Sale, rung: Sequence[Rung], deposits: Mapping[str, Decimal], most: Decimal
) -> Problem:
    """Return what to raise for a sale of lines and deposits as they were rung up, `most` of a product, that was refused."""
    said: Any = orjson.loads(placed.items) if placed.items else None
    match placed.outcome:
        case "no_product":
            problem: Problem = _wrong(f"/lines/{rung[said].place}/product", "is not known")
        case "no_quantity" | "not_whole" | "too_much" as why:
            problem = _wrong(f"/lines/{rung[said].place}/quantity", _quantity(why, most))
        case "no_deposit":
            given = [each.deposit for each in sale.deposits_returned]
            place = given.index(list(deposits)[said])
            problem = _wrong(f"/deposits_returned/{place}/deposit", "is not known")
        case "age_not_confirmed":
            problem = age_not_checked(said)
        case "coupon_refused":
            problem = coupon_refused(said)
        case "wrong_currency":
            problem = Unavailable("Nothing is sold here.", code="wrong_currency", retry_after=60)
        case "price_changed":
            total = f"{placed.total:f}"
            problem = Conflict(f"It costs {total} now.", code="price_changed", total=total)
        case code:
            problem = Conflict(_REFUSALS[code], code=code, items=said)
    return problem


def _quantity(why: str, most: Decimal) -> str:
    if why == "no_quantity":
        return "is needed: it is sold by weight or volume"
    if why == "too_much":
        return f"must be at most {most}"
    return "must be whole: the product is sold by the piece"


def _wrong(pointer: str, message: str) -> Invalid:
    return Invalid("This cannot be sold so.", errors=[FieldError(pointer, message)])
