"""The whole first sale, as a shop front and a till would do it: search, cart, offer, scanner, coupon, checkout, payment, collection.

    python examples/first_sale.py [URL]

URL is http://127.0.0.1:8000 unless given. Signs in as the demo shop's clerk, or as OGS_CLERK_EMAIL with
OGS_CLERK_PASSWORD. Exits 1 if anything is off; run it on a quiet shop, because it compares stock levels.
"""

import asyncio
import os
import sys
import uuid
from decimal import Decimal
from typing import Any

import httpx

EMAIL = os.environ.get("OGS_CLERK_EMAIL", "clerk@demo.example")
PASSWORD = os.environ.get("OGS_CLERK_PASSWORD", "demo-clerk-password")

# What to look for, and how much of it to buy: two cartons, and something by the litre.
SHOPPING_LIST = (("whole milk", Decimal("2.000")), ("washing-up refill", Decimal("0.750")))
# What is three for two, in the demo shop.
ON_OFFER = "yoghurt natural"
# And what is scanned: bottles with a deposit by the barcode on one, and what a scale has weighed by its label. Where the
# shop's scales print no such labels, it is keyed in.
BOTTLES = ("sparkling mineral water glass", Decimal("3.000"))
WEIGHED = ("bananas loose", Decimal("1.250"), "2814011012505")


class SaleError(Exception):
    """Something is not as it should be; the text says what."""


def expect(condition: object, message: str) -> None:
    """Raise SaleError with `message` unless `condition` is true."""
    if not condition:
        raise SaleError(message)


class Shop:
    """The few calls of the API that a sale needs; every answer is checked for its status."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        json: Any = None,
        **query: Any,
    ) -> httpx.Response:
        """Send one request to /api/v1 and return its answer. Raises SaleError for any status but `status`."""
        sent = {**(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        answer = await self._http.request(
            method, f"/api/v1{path}", params=query, json=json, headers=sent
        )
        expect(answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    async def sign_in(self, email: str, password: str) -> str:
        """Return a session's token."""
        answer = await self.call(
            "POST", "/login", status=201, json={"email": email, "password": password}
        )
        token: str = answer.json()["token"]
        return token

    async def find(self, words: str, quantity: Decimal) -> dict[str, Any]:
        """Return the best match for `words` of which `quantity` can be sold."""
        found: list[dict[str, Any]] = (
            await self.call("GET", "/products", q=words, in_stock="true")
        ).json()["items"]
        enough = [product for product in found if Decimal(product["available"]) >= quantity]
        expect(bool(enough), f"nothing in stock for {words!r}")
        return enough[0]

    async def reads(self, code: str, product: str) -> bool:
        """Say whether this shop reads a scanned code as that product."""
        answer = await self._http.get(f"/api/v1/barcodes/{code}")
        return answer.is_success and answer.json()["product"]["code"] == product

    async def level(self, clerk: str, product: str) -> dict[str, Decimal]:
        """Return what there is of a product: on_hand, allocated and available."""
        items = (await self.call("GET", "/stock/levels", token=clerk, product=product)).json()[
            "items"
        ]
        expect(len(items) == 1, f"no stock level for {product}")
        return {name: Decimal(items[0][name]) for name in ("on_hand", "allocated", "available")}


async def fill_cart(shop: Shop) -> tuple[str, str, dict[str, Decimal]]:
    """Find what is on the list and put it into a new cart; return the cart's id, token and quantities."""
    made = (await shop.call("POST", "/carts", status=201)).json()
    cart, token = made["id"], made["token"]
    bought: dict[str, Decimal] = {}
    for words, quantity in SHOPPING_LIST:
        product = await shop.find(words, quantity)
        path = f"/carts/{cart}/items/{product['code']}"
        await shop.call("PUT", path, token=token, json={"quantity": str(quantity)})
        bought[product["code"]] = quantity
        print(
            f"In the cart: {quantity} {product['unit']} of {product['name']} at {product['price']}"
        )
    return cart, token, bought


async def take_offer(shop: Shop, cart: str, token: str) -> dict[str, Decimal]:
    """Put as many of what is on offer into the cart as it takes to pay fewer of them; return the quantity."""
    product = await shop.find(ON_OFFER, Decimal(3))
    offers = [each for each in product["multibuys"] if each["pay"]]
    expect(offers, f"{product['name']} is not on offer")
    pieces, paid = offers[0]["buy"], offers[0]["pay"]
    path = f"/carts/{cart}/items/{product['code']}"
    put = (await shop.call("PUT", path, token=token, json={"quantity": str(pieces)})).json()
    line = put["items"][-1]
    expect(
        Decimal(line["total"]) == paid * Decimal(product["list_price"]),
        f"{pieces} for {paid} of {product['list_price']} cost {line['total']}",
    )
    print(f"On offer: {pieces} {product['name']} for {line['total']}, {line['discount']['name']}")
    return {product["code"]: Decimal(pieces)}


async def scan(shop: Shop, cart: str, token: str) -> dict[str, Decimal]:
    """Scan bottles and a scale's label into the cart; return the quantities."""
    words, pieces = BOTTLES
    bottle = await shop.find(words, pieces)
    path = f"/carts/{cart}/items"
    scanned = {"barcode": bottle["gtin"], "quantity": str(pieces)}
    items = (await shop.call("POST", path, token=token, json=scanned)).json()["items"]
    deposit = items[-1]["deposit"]
    expect(deposit, f"{bottle['name']} has no deposit")
    print(f"Scanned: {pieces} {bottle['name']}, with {deposit['total']} of {deposit['name']}")
    words, kilograms, label = WEIGHED
    loose = await shop.find(words, kilograms)
    body: dict[str, str] = {"barcode": label}
    if not await shop.reads(label, loose["code"]):
        body = {"product": loose["code"], "quantity": str(kilograms)}
    items = (await shop.call("POST", path, token=token, json=body)).json()["items"]
    expect(Decimal(items[-1]["quantity"]) == kilograms, f"the label weighs {items[-1]['quantity']}")
    print(f"Weighed: {kilograms} kg of {loose['name']} for {items[-1]['total']}")
    return {bottle["code"]: pieces, loose["code"]: kilograms}


async def redeem(shop: Shop, clerk: str, cart: str, token: str) -> dict[str, Any]:
    """Have the cart redeem a new coupon of ten per cent, good once; return the coupon in the cart."""
    code = f"first-sale-{uuid.uuid4().hex[:12]}"
    coupon = {"code": code, "name": "Ten per cent", "rate": "0.1", "uses": 1}
    coupon["starts_on"] = "2020-01-01"
    await shop.call("POST", "/coupons", token=clerk, status=201, json=coupon)
    path = f"/carts/{cart}/coupon"
    entered = (await shop.call("PUT", path, token=token, json={"code": code.upper()})).json()
    taken: dict[str, Any] = entered["coupon"]
    goods = sum(Decimal(item["total"]) for item in entered["items"])
    deposits = sum(
        Decimal(item["deposit"]["total"]) for item in entered["items"] if item["deposit"]
    )
    off = Decimal(taken["reduction"])
    expect(taken["refused"] is None and off > 0, f"the coupon is refused: {taken['refused']}")
    expect(Decimal(entered["total"]) == goods + deposits - off, "the cart's total is another one")
    print(f"The coupon {taken['code']} takes {off} off {goods}, and nothing off deposits")
    return taken


async def check_out(shop: Shop, cart: str, token: str, coupon: dict[str, Any]) -> dict[str, Any]:
    """Turn the cart into a purchase, at the total that it showed; a repeated request must not buy twice."""
    total = (await shop.call("GET", f"/carts/{cart}", token=token)).json()["total"]
    order = {
        "contact_name": "First Customer",
        "contact_phone": "+49 30 555 0100",
        "expected_total": total,
    }
    key = {"Idempotency-Key": str(uuid.uuid4())}
    path = f"/carts/{cart}/checkout"
    first = await shop.call("POST", path, token=token, status=201, json=order, headers=key)
    again = await shop.call("POST", path, token=token, status=201, json=order, headers=key)
    expect(again.json() == first.json(), "the repeated checkout gave another purchase")
    expect(
        again.headers.get("Idempotency-Replayed") == "true",
        "the repeated checkout was not a replay",
    )
    purchase: dict[str, Any] = first.json()
    expect(purchase["total"] == total, f"the cart said {total}, the purchase {purchase['total']}")
    parts = sum(Decimal(line["coupon_reduction"]) for line in purchase["lines"])
    expect(parts == Decimal(coupon["reduction"]), f"the coupon took {parts} off the lines")
    on_deposit = [line for line in purchase["lines"] if line["kind"] == "deposit"]
    expect(len(on_deposit) == 1, f"the purchase has {len(on_deposit)} lines of deposits")
    print(
        f"Checked out: purchase {purchase['number']}, {purchase['total']} {purchase['currency']} to pay"
    )
    return purchase


async def pay_and_collect(shop: Shop, clerk: str, purchase: dict[str, Any]) -> None:
    """Take the money, hand over the goods."""
    path = f"/purchases/{purchase['id']}"
    payment = {"amount": purchase["total"], "method": "card", "reference": "terminal 1"}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    await shop.call("POST", f"{path}/payments", token=clerk, status=201, json=payment, headers=key)
    collected = (await shop.call("POST", f"{path}/collect", token=clerk)).json()
    expect(collected["status"] == "collected", f"the purchase is {collected['status']}")
    expect(Decimal(collected["due"]) == 0, f"{collected['due']} is still due")
    print(f"Paid by card and collected at {collected['collected_at']}")


def compare(
    step: str, before: dict[str, Any], after: dict[str, Any], change: dict[str, Decimal]
) -> None:
    """Raise SaleError unless each of `change`'s figures moved by exactly that much."""
    for figure, wanted in change.items():
        moved = after[figure] - before[figure]
        expect(moved == wanted, f"{step}: {figure} changed by {moved}, not by {wanted}")


async def sale(url: str) -> None:
    """Run the whole sale against the shop at `url`. Raises SaleError where anything is off."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as http:
        shop = Shop(http)
        clerk = await shop.sign_in(EMAIL, PASSWORD)
        cart, token, bought = await fill_cart(shop)
        bought |= await take_offer(shop, cart, token)
        bought |= await scan(shop, cart, token)
        coupon = await redeem(shop, clerk, cart, token)
        before = {product: await shop.level(clerk, product) for product in bought}
        purchase = await check_out(shop, cart, token, coupon)
        placed = {product: await shop.level(clerk, product) for product in bought}
        await pay_and_collect(shop, clerk, purchase)
        collected = {product: await shop.level(clerk, product) for product in bought}
    for product, quantity in bought.items():
        none = Decimal(0)
        promised = {"available": -quantity, "allocated": quantity, "on_hand": none}
        handed_over = {"available": none, "allocated": -quantity, "on_hand": -quantity}
        compare(f"{product} at checkout", before[product], placed[product], promised)
        compare(f"{product} at collect", placed[product], collected[product], handed_over)
        print(
            f"{product}: available {before[product]['available']} -> {placed[product]['available']} at checkout,"
            f" on hand {placed[product]['on_hand']} -> {collected[product]['on_hand']} at collect"
        )
    print("The sale is complete, and the stock went down by exactly what was sold.")


def main() -> int:
    """Run the sale; return the exit status."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    try:
        asyncio.run(sale(url))
    except (httpx.ConnectError, httpx.UnsupportedProtocol):
        print(f"There is no shop at {url}: start one with `make run`.", file=sys.stderr)
        return 1
    except (SaleError, httpx.HTTPError) as error:
        print(f"The sale failed: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
