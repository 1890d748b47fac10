"""Who may ask what: each route and method against each kind of asker.

A new route gets one line in WHO; without it, test_every_route_is_listed fails. `{}` stands for any
parameter of a path.
"""

import itertools
import re
from typing import Any, get_args

import httpx
import pytest
from werkzeug.routing import Rule

from app.core.web.security import Permission
from tests.builders import as_admin, as_clerk, as_customer, as_guest

KINDS = ("anonymous", "customer", "clerk", "admin", "cart")

PUBLIC = frozenset(KINDS)
LOGGED_IN = frozenset({"customer", "clerk", "admin"})
STAFF = frozenset({"clerk", "admin"})
ADMIN = frozenset({"admin"})
CUSTOMER = frozenset({"customer"})
SHOPPER = frozenset({"customer", "cart"})
BUYER_OR_STAFF = frozenset({"customer", "cart", "clerk", "admin"})

API = "/api/v1"

WHO = {
    # operations
    "GET /livez": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/page.js": PUBLIC,
    "GET /docs/assets/{}": PUBLIC,
    # login
    f"POST {API}/login": PUBLIC,
    f"GET {API}/login": LOGGED_IN,
    f"DELETE {API}/login": LOGGED_IN,
    f"GET {API}/login/sessions": LOGGED_IN,
    f"DELETE {API}/login/sessions/{{}}": LOGGED_IN,
    f"PUT {API}/login/password": LOGGED_IN,
    # users
    f"GET {API}/staff": ADMIN,
    f"POST {API}/staff": ADMIN,
    f"GET {API}/staff/{{}}": ADMIN,
    f"PATCH {API}/staff/{{}}": ADMIN,
    f"DELETE {API}/staff/{{}}": ADMIN,
    f"POST {API}/customers": PUBLIC,
    f"GET {API}/customers": STAFF,
    f"GET {API}/customers/{{}}": LOGGED_IN,
    f"PATCH {API}/customers/{{}}": LOGGED_IN,
    f"DELETE {API}/customers/{{}}": LOGGED_IN,
    f"PUT {API}/customers/{{}}/password": STAFF,
    # product
    f"GET {API}/brands": PUBLIC,
    f"POST {API}/brands": STAFF,
    f"GET {API}/brands/{{}}": PUBLIC,
    f"PATCH {API}/brands/{{}}": STAFF,
    f"DELETE {API}/brands/{{}}": STAFF,
    f"GET {API}/categories": PUBLIC,
    f"POST {API}/categories": STAFF,
    f"GET {API}/categories/{{}}": PUBLIC,
    f"PATCH {API}/categories/{{}}": STAFF,
    f"DELETE {API}/categories/{{}}": STAFF,
    f"GET {API}/coupons": STAFF,
    f"POST {API}/coupons": STAFF,
    f"GET {API}/coupons/{{}}": STAFF,
    f"PATCH {API}/coupons/{{}}": STAFF,
    f"DELETE {API}/coupons/{{}}": STAFF,
    f"GET {API}/coupons/{{}}/codes": STAFF,
    f"POST {API}/coupons/{{}}/codes": STAFF,
    f"GET {API}/products/{{}}/prices": STAFF,
    f"PUT {API}/products/{{}}/prices": STAFF,
    f"GET {API}/deposits": STAFF,
    f"POST {API}/deposits": STAFF,
    f"GET {API}/deposits/{{}}": STAFF,
    f"PATCH {API}/deposits/{{}}": STAFF,
    f"DELETE {API}/deposits/{{}}": STAFF,
    f"GET {API}/discounts": STAFF,
    f"POST {API}/discounts": STAFF,
    f"GET {API}/discounts/{{}}": STAFF,
    f"PATCH {API}/discounts/{{}}": STAFF,
    f"DELETE {API}/discounts/{{}}": STAFF,
    f"GET {API}/discounts/{{}}/preview": STAFF,
    f"GET {API}/shop": PUBLIC,
    f"GET {API}/products": PUBLIC,
    f"POST {API}/products": STAFF,
    f"GET {API}/products/{{}}": PUBLIC,
    f"PATCH {API}/products/{{}}": STAFF,
    f"DELETE {API}/products/{{}}": STAFF,
    f"GET {API}/barcodes/{{}}": PUBLIC,
    f"GET {API}/suggestions": PUBLIC,
    f"GET {API}/synonyms": STAFF,
    f"PUT {API}/synonyms": STAFF,
    # reports
    f"GET {API}/reports/sales": ADMIN,
    f"GET {API}/reports/vat": ADMIN,
    f"GET {API}/reports/payments": ADMIN,
    f"GET {API}/reports/waste": ADMIN,
    f"GET {API}/reports/valuation": ADMIN,
    f"GET {API}/reports/expiring": ADMIN,
    f"GET {API}/reports/stock-outs": ADMIN,
    f"GET {API}/reports/promotions": ADMIN,
    f"GET {API}/reports/{{}}/csv": ADMIN,
    f"GET {API}/reports/{{}}/xlsx": ADMIN,
    # slots
    f"GET {API}/slots": PUBLIC,
    f"GET {API}/slots/plan": STAFF,
    f"PUT {API}/slots/plan": STAFF,
    f"PUT {API}/products/{{}}/image": STAFF,
    f"DELETE {API}/products/{{}}/image": STAFF,
    f"PUT {API}/categories/{{}}/image": STAFF,
    f"DELETE {API}/categories/{{}}/image": STAFF,
    f"GET {API}/images/{{}}/{{}}": PUBLIC,
    f"GET {API}/markdowns": STAFF,
    f"POST {API}/markdowns": STAFF,
    f"GET {API}/markdowns/{{}}": STAFF,
    f"PATCH {API}/markdowns/{{}}": STAFF,
    f"DELETE {API}/markdowns/{{}}": STAFF,
    f"GET {API}/reduced": PUBLIC,
    # inventory
    f"GET {API}/suppliers": STAFF,
    f"POST {API}/suppliers": STAFF,
    f"GET {API}/suppliers/{{}}": STAFF,
    f"PATCH {API}/suppliers/{{}}": STAFF,
    f"DELETE {API}/suppliers/{{}}": STAFF,
    f"GET {API}/suppliers/{{}}/articles": STAFF,
    f"GET {API}/suppliers/{{}}/articles/{{}}": STAFF,
    f"PUT {API}/suppliers/{{}}/articles/{{}}": STAFF,
    f"DELETE {API}/suppliers/{{}}/articles/{{}}": STAFF,
    f"GET {API}/products/{{}}/suppliers": STAFF,
    f"GET {API}/invoice-requests": STAFF,
    f"POST {API}/invoice-requests": STAFF,
    f"GET {API}/invoice-requests/{{}}": STAFF,
    f"PATCH {API}/invoice-requests/{{}}": STAFF,
    f"DELETE {API}/invoice-requests/{{}}": STAFF,
    f"POST {API}/invoice-requests/{{}}/receive": STAFF,
    f"POST {API}/invoice-requests/{{}}/send": STAFF,
    f"POST {API}/invoice-requests/proposals": STAFF,
    f"GET {API}/invoice-requests/{{}}/pdf": STAFF,
    f"GET {API}/invoice-requests/{{}}/csv": STAFF,
    f"GET {API}/stock/lots": STAFF,
    f"GET {API}/stock/lots/{{}}": STAFF,
    f"GET {API}/stock/levels": STAFF,
    f"GET {API}/stock/shortages": STAFF,
    f"GET {API}/stock/uncounted": STAFF,
    f"DELETE {API}/stock/uncounted/{{}}": STAFF,
    f"GET {API}/stock/movements": STAFF,
    f"GET {API}/stock/movements/{{}}": STAFF,
    f"POST {API}/stock/adjustments": STAFF,
    f"POST {API}/stock/waste": STAFF,
    f"PATCH {API}/stock/lots/{{}}": STAFF,
    f"GET {API}/stock/lots/{{}}/corrections": STAFF,
    f"GET {API}/stock/recalls": STAFF,
    f"GET {API}/stock/expiring": STAFF,
    f"GET {API}/products/{{}}/ledger": STAFF,
    f"GET {API}/stock/counts": STAFF,
    f"POST {API}/stock/counts": STAFF,
    f"GET {API}/stock/counts/{{}}": STAFF,
    f"GET {API}/stock/counts/{{}}/products": STAFF,
    f"GET {API}/stock/counts/{{}}/sheet": STAFF,
    f"POST {API}/stock/counts/{{}}/scans": STAFF,
    f"POST {API}/stock/counts/{{}}/recounts": STAFF,
    f"POST {API}/stock/counts/{{}}/approve": ADMIN,
    f"POST {API}/stock/counts/{{}}/cancel": STAFF,
    # orders
    f"GET {API}/carts": CUSTOMER,
    f"POST {API}/carts": PUBLIC,
    f"GET {API}/carts/{{}}": SHOPPER,
    f"PUT {API}/carts/{{}}/items/{{}}": SHOPPER,
    f"POST {API}/carts/{{}}/items": BUYER_OR_STAFF,
    f"DELETE {API}/carts/{{}}/items/{{}}": SHOPPER,
    f"PATCH {API}/carts/{{}}/lines/{{}}": SHOPPER,
    f"POST {API}/carts/{{}}/claim": CUSTOMER,
    f"DELETE {API}/carts/{{}}/lines/{{}}": BUYER_OR_STAFF,
    f"PUT {API}/carts/{{}}/coupon": SHOPPER,
    f"DELETE {API}/carts/{{}}/coupon": SHOPPER,
    f"POST {API}/carts/{{}}/checkout": SHOPPER,
    f"GET {API}/purchases": LOGGED_IN,
    f"GET {API}/purchases/{{}}": BUYER_OR_STAFF,
    f"POST {API}/purchases/{{}}/payments": STAFF,
    f"POST {API}/purchases/{{}}/refunds": STAFF,
    f"POST {API}/purchases/{{}}/collect": STAFF,
    f"POST {API}/purchases/{{}}/cancel": BUYER_OR_STAFF,
    f"POST {API}/purchases/cancel-unpaid": STAFF,
    f"POST {API}/sales": STAFF,
    f"POST {API}/purchases/{{}}/pick": STAFF,
    f"GET {API}/picking": STAFF,
    f"GET {API}/picking/{{}}": STAFF,
    f"POST {API}/picking/{{}}/claim": STAFF,
    f"POST {API}/picking/{{}}/release": STAFF,
    f"GET {API}/payments": STAFF,
    f"GET {API}/till-sessions": STAFF,
    f"POST {API}/till-sessions": STAFF,
    f"GET {API}/till-sessions/{{}}": STAFF,
    f"POST {API}/till-sessions/{{}}/movements": STAFF,
    f"POST {API}/till-sessions/{{}}/close": STAFF,
    f"GET {API}/purchases/{{}}/documents": BUYER_OR_STAFF,
    f"POST {API}/purchases/{{}}/invoice": BUYER_OR_STAFF,
    f"GET {API}/documents/{{}}": BUYER_OR_STAFF,
    f"GET {API}/documents/{{}}/pdf": BUYER_OR_STAFF,
}

# What fits a parameter of a path, by its converter, and is nothing that exists.
NOTHING = {"int": 2**62, "uuid": "00000000-0000-4000-8000-000000000000"}


def listed(rule: Rule, method: str) -> str:
    """The key in WHO of that method of a route."""
    return f"{method} {re.sub(r'<[^>]+>', '{}', rule.rule)}"


@pytest.fixture(scope="session")
def routes(application: Any) -> dict[str, str]:
    """A path to ask for each route and method of the app, by its key in WHO; of pages tests/pages tells."""
    found = {}
    rules = application.url_map.iter_rules()
    for rule in (rule for rule in rules if not rule.endpoint.startswith("page_")):
        # Of `any` of some, the first.
        path = re.sub(
            r"<(?:(\w+)(?:\((\w+)[^:>]*)?:)?\w+>",
            lambda m: str(m[2] or NOTHING.get(m[1], "no-such-thing")),
            rule.rule,
        )
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            found[listed(rule, method)] = path
    return found


@pytest.fixture
def headers(database) -> dict[str, dict[str, str]]:
    """Headers of each kind of asker, of people whom no other test knows."""
    return {
        "anonymous": {},
        "customer": as_customer(database),
        "clerk": as_clerk(database),
        "admin": as_admin(database),
        "cart": as_guest(database),
    }


async def ask(client: httpx.AsyncClient, method: str, path: str, headers: Any) -> httpx.Response:
    body: dict[str, str] | None = {} if method in {"POST", "PUT", "PATCH"} else None
    return await client.request(method, path, json=body, headers=headers)


def test_every_permission_is_needed_somewhere(application) -> None:
    needed = {name for view in application.view_functions.values() for name in view.permissions}
    assert needed == set(get_args(Permission))


def test_every_route_is_listed(routes) -> None:
    assert routes.keys() == WHO.keys()


@pytest.mark.parametrize(("route", "kind"), list(itertools.product(WHO, KINDS)))
async def test_role(client, routes, headers, route, kind) -> None:
    method = route.partition(" ")[0]
    answer = await ask(client, method, routes[route], headers[kind])
    # 404, 422 and the like come after the question of who is asking.
    if kind in WHO[route]:
        assert answer.status_code not in {401, 403, 405, 500}, answer.text
    else:
        assert answer.status_code == (401 if kind == "anonymous" else 403), answer.text


@pytest.mark.parametrize("token", ["ogs_s_wrong", "ogs_c_wrong", "wrong"])
@pytest.mark.parametrize("route", [route for route, who in WHO.items() if who != PUBLIC])
async def test_a_token_that_opens_nothing(client, routes, route, token) -> None:
    method = route.partition(" ")[0]
    answer = await ask(client, method, routes[route], {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"
    assert "invalid_token" in answer.headers["WWW-Authenticate"]
