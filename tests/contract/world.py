"""What requests can be about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from tests import builders
from tests.builders import On, Person, rows, value

API = "/api/v1"
CONTACT = {"contact_name": "Żółta Kaczka", "contact_phone": "+48 22 555 01 10"}
ANYBODY: Mapping[str, str] = {}
_HOURS = {"opens": "08:00", "closes": "20:00", "minutes": 60, "capacity": 10, "cutoff_minutes": 60}
# A plan of slots that was over long ago: nobody is asked for one.
OVER = {
    "days_ahead": 7,
    "patterns": [{**_HOURS, "weekdays": ["monday"], "starts_on": None, "ends_on": "2020-12-31"}],
    "exceptions": [{"date": "2020-12-24", "windows": [_HOURS]}],
}


@dataclass(frozen=True)
class Good:
    """Who asks, as headers; what fills the path; the body, or the file that is one; and the status of the answer."""

    who: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str | int] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    file: bytes | None = None

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        return self.file if self.body is None else json.dumps(self.body).encode()


class World:
    """Makes what requests are about, new each time, on a database that a shop serves."""

    def __init__(self, on: On, shop: FlaskClient) -> None:
        self.on = on
        self.shop = shop
        self.admin = builders.as_admin(on)
        self.clerk = builders.as_clerk(on)
        self.somebody = builders.customer(on)
        self.category = builders.category(on).code

    def askers(self) -> dict[str, Mapping[str, str]]:
        """Return headers of one new asker of each kind."""
        return {
            "anonymous": ANYBODY,
            "customer": builders.as_customer(self.on),
            "clerk": builders.as_clerk(self.on),
            "admin": builders.as_admin(self.on),
            "cart": builders.as_guest(self.on),
        }

    def product(self) -> Any:
        return builders.on_sale(self.on)

    def cart(self, owner: Person | None = None) -> Any:
        """Return a guest's or a customer's cart with something in it."""
        made = builders.filled_cart(self.on, (self.product(), 2), owner=owner)
        (found,) = rows(
            self.on,
            "SELECT p.code, i.id FROM cart_item i JOIN product p ON p.id = i.product_id"
            " WHERE i.cart_id = %(id)s",
            id=made.id,
        )
        made.product, made.line = found.code, found.id
        return made

    def purchase(
        self, *, paid: bool = False, collected: bool = False, claimed: bool = False
    ) -> Any:
        """Return what checking a guest's cart out answered; `headers` open it."""
        cart = self.cart()
        made = self.send(f"{API}/carts/{cart.id}/checkout", cart.headers, CONTACT)
        made["headers"] = cart.headers
        if paid:
            money = {"amount": made["total"], "method": "cash"}
            self.send(f"{API}/purchases/{made['id']}/payments", self.clerk, money)
        if claimed:
            self.send(f"{API}/picking/{made['id']}/claim", self.clerk, {})
        if collected:
            self.send(f"{API}/purchases/{made['id']}/collect", self.clerk, None)
        return made

    def lot(self) -> Any:
        return builders.stocked(self.on, builders.product(self.on), 10)

    def reduced(self) -> None:
        """Put something on sale that is reduced, as it is its last day."""
        dairy = builders.category(self.on)
        builders.markdown(self.on, category=dairy)
        builders.on_sale(self.on, category=dairy, expires_on=builders.today(self.on))

    def shortage(self) -> None:
        """Promise something from a lot that has expired."""
        yesterday = builders.today(self.on) - timedelta(days=1)
        product = builders.product(self.on)
        builders.placed(self.on, (builders.stocked(self.on, product, 1, expires_on=yesterday), 1))

    def uncounted(self) -> str:
        """Note that something has to be counted; return its code."""
        product = builders.product(self.on)
        now = "2026-01-01T00:00:00Z"
        builders.insert(self.on, "uncounted", product_id=product.id, quantity=1, since=now)
        code: str = product.code
        return code

    def till(self) -> Any:
        """Return an open session at a till of its own."""
        return builders.insert(self.on, "till_session", till=builders.unique("till"), float=100)

    def codes(self) -> Any:
        """Return a coupon with two codes."""
        made = builders.coupon(self.on, single_use=True)
        self.send(f"{API}/coupons/{made.code}/codes", self.clerk, {"count": 2})
        return made

    def movement(self) -> int:
        lot = self.lot()
        found = value(self.on, "SELECT id FROM stock_movement WHERE stock_id = %(id)s", id=lot.id)
        return int(found)

    def article(self) -> dict[str, str | int]:
        """Return the codes of a supplier and of a product that it sells: one of its two, and of two who sell it."""
        supplier = builders.supplier(self.on)
        product = builders.product(self.on, reorder_level=5)
        builders.article(self.on, supplier, product)
        builders.article(self.on, supplier, builders.product(self.on))
        builders.article(self.on, builders.supplier(self.on), product)
        return {"code": supplier.code, "product": product.code}

    def order(self, status: str = "open") -> Any:
        """Return an invoice request, one that was sent by default; `product` is the code of what was asked for."""
        product = builders.product(self.on)
        made = builders.invoice_request(self.on, (product, 5, "0.5000"), status=status)
        made.product = product.code
        return made

    def count(self) -> tuple[str, str]:
        """Return the codes of an open count and of one of its two products."""
        products = [self.product().code, self.product().code]
        made = self.send(f"{API}/stock/counts", self.clerk, {"products": products})
        return made["code"], products[0]

    def send(self, path: str, who: Mapping[str, str], body: Any) -> Any:
        answer = self.shop.post(path, json=body, headers=dict(who))
        assert answer.status_code < 300, answer.text
        return answer.json
