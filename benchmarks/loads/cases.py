"""What a peer is asked beside ours: the requests of each load, and wrong ones, with how they are to be answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote

from benchmarks.loads import seed
from benchmarks.loads.ground import Ground
from benchmarks.loads.plans import BUYER, CARTS, LOADS, LOGIN, PRODUCTS
from benchmarks.measuring.wrk import Request

SAMPLE = 25
"""So many requests of each load are compared."""
ABOVE_STOCK = 100 * seed.STOCK

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"

# Two of the goods have what few have. The coupon is good for whatever lies in a cart of these.
_BOTTLES = """
    WITH bottle AS (
        INSERT INTO deposit (code, name, amount, vat_rate) VALUES ('answers', 'Bottle', 0.08, 0.19)
        ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id
    ), coupon AS (
        INSERT INTO coupon (code, name, rate, starts_on) VALUES ('answers', 'Ten per cent', 0.1, CURRENT_DATE)
        ON CONFLICT (code) DO NOTHING
    )
    UPDATE product SET deposit_id = bottle.id, net_quantity = 330, net_unit = 'ml', ingredients = 'Water, "malt"', alcohol = '4.9',
        min_age = 16, shelf_life_days = 90, allergens = '{"gluten": "contains"}', diets = '["vegan"]', origin = 'Here',
        nutrition = '{"energy_kj": "180", "energy_kcal": "43"}'
    FROM bottle WHERE product.id = ANY (%s)
"""
_FILL = """
    WITH entered AS (UPDATE cart SET coupon_id = %s WHERE id = %s)
    INSERT INTO cart_item (cart_id, product_id, quantity) SELECT %s, unnest(%s::bigint[]), 3
"""

# Products with each set of discounts, and of some two pieces cost a cent today. They were cheaper before they were reduced.
_DISCOUNTED = """
    CREATE TEMP TABLE discounted AS
        SELECT DISTINCT ON (discount_set) id, code, price, row_number() OVER (ORDER BY id) AS number FROM product
        WHERE active AND discount_set <> 0 AND id <> ALL (%s) ORDER BY discount_set, id;
    INSERT INTO former_price (product_id, price, discounts, until)
        SELECT id, price - 0.20, '{}', CURRENT_DATE - 12 FROM discounted;
    INSERT INTO discount (code, name, buy, price, starts_on, weekdays, products)
        SELECT 'answers', 'Two for a cent', 2, 0.01, CURRENT_DATE, jsonb_build_array(to_char(CURRENT_DATE, 'fmday')), jsonb_agg(code)
        FROM discounted WHERE number %% 3 = 0
        ON CONFLICT (code) DO NOTHING;
    SELECT id, code FROM discounted ORDER BY id
"""

Forms = Mapping[str, str]
_NO_FORMS: Forms = MappingProxyType({})
_CART: Forms = MappingProxyType({"/id": UUID, "/items/*/id": r"\d+", "/expires_at": _MOMENT})
_PURCHASE: Forms = MappingProxyType(
    {
        "/id": UUID,
        "/number": r"\d+",
        "/invoice_number": r"\d+",
        "/lines/*/id": r"\d+",
        "/lines/*/deposit_of": r"\d+|None",
        "/placed_at": _MOMENT,
        "/pay_by": _MOMENT,
    }
)
_SESSION: Forms = MappingProxyType({"/token": r"ogs_s_[\w-]{43}", "/expires_at": _MOMENT})


@dataclass(frozen=True)
class Case:
    """A request for both, or one for each of ours and the peer, and the status that it is answered with.

    `forms` are the patterns of members that are made anew, by their pointers with `*` for a place in a list.
    """

    load: str
    ours: Request
    status: int = 200
    forms: Forms = field(default_factory=dict)
    theirs: Request | None = None


def cases(ground: Ground) -> Iterator[Case]:
    """Yield them all. Each that is used up is made when it is its turn."""
    yield Case("livez", Request("GET", "/livez"))
    for load, status, forms in (
        ("product", 200, _NO_FORMS),
        ("cart", 200, _CART),
        ("login", 201, _SESSION),
    ):
        for request in LOADS[load].make(ground, "", SAMPLE if load != "login" else 3):
            yield Case(load, request, status, forms)
    yield from _checkouts(ground)
    yield from _bottles(ground)
    yield from _discounted(ground)
    yield from _wrong_reads(ground)
    yield from _wrong_carts(ground)
    yield from _wrong_checkouts(ground)
    yield from _wrong_logins(ground)


def _checkouts(ground: Ground) -> Iterator[Case]:
    for load, kinds in (("checkout", 3), ("checkout-one", 1)):
        for _ in range(5):
            mine, yours = _twins(ground, kinds)
            yield Case(load, _check_out(mine), 201, _PURCHASE, _check_out(yours))
            # It is done once.
            yield Case(load, _check_out(mine), 409, theirs=_check_out(yours))


def _bottles(ground: Ground) -> Iterator[Case]:
    """Ask for goods with all that few have: a deposit, an age, food information, a coupon on the basket."""
    ground.rows(_BOTTLES, (ground.goods[-2:],))
    ((coupon,),) = ground.rows("SELECT id FROM coupon WHERE code = 'answers'")
    for code in ground.codes[-2:]:
        yield Case("product", Request("GET", f"{PRODUCTS}/{code}"))
    grown = json.dumps({**json.loads(BUYER), "confirmed_age": 18})
    for entered in (None, coupon):
        mine, yours = _twins(ground, 3)
        for cart in (mine, yours):
            ground.rows(_FILL, (entered, seed.cart_id(cart), seed.cart_id(cart), ground.goods[-2:]))
        put = [_put(cart, ground.codes[-1], 7) for cart in (mine, yours)]
        yield Case("cart", put[0], forms=_CART, theirs=put[1])
        yield Case("checkout", _check_out(mine), 409, theirs=_check_out(yours))
        out = _check_out(mine, grown), _check_out(yours, grown)
        yield Case("checkout", out[0], 201, _PURCHASE, out[1])
    # In a load, nobody says how old he is.
    ground.rows("UPDATE product SET min_age = NULL WHERE id = ANY (%s)", (ground.goods[-2:],))


def _discounted(ground: Ground) -> Iterator[Case]:
    """Ask for goods with discounts of all kinds: read them, and buy one, three and seven pieces."""
    found = ground.rows(_DISCOUNTED, (ground.goods[:1],))
    for _, code in found:
        yield Case("product", Request("GET", f"{PRODUCTS}/{code}"))
    for pieces in (1, 3, 7):
        mine, yours = _twins(ground, 1)
        for _, code in found:
            put = [_put(cart, code, pieces) for cart in (mine, yours)]
            yield Case("cart", put[0], forms=_CART, theirs=put[1])
        yield Case("checkout", _check_out(mine), 201, _PURCHASE, _check_out(yours))


def _wrong_reads(ground: Ground) -> Iterator[Case]:
    yield Case("product", Request("GET", f"{PRODUCTS}/nothing-like-it"), 404)
    withdrawn = ground.rows("SELECT code FROM product WHERE NOT active ORDER BY id LIMIT 1")
    for (code,) in withdrawn:
        yield Case("product", Request("GET", f"{PRODUCTS}/{code}"))
    yield Case("list-first", Request("GET", f"{PRODUCTS}?category=nothing-like-it"))
    for query in ("limit=0", "limit=101", "category=%20", "cursor=wrong", "colour=red"):
        yield Case("list-first", Request("GET", f"{PRODUCTS}?{query}"), 422)
    for query in ("q=...", "q=zzzzzzzzzz", f"q={quote('ÄÖ ß')}"):
        yield Case("search", Request("GET", f"{PRODUCTS}?{query}"))


def _wrong_carts(ground: Ground) -> Iterator[Case]:
    code = ground.codes[0]
    path, token = f"{CARTS}/{seed.cart_id(1)}/items", seed.cart_token(1)
    one = json.dumps({"quantity": "1"})
    yield Case("cart", Request("PUT", f"{path}/{code}", "", one), 401)
    yield Case("cart", Request("PUT", f"{path}/{code}", seed.CART_TOKEN, one), 401)
    yield Case("cart", Request("PUT", f"{path}/{code}", seed.cart_token(2), one), 404)
    yield Case("cart", Request("PUT", f"{path}/nothing-like-it", token, one), 404)
    yield Case("cart", Request("PUT", f"{path}/{code}", token, "{"), 400)
    for wrong in (
        *({"quantity": each} for each in ("0", "-1", "0.5", "1000", "x", "1.0001", None)),
        {"quantity": "1", "price": "0.01"},
        {},
    ):
        yield Case("cart", Request("PUT", f"{path}/{code}", token, json.dumps(wrong)), 422)


def _wrong_checkouts(ground: Ground) -> Iterator[Case]:
    cart, _ = _twins(ground, 3)
    path, token = f"{CARTS}/{seed.cart_id(cart)}/checkout", seed.cart_token(cart)
    buyer = json.loads(BUYER)
    yield Case("checkout", Request("POST", path, "", BUYER), 401)
    yield Case("checkout", Request("POST", path, seed.CART_TOKEN, BUYER), 401)
    yield Case("checkout", Request("POST", path, seed.cart_token(1), BUYER), 404)
    for wrong in ({}, {**buyer, "contact_phone": "none"}, {**buyer, "gift": True}):
        yield Case("checkout", Request("POST", path, token, json.dumps(wrong)), 422)
    dear = json.dumps({**buyer, "expected_total": "0.01"})
    yield Case("checkout", Request("POST", path, token, dear), 409)
    ground.rows(
        "UPDATE cart_item SET quantity = %s WHERE cart_id = %s AND product_id = %s",
        (ABOVE_STOCK, seed.cart_id(cart), ground.goods[0]),
    )
    yield Case("checkout", Request("POST", path, token, BUYER), 409)
    ground.rows("DELETE FROM cart_item WHERE cart_id = %s", (seed.cart_id(cart),))
    yield Case("checkout", Request("POST", path, token, BUYER), 409)


def _wrong_logins(ground: Ground) -> Iterator[Case]:
    known = ground.emails[0]
    for email, status in ((known, 401), ("nobody@bench.example", 401), ("nobody", 422)):
        body = json.dumps({"email": email, "password": "wrong"})
        yield Case("login", Request("POST", LOGIN, body=body), status)


def _twins(ground: Ground, kinds: int) -> tuple[int, int]:
    """Make two open carts that hold the same, and return their numbers."""
    first = ground.next_cart
    ground.next_cart += kinds + 1
    seed.carts(ground.owner_url, ground.goods[:kinds], first, kinds + 1, kinds)
    return first, first + kinds


def _put(cart: int, code: str, pieces: int) -> Request:
    path = f"{CARTS}/{seed.cart_id(cart)}/items/{code}"
    return Request("PUT", path, seed.cart_token(cart), json.dumps({"quantity": str(pieces)}))


def _check_out(cart: int, buyer: str = BUYER) -> Request:
    return Request("POST", f"{CARTS}/{seed.cart_id(cart)}/checkout", seed.cart_token(cart), buyer)
