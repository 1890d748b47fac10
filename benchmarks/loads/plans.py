"""What is asked of a contestant: for each load the requests of one slot, the same for all who are measured."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

import httpx

from benchmarks.loads import seed, windows
from benchmarks.loads.ground import OPEN_CARTS, Ground
from benchmarks.loads.words import mistyped
from benchmarks.measuring.wrk import Plan, Request

PRODUCTS = "/api/v1/products"
CARTS = "/api/v1/carts"
LOGIN = "/api/v1/login"
PAGE = 20
KINDS_IN_A_CART = 10
"""A cart is asked to hold these many products at most, however often one is put in."""
BUYER = json.dumps({"contact_name": "Alex Load", "contact_phone": "+49 30 5550100"})

Make = Callable[[Ground, str, int], list[Request]]


@dataclass(frozen=True)
class Load:
    """A kind of request. `make` returns so many of them for the contestant at an URL; `once` are used up.

    `apart` is what a shop of its own is needed for: no part of a full run.
    """

    name: str
    make: Make
    once: bool = False
    apart: bool = False


def product(ground: Ground, _url: str, number: int) -> list[Request]:
    """Ask for one product by its code, each in turn in no order."""
    codes = ground.codes
    return [Request("GET", f"{PRODUCTS}/{codes[n % len(codes)]}") for n in range(number)]


def list_first(ground: Ground, _url: str, number: int) -> list[Request]:
    """Ask for the first page of a category."""
    return _cycled([_listing(leaf) for leaf in ground.leaves], number)


def list_tenth(ground: Ground, url: str, number: int) -> list[Request]:
    """Ask for the tenth page of a category; how to get there, the contestant itself says."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        found = [_tenth(client, leaf) for leaf in ground.deep]
    return _cycled(found, number)


def search(ground: Ground, _url: str, number: int) -> list[Request]:
    """Ask for two words: as they are written, and with a mistake in one, in turn."""
    pairs = [name.split()[:2] for name in ground.names]
    asked = [
        f"{first} {mistyped(second, n) if n % 2 else second}"
        for n, (first, second) in enumerate(pairs)
    ]
    return _cycled([Request("GET", f"{PRODUCTS}?{urlencode({'q': q})}") for q in asked], number)


def cart(ground: Ground, _url: str, number: int) -> list[Request]:
    """Put one of ten products into one of the open carts, which hold three of those."""
    seeded = random.Random(11)  # noqa: S311 - the same requests in each run
    codes = ground.codes
    asked = []
    for _ in range(number):
        which = seeded.randint(1, OPEN_CARTS)
        line = seeded.randrange(min(KINDS_IN_A_CART, len(codes)))
        code = codes[seed.goods_of(which, len(codes), line)]
        body = json.dumps({"quantity": str(seeded.randint(1, 9))})
        path = f"{CARTS}/{seed.cart_id(which)}/items/{code}"
        asked.append(Request("PUT", path, seed.cart_token(which), body))
    return asked


def checkout(ground: Ground, _url: str, number: int) -> list[Request]:
    """Check out a cart of three lines, each cart once."""
    return [_check_out(which) for which in ground.carts(number)]


def checkout_one(ground: Ground, _url: str, number: int) -> list[Request]:
    """Check out a cart of one line, which is the same product in all."""
    return [_check_out(which) for which in ground.carts(number, lines=1, one=True)]


def checkout_slot(ground: Ground, _url: str, number: int) -> list[Request]:
    """Check out a cart of three lines with a coupon, for a slot; the ground has to sell in these."""
    fresh = ground.carts(number)
    windows.enter_coupons(ground.owner_url, fresh)
    named = [json.dumps({**json.loads(BUYER), "slot": start}) for start in ground.slots]
    return [_check_out(which, named[which % len(named)]) for which in fresh]


def sale(ground: Ground, _url: str, number: int) -> list[Request]:
    """Sell three products to somebody who walks in, and pays in cash; the ground has to have a till."""
    codes = ground.codes
    asked = []
    for n in range(number):
        lines = [{"product": codes[seed.goods_of(n, len(codes), line)]} for line in range(3)]
        body = json.dumps({"till": windows.TILL, "lines": lines})
        asked.append(Request("POST", "/api/v1/sales", windows.CLERK_TOKEN, body))
    return asked


def login(ground: Ground, _url: str, number: int) -> list[Request]:
    """Log one of the customers in."""
    bodies = [json.dumps({"email": email, "password": seed.PASSWORD}) for email in ground.emails]
    return _cycled([Request("POST", LOGIN, body=body) for body in bodies], number)


def mix(ground: Ground, url: str, number: int) -> list[Request]:
    """Do what visitors do: of 50 requests 20 read a product, 20 list, 5 search, 4 fill a cart and 1 checks out."""
    parts: Sequence[tuple[Make, int]] = (
        (product, 20),
        (list_first, 20),
        (search, 5),
        (cart, 4),
        (checkout, 1),
    )
    rounds = number // 50 + 1
    asked = [request for make, share in parts for request in make(ground, url, share * rounds)]
    random.Random(13).shuffle(asked)  # noqa: S311 - the same order in each run
    return asked[:number]


_ALL = (
    Load("product", product),
    Load("list-first", list_first),
    Load("list-tenth", list_tenth),
    Load("search", search),
    Load("cart", cart),
    Load("checkout", checkout, once=True),
    Load("checkout-one", checkout_one, once=True),
    Load("login", login),
    Load("mix", mix, once=True),
    Load("checkout-slot", checkout_slot, once=True, apart=True),
    Load("sale", sale, apart=True),
)
LOADS: Mapping[str, Load] = MappingProxyType({load.name: load for load in _ALL})
"""By name, in the order of the report."""


def plan(load: Load, ground: Ground, url: str, number: int, first: int = 0) -> Plan:
    """Return so many of a load's requests for the contestant at `url`, begun with the one of number `first`."""
    return Plan(load.make(ground, url, number), load.once, 0 if load.once else first)


def _listing(category: str, cursor: str | None = None) -> Request:
    asked = {"category": category, "limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
    return Request("GET", f"{PRODUCTS}?{urlencode(asked)}")


def _tenth(client: httpx.Client, category: str) -> Request:
    cursor = None
    for _ in range(9):
        answer = client.get(_listing(category, cursor).path).raise_for_status()
        cursor = answer.json()["next"]
    return _listing(category, cursor)


def _check_out(which: int, buyer: str = BUYER) -> Request:
    path = f"{CARTS}/{seed.cart_id(which)}/checkout"
    return Request("POST", path, seed.cart_token(which), buyer)


def _cycled(requests: Sequence[Request], number: int) -> list[Request]:
    return [requests[n % len(requests)] for n in range(number)]
