"""A request for each operation of the API that succeeds."""

from collections.abc import Callable, Mapping
from typing import Any

from tests import builders
from tests.builders import PASSWORD, unique
from tests.contract.counting import COUNTING
from tests.contract.documents import OF_DOCUMENTS
from tests.contract.selling import SELLING
from tests.contract.world import ANYBODY, API, OVER, Good, World
from tests.support.pictures import picture


def _person_of(path: str, w: World) -> Good:
    somebody = builders.customer(w.on) if path == "customer_id" else builders.clerk(w.on)
    key = somebody.customer_id or somebody.staff_id
    assert key
    return Good(w.admin, {path: key})


def _delivery(w: World) -> Good:
    order = w.order()
    line = {"product": order.product, "quantity": "2", "expires_on": "9999-12-31"}
    return Good(w.clerk, {"code": order.code}, {"lines": [{**line, "unit_cost": "0.6000"}]})


def _of_kind(kind: str, path: str, new: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """Return the five operations on things with a code; a callable makes a value that must be new."""

    def code(w: World) -> dict[str, str | int]:
        return {"code": getattr(builders, kind)(w.on).code}

    def body(w: World) -> dict[str, Any]:
        filled = {name: made(w) if callable(made) else made for name, made in new.items()}
        return {"code": unique(kind), **filled}

    return {
        f"GET {API}/{path}": lambda w: Good(w.clerk),
        f"POST {API}/{path}": lambda w: Good(w.clerk, {}, body(w), 201),
        f"GET {API}/{path}/{{code}}": lambda w: Good(w.clerk, code(w)),
        f"PATCH {API}/{path}/{{code}}": lambda w: Good(w.clerk, code(w), change),
        f"DELETE {API}/{path}/{{code}}": lambda w: Good(w.clerk, code(w), None, 204),
    }


def _shown(kind: str, path: str) -> dict[str, Any]:
    """Return the operations on the image of a thing with a code."""

    def code(w: World) -> dict[str, str | int]:
        return {"code": getattr(builders, kind)(w.on).code}

    return {
        f"PUT {API}/{path}/{{code}}/image": lambda w: Good(w.clerk, code(w), file=picture()),
        f"DELETE {API}/{path}/{{code}}/image": lambda w: Good(w.clerk, code(w), None, 204),
    }


def _new_person(**more: str) -> Callable[[], dict[str, str]]:
    def made() -> dict[str, str]:
        email = f"{unique('new')}@shop.example"
        return {"email": email, "name": "Ada", "password": "eight blue plums in jam", **more}

    return made


_new_staff = _new_person(role="clerk")
_new_customer = _new_person(phone="+48 22 555 01 10", address="Main Street 1")
_PRODUCT = {
    "gtin": lambda w: builders.gtin(w.on),
    "plu": lambda w: builders.plu(w.on),
    "other_barcodes": lambda w: [{"gtin": builders.gtin(w.on), "pieces": 6}],
    "name": "Milk",
    "description": "Fresh.",
    "brand": lambda w: builders.brand(w.on).code,
    "category": lambda w: w.category,
    "discount": lambda w: builders.discount(w.on).code,
    "deposit": lambda w: builders.deposit(w.on).code,
    "unit": "piece",
    "list_price": "2.50",
    "vat_rate": "0.0700",
    "reorder_level": "3",
}
_SUPPLIER = {
    "name": "Farm",
    "email": "farm@shop.example",
    "phone": "22 777 02",
    "address": "Hill",
    "lead_days": 2,
    "delivery_days": ["tuesday", "friday"],
    "least_order": "50.00",
}
_ARTICLE = {
    "article_number": "4711-6",
    "pack": "6",
    "unit_cost": "0.8345",
    "least_quantity": "12",
    "preferred": True,
}
_COUPON = {
    "name": "Spring",
    "amount": "2.00",
    "minimum": "10.00",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "uses": 100,
    "uses_each": 1,
    "single_use": False,
    "excluded_products": lambda w: [w.product().code],
    "excluded_categories": lambda w: [w.category],
    "excluded_brands": lambda w: [builders.brand(w.on).code],
}
_DEPOSIT = {"name": "Bottle", "amount": "0.25", "vat_rate": "0.19"}
_MARKDOWN = {
    "name": "Two days",
    "category": lambda w: builders.category(w.on).code,
    "days_left": 2,
    "rate": "0.3",
}
_DISCOUNT = {"name": "Sale", "rate": "0.1", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}

REPORTS = (
    *("sales", "vat", "payments", "waste"),
    *("valuation", "expiring", "stock-outs", "promotions"),
)

GOOD: dict[str, Callable[[World], Good]] = {
    "GET /livez": lambda w: Good(),
    "GET /readyz": lambda w: Good(),
    "GET /metrics": lambda w: Good(),
    f"POST {API}/login": lambda w: Good(
        body={"email": builders.customer(w.on).email, "password": PASSWORD}, status=201
    ),
    f"GET {API}/login": lambda w: Good(w.somebody.headers),
    f"DELETE {API}/login": lambda w: Good(builders.as_clerk(w.on), status=204),
    f"GET {API}/login/sessions": lambda w: Good(w.somebody.headers),
    f"DELETE {API}/login/sessions/{{session_id}}": lambda w: Good(
        w.somebody.headers,
        {"session_id": builders.session(w.on, w.somebody.login_id).id},
        status=204,
    ),
    f"PUT {API}/login/password": lambda w: Good(
        builders.as_customer(w.on),
        body={"current_password": PASSWORD, "new_password": "ten red cherries in a bowl"},
        status=204,
    ),
    f"GET {API}/staff": lambda w: Good(w.admin),
    f"POST {API}/staff": lambda w: Good(w.admin, {}, _new_staff(), 201),
    f"GET {API}/staff/{{staff_id}}": lambda w: _person_of("staff_id", w),
    f"PATCH {API}/staff/{{staff_id}}": lambda w: Good(
        w.admin,
        _person_of("staff_id", w).path,
        {"name": "Eve", "role": "admin", "active": True, "password": "nine grey stones by a lake"},
    ),
    f"DELETE {API}/staff/{{staff_id}}": lambda w: Good(
        w.admin, _person_of("staff_id", w).path, status=204
    ),
    f"GET {API}/customers": lambda w: Good(w.clerk),
    f"POST {API}/customers": lambda w: Good(ANYBODY, {}, _new_customer(), 201),
    f"GET {API}/customers/{{customer_id}}": lambda w: _person_of("customer_id", w),
    f"PATCH {API}/customers/{{customer_id}}": lambda w: Good(
        w.clerk,
        _person_of("customer_id", w).path,
        {"name": "Eve", "phone": "22 555 01", "address": "Lane 1\nTown", "active": True},
    ),
    f"DELETE {API}/customers/{{customer_id}}": lambda w: Good(
        w.clerk, _person_of("customer_id", w).path, status=204
    ),
    f"PUT {API}/customers/{{customer_id}}/password": lambda w: Good(
        w.clerk, _person_of("customer_id", w).path, {"password": "two fat geese at dawn"}, 204
    ),
    **_of_kind("brand", "brands", {"name": "Łaciate"}, {"name": "Mlekovita"}),
    **_of_kind(
        "category",
        "categories",
        {"name": "Dairy", "parent": lambda w: builders.category(w.on).code},
        {"name": "Cheese", "parent": None},
    ),
    **_of_kind("coupon", "coupons", _COUPON, {"name": "Autumn", "minimum": "5.00"}),
    f"GET {API}/coupons/{{code}}/codes": lambda w: Good(w.clerk, {"code": w.codes().code}),
    f"POST {API}/coupons/{{code}}/codes": lambda w: Good(
        w.clerk, {"code": builders.coupon(w.on, single_use=True).code}, {"count": 2}, 201
    ),
    **_of_kind("deposit", "deposits", _DEPOSIT, {"name": "Crate", "amount": "1.50"}),
    **_of_kind("discount", "discounts", _DISCOUNT, {"name": "Sale", "rate": "0.2500"}),
    f"GET {API}/discounts/{{code}}/preview": lambda w: Good(
        w.clerk, {"code": builders.discount(w.on, products=[w.product().code]).code}
    ),
    f"GET {API}/products/{{code}}/prices": lambda w: Good(w.clerk, {"code": w.product().code}),
    f"PUT {API}/products/{{code}}/prices": lambda w: Good(
        w.clerk,
        {"code": w.product().code},
        {"coming": [{"starts_on": "2999-01-01", "list_price": "2.00"}]},
    ),
    **_of_kind("markdown", "markdowns", _MARKDOWN, {"name": "Soon", "rate": "0.2500"}),
    f"GET {API}/reduced": lambda w: Good(ANYBODY),
    **_of_kind("product", "products", _PRODUCT, {"name": "Milk", "description": "Good."}),
    **_shown("category", "categories"),
    **_shown("product", "products"),
    f"GET {API}/images/{{image}}/{{size}}": lambda w: Good(
        ANYBODY, {"image": builders.stored_image(w.on).hash, "size": "small"}
    ),
    f"GET {API}/barcodes/{{code}}": lambda w: Good(
        ANYBODY, {"code": builders.product(w.on, gtin=builders.gtin(w.on)).gtin}
    ),
    f"GET {API}/suggestions": lambda w: Good(ANYBODY),
    f"GET {API}/synonyms": lambda w: Good(w.clerk),
    f"PUT {API}/synonyms": lambda w: Good(w.clerk, {}, {"groups": [["aubergine", "eggplant"]]}),
    f"GET {API}/slots": lambda w: Good(ANYBODY),
    f"GET {API}/slots/plan": lambda w: Good(w.clerk),
    f"PUT {API}/slots/plan": lambda w: Good(w.clerk, {}, OVER),
    **_of_kind("supplier", "suppliers", _SUPPLIER, _SUPPLIER),
    f"GET {API}/suppliers/{{code}}/articles": lambda w: Good(
        w.clerk, {"code": w.article()["code"]}
    ),
    f"GET {API}/products/{{code}}/suppliers": lambda w: Good(
        w.clerk, {"code": w.article()["product"]}
    ),
    f"GET {API}/suppliers/{{code}}/articles/{{product}}": lambda w: Good(w.clerk, w.article()),
    f"PUT {API}/suppliers/{{code}}/articles/{{product}}": lambda w: Good(
        w.clerk, w.article(), _ARTICLE
    ),
    f"DELETE {API}/suppliers/{{code}}/articles/{{product}}": lambda w: Good(
        w.clerk, w.article(), status=204
    ),
    f"GET {API}/invoice-requests": lambda w: Good(w.clerk),
    f"POST {API}/invoice-requests": lambda w: Good(
        w.clerk,
        {},
        {
            "code": unique("IR"),
            "supplier": builders.supplier(w.on).code,
            "note": "Soon.",
            "lines": [{"product": w.product().code, "quantity": "2", "unit_cost": "0.5"}],
        },
        201,
    ),
    f"GET {API}/invoice-requests/{{code}}": lambda w: Good(w.clerk, {"code": w.order().code}),
    f"PATCH {API}/invoice-requests/{{code}}": lambda w: Good(
        w.clerk, {"code": w.order().code}, {"note": "Soon."}
    ),
    f"DELETE {API}/invoice-requests/{{code}}": lambda w: Good(
        w.clerk, {"code": w.order().code}, status=204
    ),
    f"POST {API}/invoice-requests/{{code}}/receive": _delivery,
    f"POST {API}/invoice-requests/proposals": lambda w: Good(
        w.clerk, {}, {"supplier": str(w.article()["code"]), "method": "reorder_level"}
    ),
    f"POST {API}/invoice-requests/{{code}}/send": lambda w: Good(
        w.clerk, {"code": w.order("draft").code}
    ),
    f"GET {API}/invoice-requests/{{code}}/pdf": lambda w: Good(w.clerk, {"code": w.order().code}),
    f"GET {API}/invoice-requests/{{code}}/csv": lambda w: Good(w.clerk, {"code": w.order().code}),
    f"GET {API}/stock/lots": lambda w: Good(w.clerk),
    f"GET {API}/stock/lots/{{lot}}": lambda w: Good(w.clerk, {"lot": w.lot().id}),
    f"GET {API}/stock/levels": lambda w: Good(w.clerk),
    f"GET {API}/stock/shortages": lambda w: Good(w.clerk),
    f"GET {API}/stock/uncounted": lambda w: Good(w.clerk),
    f"DELETE {API}/stock/uncounted/{{product}}": lambda w: Good(
        w.clerk, {"product": w.uncounted()}, status=204
    ),
    f"GET {API}/stock/movements": lambda w: Good(w.clerk),
    f"GET {API}/stock/movements/{{movement}}": lambda w: Good(w.clerk, {"movement": w.movement()}),
    f"POST {API}/stock/adjustments": lambda w: Good(
        w.clerk,
        {},
        {"product": w.product().code, "quantity": "1", "unit_cost": "0.5", "reason": "found"},
        201,
    ),
    f"POST {API}/stock/waste": lambda w: Good(
        w.clerk, {}, {"lot": w.lot().id, "quantity": "1", "reason": "broken", "note": "fell"}, 201
    ),
    f"GET {API}/shop": lambda w: Good(ANYBODY),
    **SELLING,
    **COUNTING,
    **OF_DOCUMENTS,
    **{f"GET {API}/reports/{name}": lambda w: Good(w.admin) for name in REPORTS},
    f"GET {API}/reports/{{report}}/csv": lambda w: Good(w.admin, {"report": "sales"}),
    f"GET {API}/reports/{{report}}/xlsx": lambda w: Good(w.admin, {"report": "stock-outs"}),
}

WITH_BODY = [
    label
    for label in GOOD
    if label.startswith(("POST", "PUT", "PATCH"))
    and label != f"POST {API}/carts"
    and not label.endswith(("/collect", "/release", "/send", "/image"))
]
OF_FILES = [label for label in GOOD if label.startswith("PUT") and label.endswith("/image")]
ALONE = {
    f"GET {API}/{name}"
    for name in ("login", "shop", "slots", "stock/recalls", "suggestions", "synonyms")
}
"""What is read at once, in no pages, or has none unless something is named."""
OF_REPORTS = [label for label in GOOD if label.startswith(f"GET {API}/reports/")]
"""What is asked by a query, and comes in no pages."""
LISTS = [
    label
    for label in GOOD
    if label.startswith(f"GET {API}")
    and not label.endswith(
        ("}", "/prices", "/preview", "/plan", "/documents", "/pdf", "/csv", "/sheet")
    )
    and label not in ALONE
    and label not in OF_REPORTS
]


def target(label: str, good: Good) -> str:
    """Return the path of a good request."""
    return label.partition(" ")[2].format(**good.path)
