"""Whether a peer is the same shop: the same answers to the requests of each load, and to wrong ones.

JSON is compared as JSON. What a request makes anew (ids, tokens, moments) has to have the same form, and a cursor has to lead
to the same page.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx

from benchmarks.loads import seed
from benchmarks.loads.ground import Ground
from benchmarks.loads.plans import BUYER, CARTS, LOADS, LOGIN, PRODUCTS
from benchmarks.measuring.wrk import Request

SAMPLE = 25
"""So many requests of each load are compared."""
PAGES = 3
ABOVE_STOCK = 100 * seed.STOCK

_REQUEST_ID = "answers-1"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
_HEADERS = (
    *("x-content-type-options", "referrer-policy", "cache-control", "content-security-policy"),
    "x-request-id",
)
# A purchase's id, and what an entity tag says of the bytes that were sent.
_VARYING = {"location": re.compile(_UUID), "etag": re.compile("(?<=-)[0-9a-f]{16}")}
# Words for people; each framework has its own.
_FREE_WORDS = frozenset({"detail", "errors", "request_id"})

_PLACE = re.compile(r"/\d+")

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

Forms = Mapping[str, str]
_NO_FORMS: Forms = MappingProxyType({})
_CART: Forms = MappingProxyType({"/id": _UUID, "/items/*/id": r"\d+", "/expires_at": _MOMENT})
_PURCHASE: Forms = MappingProxyType(
    {
        "/id": _UUID,
        "/invoice_number": r"\d+",
        "/lines/*/id": r"\d+",
        "/lines/*/deposit_of": r"\d+|None",
        "/placed_at": _MOMENT,
        "/pay_by": _MOMENT,
    }
)
_SESSION: Forms = MappingProxyType({"/token": r"ogs_s_[\w-]{43}", "/expires_at": _MOMENT})


class AnswersDiffer(Exception):  # noqa: N818 - they do
    """A peer answers otherwise; the text names the load, the peer and the first difference."""


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


def compare(ours_url: str, peers: Mapping[str, str], ground: Ground) -> None:
    """Ask ours and each peer (URLs by key) the same. Raises AnswersDiffer at the first difference."""
    with ExitStack() as end:
        ours = end.enter_context(_client(ours_url))
        for key, url in peers.items():
            theirs = end.enter_context(_client(url))
            for case in _cases(ground):
                _check(key, case, _ask(ours, case.ours), _ask(theirs, case.theirs or case.ours))
            for request in LOADS["product"].make(ground, "", 3):
                _revalidate(key, request, ours, theirs)
            for name in ("list-first", "search"):
                for request in LOADS[name].make(ground, ours_url, SAMPLE):
                    _follow(key, name, request.path, ours, theirs)
            _tenth(key, ground, ours, theirs)


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=30)


def _ask(client: httpx.Client, request: Request) -> httpx.Response:
    headers = {"X-Request-Id": _REQUEST_ID}
    if request.token:
        headers["Authorization"] = f"Bearer {request.token}"
    if request.body:
        headers["Content-Type"] = "application/json"
    return client.request(
        request.method, request.path, headers=headers, content=request.body.encode()
    )


def _cases(ground: Ground) -> Iterator[Case]:
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
        more = json.dumps({"quantity": "7"})
        put = [
            Request(
                *("PUT", f"{CARTS}/{seed.cart_id(cart)}/items/{ground.codes[-1]}"),
                *(seed.cart_token(cart), more),
            )
            for cart in (mine, yours)
        ]
        yield Case("cart", put[0], forms=_CART, theirs=put[1])
        yield Case("checkout", _check_out(mine), 409, theirs=_check_out(yours))
        out = _check_out(mine, grown), _check_out(yours, grown)
        yield Case("checkout", out[0], 201, _PURCHASE, out[1])
    # In a load, nobody says how old he is.
    ground.rows("UPDATE product SET min_age = NULL WHERE id = ANY (%s)", (ground.goods[-2:],))


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


def _check_out(cart: int, buyer: str = BUYER) -> Request:
    return Request("POST", f"{CARTS}/{seed.cart_id(cart)}/checkout", seed.cart_token(cart), buyer)


def _check(key: str, case: Case, ours: httpx.Response, theirs: httpx.Response) -> None:
    """Raise AnswersDiffer unless both answer as the case says, and alike."""
    said = f"{case.load}, peer {key}: {case.ours.method} {case.ours.path} {case.ours.body}"
    if ours.status_code != case.status:
        raise AnswersDiffer(
            f"{said}: ours answers {ours.status_code}, not {case.status}: {ours.text}"
        )
    difference = _head(ours, theirs) or _difference(_body(ours), _body(theirs), case.forms)
    if difference:
        raise AnswersDiffer(f"{said}: {difference}")


def _head(ours: httpx.Response, theirs: httpx.Response) -> str | None:
    """Return how the status or a header differs, or None."""
    if ours.status_code != theirs.status_code:
        return f"status {theirs.status_code} instead of {ours.status_code}: {theirs.text[:500]}"
    if _media_type(ours) != _media_type(theirs):
        return f"content-type {_media_type(theirs)} instead of {_media_type(ours)}"
    for name in _HEADERS:
        if ours.headers.get(name) != theirs.headers.get(name):
            return f"{name} {theirs.headers.get(name)} instead of {ours.headers.get(name)}"
    for name, varies in _VARYING.items():
        mine, yours = (varies.sub("…", each.headers.get(name, "")) for each in (ours, theirs))
        if mine != yours:
            return f"{name} {yours} instead of {mine}"
    return None


def _media_type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).partition(";")[0]


def _body(answer: httpx.Response) -> Any:
    """Return the JSON; of a list whether there is more, of a problem what programs read."""
    body = answer.json()
    if "code" in body and "problem" in _media_type(answer):
        return {name: value for name, value in body.items() if name not in _FREE_WORDS}
    if "next" in body:
        body["next"] = body["next"] is not None
    return body


def _difference(ours: Any, theirs: Any, forms: Forms, at: str = "") -> str | None:
    """Return where and how two JSON values differ, or None."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.keys() != theirs.keys():
            return f"{at or '/'} has {sorted(theirs)} instead of {sorted(ours)}"
        return _first(
            lambda name: _difference(ours[name], theirs[name], forms, f"{at}/{name}"), list(ours)
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{at} has {len(theirs)} items instead of {len(ours)}"
        return _first(
            lambda n: _difference(ours[n], theirs[n], forms, f"{at}/{n}"), range(len(ours))
        )
    return _plain_difference(ours, theirs, forms.get(_PLACE.sub("/*", at)), at)


def _plain_difference(ours: Any, theirs: Any, form: str | None, at: str) -> str | None:
    if form is not None:
        return _formed(ours, theirs, form, at)
    same = type(ours) is type(theirs) and ours == theirs
    return None if same else f"{at} is {theirs!r} instead of {ours!r}"


def _first(difference: Callable[[Any], str | None], places: Sequence[Any]) -> str | None:
    return next(filter(None, map(difference, places)), None)


def _formed(ours: Any, theirs: Any, form: str, at: str) -> str | None:
    same = type(ours) is type(theirs)
    if same and all(re.fullmatch(form, str(each), re.ASCII) for each in (ours, theirs)):
        return None
    return f"{at} is {theirs!r}, which is not of the form of {ours!r}"


def _follow(key: str, load: str, path: str, ours: httpx.Client, theirs: httpx.Client) -> None:
    """Compare a list's first pages, each reached by the own cursor of who is asked."""
    mine, yours = Request("GET", path), Request("GET", path)
    for _ in range(PAGES):
        answers = _ask(ours, mine), _ask(theirs, yours)
        _check(key, Case(load, mine, theirs=yours), *answers)
        cursors = [answer.json()["next"] for answer in answers]
        if cursors[0] is None:
            return
        mine, yours = (Request("GET", f"{path}&cursor={quote(each)}") for each in cursors)


def _revalidate(key: str, request: Request, ours: httpx.Client, theirs: httpx.Client) -> None:
    """Compare what is answered to somebody who has it already."""
    answers = []
    for client in (ours, theirs):
        tag = _ask(client, request).headers.get("etag", "")
        answers.append(client.get(request.path, headers={"If-None-Match": tag}))
    if answers[0].status_code != answers[1].status_code:
        raise AnswersDiffer(
            f"product, peer {key}: GET {request.path} with its own etag is answered"
            f" {answers[1].status_code} instead of {answers[0].status_code}"
        )


def _tenth(key: str, ground: Ground, ours: httpx.Client, theirs: httpx.Client) -> None:
    """Compare the pages that list-tenth asks for."""
    load = LOADS["list-tenth"]
    number = min(SAMPLE, len(ground.deep))
    pairs = (load.make(ground, str(each.base_url), number) for each in (ours, theirs))
    for mine, yours in zip(*pairs, strict=True):
        case = Case(load.name, mine, theirs=yours)
        _check(key, case, _ask(ours, mine), _ask(theirs, yours))
