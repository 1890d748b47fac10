"""A day at a small shop, from the float to the count: a delivery, orders, what is picked, a walk-in, and what goes back.

    python examples/a_day.py [URL]

URL is http://127.0.0.1:8000 unless given. Signs in as the demo shop's clerk, or as OGS_CLERK_EMAIL with
OGS_CLERK_PASSWORD. Everything happens at a till of its own, which is closed whatever happens, so it can be run again. Exits 1
if anything is off; run it on a quiet shop, because it compares stock levels.
"""

import asyncio
import os
import sys
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

EMAIL = os.environ.get("OGS_CLERK_EMAIL", "clerk@demo.example")
PASSWORD = os.environ.get("OGS_CLERK_PASSWORD", "demo-clerk-password")

TILL = "example"
FLOAT = Decimal("150.00")
DELIVERED = (("whole milk", 24), ("butter", 12))
NOTES = (5, 10, 20, 50, 100, 200, 500)
# What is not in the drawer in the evening, although it should be.
LOST = Decimal("0.05")
ORDERED, WEIGHED = Decimal("0.300"), "0.312"

Json = dict[str, Any]
Basket = dict[str, int | Decimal]


class DayError(Exception):
    """Something is not as it should be; the text says what."""


def expect(condition: object, message: str) -> None:
    """Raise DayError with `message` unless `condition` is true."""
    if not condition:
        raise DayError(message)


@dataclass(slots=True)
class Day:
    """The shop at the other end of `http`, its time, and the token of the clerk who is there all day."""

    http: httpx.AsyncClient
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    clerk: str | None = None

    async def call(
        self, method: str, path: str, token: str | None = None, json: Any = None, **query: Any
    ) -> Any:
        """Send one request to /api/v1 and return what it answers. Raises DayError if it is refused."""
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        if method == "POST":
            sent["Idempotency-Key"] = str(uuid.uuid4())
        path = f"/api/v1{path}"
        answer = await self.http.request(
            method, path, params=query or None, json=json, headers=sent
        )
        expect(answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        """Read something as the clerk."""
        return await self.call("GET", path, self.clerk, **query)

    async def post(self, path: str, **body: Any) -> Any:
        """Do something as the clerk."""
        return await self.call("POST", path, self.clerk, body)


async def sign_in(day: Day, email: str, password: str) -> str:
    """Return a session's token."""
    body = {"email": email, "password": password}
    return str((await day.call("POST", "/login", json=body))["token"])


async def on_hand(day: Day, product: str) -> Decimal:
    """Return how much of a product there is."""
    (level,) = (await day.get("/stock/levels", product=product))["items"]
    return Decimal(level["on_hand"])


async def open_till(day: Day) -> int:
    """Open the till, behind a day that was broken off; return its session."""
    for left in (await day.get("/till-sessions", till=TILL, open="true"))["items"]:
        await close(day, left["id"], Decimal(0), "left open")
    session = await day.post("/till-sessions", till=TILL, float=str(FLOAT))
    print(f"The till is opened with {FLOAT} in it.")
    return int(session["id"])


async def take_delivery(day: Day) -> list[str]:
    """Ask a supplier for goods, and receive them; return the products' codes."""
    (supplier,) = (await day.get("/suppliers", limit=1))["items"]
    best_before = str(datetime.now(day.zone).date() + timedelta(days=30))
    wanted = []
    for words, quantity in DELIVERED:
        found = await find(day, words)
        wanted.append({"product": found["code"], "quantity": str(quantity)})
        print(f"{supplier['name']} brings {quantity} {found['name']}, best before {best_before}.")
    lines = [each | {"unit_cost": "0.75"} for each in wanted]
    asked = await day.post("/invoice-requests", supplier=supplier["code"], lines=lines)
    lines = [each | {"expires_on": best_before} for each in wanted]
    receipt = await day.post(f"/invoice-requests/{asked['code']}/receive", lines=lines)
    expect(receipt["invoice_request"]["status"] == "received", "not everything was received")
    return [each["product"] for each in wanted]


async def find(day: Day, words: str) -> Json:
    """Return the product that these words are about."""
    found = (await day.get("/products", q=words, limit=1))["items"]
    expect(found, f"the shop does not sell {words}")
    return dict(found[0])


async def order(
    day: Day, who: str, token: str | None, basket: Basket, coupon: str | None = None
) -> Json:
    """Fill a cart and check it out, for the next slot if the shop has some; return the purchase."""
    cart = await day.call("POST", "/carts", token)
    path, token = f"/carts/{cart['id']}", token or cart["token"]
    for product, quantity in basket.items():
        put = {"quantity": str(quantity)}
        cart = await day.call("PUT", f"{path}/items/{product}", token, put)
    if coupon:
        cart = await day.call("PUT", f"{path}/coupon", token, {"code": coupon})
    body = {
        "contact_name": who,
        "contact_phone": "+49 30 555 0199",
        "expected_total": cart["total"],
    }
    slots = (await day.call("GET", "/slots"))["slots"]
    free = [each["start"] for each in slots if each["open"] and each["places_left"]]
    if free:
        body["slot"] = free[0]
    purchase: Json = await day.call("POST", f"{path}/checkout", token, body)
    when = ""
    if purchase["slot"]:
        start = datetime.fromisoformat(purchase["slot"]["start"]).astimezone(day.zone)
        when = f", to be fetched on {start:%A at %H:%M}"
    print(f"{who} orders for {purchase['total']}{when}.")
    return purchase


async def order_as_shopper(day: Day, basket: Basket) -> Json:
    """Register a shopper, who orders with a coupon of 1.00."""
    shopper = {"email": f"{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
    await day.call("POST", "/customers", json=shopper | {"name": "A shopper"})
    token = await sign_in(day, **shopper)
    code = f"a-day-{uuid.uuid4().hex[:12]}"
    terms = {"name": "1.00 off", "amount": "1.00", "uses": 1, "starts_on": "2020-01-01"}
    await day.post("/coupons", code=code, **terms)
    return await order(day, "A shopper", token, basket, code)


async def pick(day: Day, purchase: Json) -> Json:
    """Fetch what was ordered, of which the scale says a little more; return the purchase as it came."""
    await day.post(f"/picking/{purchase['id']}/claim")
    (line,) = (await day.get(f"/picking/{purchase['id']}"))["goods"]
    came = [{"line": line["line"], "quantity": WEIGHED}]
    ready = dict(await day.post(f"/purchases/{purchase['id']}/pick", lines=came))
    expect(Decimal(ready["total"]) <= Decimal(ready["ceiling"]), "it came to more than was said")
    print(f"It weighs {WEIGHED} kg: {ready['total']} instead of {ready['ordered_total']}.")
    return ready


async def sell(day: Day, product: str) -> None:
    """Sell something to somebody who walks in and brings bottles back."""
    bottle = (await day.get("/deposits", limit=1))["items"][0]
    six = [{"deposit": bottle["code"], "quantity": "6"}]
    receipt = await day.post(
        "/sales", till=TILL, lines=[{"product": product}], deposits_returned=six
    )
    goods, returned = (line["name"] for line in receipt["lines"])
    total, number = receipt["total"], receipt["number"]
    print(f"Somebody walks in for {goods}, less 6 {returned}: {total}, {number}.")


async def pay_with_a_note(day: Day, purchase: Json) -> None:
    """Take a note, give change, and hand the goods over."""
    path, due = f"/purchases/{purchase['id']}", Decimal(purchase["due"])
    note = next(note for note in NOTES if note > due)
    paid = await day.post(
        f"{path}/payments", amount=str(due), method="cash", tendered=f"{note}.00", till=TILL
    )
    cash = due + Decimal(paid["rounding"])
    expect(Decimal(paid["change"]) == note - cash, f"the change of {note} is {paid['change']}")
    print(f"{purchase['contact_name']} pays {cash} with {note} and gets {paid['change']} back.")
    await day.post(f"{path}/collect?till={TILL}")
    (invoice,) = (await day.get(f"{path}/documents"))["items"]
    print(f"The goods are handed over, with invoice {invoice['number']}.")


async def cancel(day: Day, purchase: Json) -> None:
    """Take a payment by card for a purchase that is cancelled all the same."""
    path = f"/purchases/{purchase['id']}"
    await day.post(f"{path}/payments", amount=purchase["due"], method="card", till=TILL)
    ended = await day.post(f"{path}/cancel", reason="fell ill", till=TILL)
    expect(ended["refunded"] == purchase["total"], f"only {ended['refunded']} went back")
    print(f"{purchase['contact_name']} pays {purchase['total']} by card, and gets it back.")


async def bring_back(day: Day, purchase: Json) -> None:
    """Give money back for one piece of the first line, and throw it away."""
    line = purchase["lines"][0]
    sour = {"line": line["id"], "quantity": "1", "goods": "waste"}
    path = f"/purchases/{purchase['id']}/refunds"
    refund = await day.post(path, lines=[sour], reason="sour", till=TILL)
    print(f"One {line['name']} is sour, and {refund['amount']} goes back: {refund['credit_note']}.")


async def read_books(day: Day, session: int) -> Decimal:
    """Add up what came and went by each method; return the cash of it."""
    books = (await day.get("/payments", session=session, limit=100))["items"]
    moved: dict[str, Decimal] = {}
    for each in books:
        sign = 1 if each["kind"] == "payment" else -1
        amount = Decimal(each["amount"]) + Decimal(each["rounding"])
        moved[each["method"]] = moved.get(each["method"], Decimal(0)) + sign * amount
    said = ", ".join(f"{method} {amount}" for method, amount in sorted(moved.items()))
    print(f"The day's {len(books)} payments and refunds come to {said}.")
    return moved.get("cash", Decimal(0))


async def close(day: Day, session: int, lost: Decimal, note: str) -> Json:
    """Close a session, in whose drawer is so much less than there should be; return its report."""
    path = f"/till-sessions/{session}"
    expected = Decimal((await day.get(path))["expected"])
    counted = max(expected - lost, Decimal(0))
    return dict(await day.post(f"{path}/close", counted=str(counted), note=note))


async def close_till(day: Day, session: int, cash: Decimal) -> None:
    """Count the drawer, in which the float and so much cash should be."""
    report = await close(day, session, LOST, "a coin rolled away")
    expected = Decimal(report["expected"])
    expect(expected == FLOAT + cash, f"{expected} were expected, not {FLOAT} and {cash}")
    counted, off, number = report["counted"], report["difference"], report["number"]
    where = f"in it, where {expected} should be: {off}"
    print(f"The till is closed with {counted} {where}. It is report {number}.")


async def live(day: Day, session: int) -> Decimal:
    """Go through the day; return the cash that it brought."""
    milk, butter = await take_delivery(day)
    before = await on_hand(day, milk)
    shopper = await order_as_shopper(day, {milk: 2, butter: 1})
    guest = await order(day, "A guest", None, {milk: 3})
    cheese = (await find(day, "gouda cut to order"))["code"]
    caller = await order(day, "A caller", None, {cheese: ORDERED})
    await pay_with_a_note(day, shopper)
    await cancel(day, guest)
    await pay_with_a_note(day, await pick(day, caller))
    await sell(day, butter)
    await bring_back(day, shopper)
    expect(await on_hand(day, milk) == before - 2, f"{milk}: there are not two less")
    return await read_books(day, session)


async def run(url: str) -> None:
    """Run the day at the shop at `url`. Raises DayError where anything is off."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as http:
        day = Day(http)
        day.clerk = await sign_in(day, EMAIL, PASSWORD)
        day.zone = ZoneInfo((await day.get("/shop"))["time_zone"])
        session = await open_till(day)
        try:
            cash = await live(day, session)
        except BaseException:
            await close(day, session, Decimal(0), "broken off")
            raise
        await close_till(day, session, cash)


def main() -> int:
    """Run the day; return the exit status."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    try:
        asyncio.run(run(url))
    except (httpx.ConnectError, httpx.UnsupportedProtocol):
        print(f"There is no shop at {url}: start one with `make run`.", file=sys.stderr)
        return 1
    except (DayError, httpx.HTTPError) as error:
        print(f"The day failed: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
