"""A request for each operation of carts, purchases and tills that succeeds."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from tests import builders
from tests.builders import unique
from tests.contract.world import API, CONTACT, Good, World


def _with_cart(w: World, body: Any = None, status: int = 200, name: str | None = None) -> Good:
    cart = w.cart()
    named = {name: getattr(cart, name)} if name else {}
    return Good(cart.headers, {"cart": str(cart.id), **named}, body, status)


def _with_claim(w: World) -> Good:
    cart, who = w.cart(), builders.as_customer(w.on)
    return Good(who, {"cart": str(cart.id)}, {"token": cart.token})


def _with_purchase(w: World, body: Any = None, status: int = 200, **done: bool) -> Good:
    return Good(w.clerk, {"purchase": w.purchase(**done)["id"]}, body, status)


def _with_picked(w: World) -> Good:
    made = w.purchase(claimed=True)
    substitute = {"product": w.product().code, "quantity": "1", "lots": []}
    line = {"line": made["lines"][0]["id"], "quantity": "1", "lots": [], "agreed": True}
    body = {"lines": [{**line, "substitutes": [substitute]}]}
    return Good(w.clerk, {"purchase": made["id"]}, body)


def _with_till(w: World, body: Any = None, status: int = 200) -> Good:
    return Good(w.clerk, {"session": w.till().id}, body, status)


def _with_sale(w: World) -> Good:
    bottle = builders.deposit(w.on)
    body = {
        "till": w.till().till,
        "lines": [{"product": w.product().code, "quantity": "2"}],
        "deposits_returned": [{"deposit": bottle.code, "quantity": "3"}],
        "coupon": builders.coupon(w.on).code,
        "age_checked": True,
        "payments": [
            {"method": "cash", "amount": "3.25", "tendered": "5.00", "reference": "slip 1"}
        ],
    }
    return Good(w.clerk, {}, body, 201)


def _with_unpaid(w: World) -> Good:
    w.purchase()
    phone = CONTACT["contact_phone"]
    return Good(w.clerk, {}, {"contact_phone": phone, "reason": "nobody there"})


SELLING: Mapping[str, Callable[[World], Good]] = MappingProxyType(
    {
        f"GET {API}/carts": lambda w: Good(w.somebody.headers),
        f"POST {API}/carts": lambda w: Good(builders.as_customer(w.on), status=201),
        f"POST {API}/carts/{{cart}}/claim": _with_claim,
        f"GET {API}/carts/{{cart}}": _with_cart,
        f"PUT {API}/carts/{{cart}}/items/{{product}}": lambda w: _with_cart(
            w, {"quantity": "1"}, name="product"
        ),
        f"POST {API}/carts/{{cart}}/items": lambda w: _with_cart(
            w, {"barcode": builders.on_sale(w.on, gtin=builders.gtin(w.on)).gtin, "quantity": "2"}
        ),
        f"PATCH {API}/carts/{{cart}}/lines/{{line}}": lambda w: _with_cart(
            w, {"substitute": True}, name="line"
        ),
        f"DELETE {API}/carts/{{cart}}/lines/{{line}}": lambda w: _with_cart(w, None, 204, "line"),
        f"DELETE {API}/carts/{{cart}}/items/{{product}}": lambda w: _with_cart(
            w, None, 204, "product"
        ),
        f"PUT {API}/carts/{{cart}}/coupon": lambda w: _with_cart(
            w, {"code": builders.coupon(w.on).code.upper()}
        ),
        f"DELETE {API}/carts/{{cart}}/coupon": lambda w: _with_cart(w, None, 204),
        f"POST {API}/carts/{{cart}}/checkout": lambda w: _with_cart(w, CONTACT, 201),
        f"GET {API}/purchases": lambda w: Good(w.clerk),
        f"GET {API}/purchases/{{purchase}}": _with_purchase,
        f"POST {API}/purchases/{{purchase}}/payments": lambda w: _with_purchase(
            w, {"amount": "1.00", "method": "card", "reference": "slip 1"}, 201
        ),
        f"POST {API}/purchases/{{purchase}}/refunds": lambda w: _with_purchase(
            w,
            {"amount": "1.00", "method": "cash", "reference": "", "reason": "sour"},
            201,
            paid=True,
        ),
        f"POST {API}/purchases/{{purchase}}/collect": lambda w: _with_purchase(w, paid=True),
        f"POST {API}/purchases/{{purchase}}/cancel": lambda w: _with_purchase(
            w, {"reason": "not wanted", "method": "cash"}, paid=True
        ),
        f"POST {API}/purchases/cancel-unpaid": _with_unpaid,
        f"POST {API}/sales": _with_sale,
        f"POST {API}/purchases/{{purchase}}/pick": _with_picked,
        f"GET {API}/picking": lambda w: Good(w.clerk),
        f"GET {API}/picking/{{purchase}}": _with_purchase,
        f"POST {API}/picking/{{purchase}}/claim": lambda w: _with_purchase(w, {"take_over": True}),
        f"POST {API}/picking/{{purchase}}/release": lambda w: _with_purchase(w, claimed=True),
        f"GET {API}/payments": lambda w: Good(w.clerk),
        f"GET {API}/till-sessions": lambda w: Good(w.clerk),
        f"POST {API}/till-sessions": lambda w: Good(
            w.clerk, {}, {"till": unique("till"), "float": "100.00"}, 201
        ),
        f"GET {API}/till-sessions/{{session}}": _with_till,
        f"POST {API}/till-sessions/{{session}}/movements": lambda w: _with_till(
            w, {"kind": "pay_in", "amount": "20.00", "reason": "change"}, 201
        ),
        f"POST {API}/till-sessions/{{session}}/close": lambda w: _with_till(
            w, {"counted": "99.50", "note": "a coin is missing"}
        ),
    }
)
