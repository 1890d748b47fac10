"""A shop with some days of the spring of 2025 behind it: sold over HTTP, and put back in time."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import httpx

from tests.builders import (
    as_admin,
    brand,
    category,
    coupon,
    deposit,
    discount,
    markdown,
    product,
    rows,
    stocked,
    supplier,
    today,
    value,
)
from tests.orders.sales import bought, collect, pay

API = "/api/v1"

# What happened since the last time, at one moment: the clock goes forward in the night to 30 March.
MOMENTS = {
    "delivery": "2025-03-29 06:00+01",
    "saturday": "2025-03-29 23:30+01",
    "sunday": "2025-03-30 00:15+01",
    "monday": "2025-03-31 09:00+02",
    "wednesday": "2025-04-02 17:59+02",
}
_BACK = """
    ALTER TABLE stock_movement DISABLE TRIGGER USER;
    ALTER TABLE payment DISABLE TRIGGER USER;
    ALTER TABLE document DISABLE TRIGGER USER;
    UPDATE stock_movement SET at = %(at)s WHERE at > '2026-01-01';
    UPDATE payment SET at = %(at)s WHERE at > '2026-01-01';
    UPDATE document SET issued_at = %(at)s, issued_on = (%(at)s::timestamptz AT TIME ZONE 'Europe/Berlin')::date
        WHERE issued_at > '2026-01-01';
    UPDATE purchase SET placed_at = %(at)s, collected_at = %(at)s WHERE collected_at > '2026-01-01';
    ALTER TABLE stock_movement ENABLE TRIGGER USER;
    ALTER TABLE payment ENABLE TRIGGER USER;
    ALTER TABLE document ENABLE TRIGGER USER;
"""

_HAPPENED = {
    "lines": """
        SELECT d.kind, d.issued_on::text AS day, c.quantity, c.total, l.vat_rate, l.code, l.product_id, k.code AS category,
               b.code AS brand
        FROM document_line c JOIN document d ON d.id = c.document_id JOIN purchase_line l ON l.id = c.purchase_line_id
        LEFT JOIN product p ON p.id = l.product_id LEFT JOIN category k ON k.id = p.category_id
        LEFT JOIN brand b ON b.id = p.brand_id""",
    "vat": """
        SELECT d.kind, d.issued_on::text AS day, v.rate::text, v.gross, v.vat
        FROM document_vat v JOIN document d ON d.id = v.document_id""",
    "documents": """
        SELECT d.kind, d.total, (SELECT sum(v.vat) FROM document_vat v WHERE v.document_id = d.id) AS vat,
               d.issued_on::text AS day, to_char(d.issued_at AT TIME ZONE 'Europe/Berlin', 'HH24') AS hour
        FROM document d""",
    "moved": """
        SELECT m.kind, (m.at AT TIME ZONE 'Europe/Berlin')::date::text AS day,
               to_char(m.at AT TIME ZONE 'Europe/Berlin', 'HH24') AS hour, m.quantity, m.reason,
               m.quantity * s.unit_cost AS cost, p.code, u.code AS supplier, k.code AS category, b.code AS brand
        FROM stock_movement m JOIN stock s ON s.id = m.stock_id JOIN product p ON p.id = m.product_id
        JOIN category k ON k.id = p.category_id LEFT JOIN brand b ON b.id = p.brand_id
        LEFT JOIN supplier u ON u.id = s.supplier_id""",
    "paid": """
        SELECT y.kind, y.method, y.amount, (y.at AT TIME ZONE 'Europe/Berlin')::date::text AS day,
               to_char(y.at AT TIME ZONE 'Europe/Berlin', 'HH24') AS hour, coalesce(s.till, '') AS till
        FROM payment y LEFT JOIN till_session s ON s.id = y.session_id""",
}


class Trade:
    """Sells in a shop, as its staff does."""

    def __init__(self, database: Any, client: httpx.AsyncClient) -> None:
        self.database, self.client = database, client
        self.staff = as_admin(database)
        self.goods = SimpleNamespace()

    def stock_up(self) -> None:
        """Have milk of two suppliers in a bottle, soap of nobody's, cheese by weight, and yoghurt that is about to expire."""
        on = self.database
        food = category(on, code="food")
        dairy = category(on, code="dairy", parent=food)
        home = category(on, code="home")
        farm = brand(on, code="farm", name="=Farm")
        north, south = supplier(on, code="north"), supplier(on, code="south")
        self.bottle = deposit(on, "0.25", code="bottle", vat_rate="0.1900")
        rest = discount(on, None, code="three-for-two", buy=3, pay=2)
        tenth = discount(on, "0.1000", code="tenth")
        coupon(on, code="spring", rate="0.1000")
        markdown(on, "0.5000", 2, category=dairy)
        self.goods = SimpleNamespace(
            milk=product(on, "1.19", code="MILK", category=dairy, brand=farm, deposit=self.bottle),
            soap=product(on, "2.49", code="SOAP", category=home, vat_rate="0.1900", discount=rest),
            cheese=product(on, "19.99", code="CHEESE", unit="kg", category=dairy, discount=tenth),
            salt=product(
                on, "0.49", code="SALT", unit="kg", category=home, brand=brand(on, code="mill")
            ),
            yoghurt=product(on, "0.89", code="YOGHURT", category=dairy, brand=farm, name="+1"),
        )
        goods = self.goods
        stocked(on, goods.milk, 3, unit_cost="0.5000", supplier=north)
        stocked(on, goods.milk, 40, unit_cost="0.6125", supplier=south)
        stocked(on, goods.soap, 7, unit_cost="1.1000")
        stocked(on, goods.cheese, "5.000", unit_cost="9.3333", supplier=south)
        stocked(on, goods.salt, 2, unit_cost="0.2000", supplier=supplier(on, code="east"))
        stocked(
            on,
            goods.yoghurt,
            9,
            unit_cost="0.3125",
            supplier=north,
            expires_on=today(on) + timedelta(days=1),
        )
        self.back("delivery")

    def back(self, moment: str) -> None:
        """Put what happened since the last time back to one of MOMENTS."""
        rows(self.database, _BACK, at=MOMENTS[moment])

    async def post(self, path: str, **body: Any) -> Any:
        """Return what staff is answered, which is asked for something that can be done."""
        answer = await self.client.post(f"{API}/{path}", json=body, headers=self.staff)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def sell(self, *lines: tuple[Any, str], **body: Any) -> Any:
        """Return the purchase of a sale at the counter."""
        named = [{"product": of.code, "quantity": quantity} for of, quantity in lines]
        receipt = await self.post("sales", lines=named, **body)
        answer = await self.client.get(f"{API}/purchases/{receipt['purchase']}", headers=self.staff)
        return answer.json()

    async def give_back(self, purchase: Any, of: Any, quantity: str, goods: str) -> None:
        """Give back the money for so much of a purchase."""
        line = next(each for each in purchase["lines"] if each["product"] == of.code)
        named = {"line": line["id"], "quantity": quantity, "goods": goods}
        await self.post(
            f"purchases/{purchase['id']}/refunds", lines=[named], reason="did not like it"
        )

    async def trade(self) -> None:
        """Sell, on four days, whatever a report is about."""
        goods = self.goods
        await self.post("till-sessions", till="front", float="50.00")
        # Five milk are of two suppliers; and a web purchase, paid by card.
        first = await self.sell((goods.milk, "5"), (goods.soap, "4"), till="front", coupon="SPRING")
        web = await bought(self.client, self.database, (goods.cheese, "0.345"), (goods.soap, "1"))
        await pay(self.client, self.database, web, method="card")
        await collect(self.client, self.database, web)
        self.back("saturday")
        bottles = [{"deposit": "bottle", "quantity": "9"}]
        await self.sell((goods.cheese, "1.234"), till="front", deposits_returned=bottles)
        await self.give_back(first, goods.soap, "1", "restock")
        self.back("sunday")
        soon = {
            "product": "YOGHURT",
            "quantity": "3",
            "best_before": str(today(self.database) + timedelta(days=1)),
        }
        await self.post("sales", lines=[soon, {"product": "MILK", "quantity": "1"}])
        await self.give_back(first, goods.milk, "2", "waste")
        await self.give_back(first, goods.milk, "2", "restock")
        lot = value(
            self.database, "SELECT id FROM stock WHERE product_id = %(id)s", id=goods.cheese.id
        )
        await self.post("stock/waste", lot=lot, quantity="0.500", reason="broken")
        self.back("monday")
        # The last three soaps are sold.
        await self.sell((goods.soap, "3"), coupon="SPRING")
        answer = {
            "product": "CHEESE",
            "quantity": "0.250",
            "unit_cost": "8.0000",
            "reason": "found",
        }
        await self.post("stock/adjustments", **answer)
        self.back("wednesday")

    def happened(self) -> SimpleNamespace:
        """Return the rows of what happened, for sums of one's own."""
        return SimpleNamespace(
            **{name: rows(self.database, query) for name, query in _HAPPENED.items()}
        )


def signed(row: Any, amount: Decimal) -> Decimal:
    """Return an amount of a document, below 0 where it gives back."""
    return amount if row.kind in {"invoice", "payment"} else -amount
