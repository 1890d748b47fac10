"""Every page and every kind of visitor: who is let in, who is shown where to log in, and who is told no."""

import itertools
import re

import pytest

from tests.builders import admin, clerk, customer, guest_cart
from tests.support.html import Page

KINDS = ("anonymous", "customer", "clerk", "admin", "guest")
ALL = frozenset(KINDS)
LOGGED_IN = frozenset({"customer", "clerk", "admin"})
CUSTOMER = frozenset({"customer"})

WHO = {
    "GET /": ALL,
    "GET /products": ALL,
    "GET /products/{}": ALL,
    "GET /basket": ALL,
    "POST /basket/add": ALL,
    "POST /basket/quantity": ALL,
    "POST /basket/remove": ALL,
    "POST /basket/coupon": ALL,
    "GET /checkout": ALL,
    "POST /checkout": ALL,
    "GET /purchases/{}": ALL,
    "GET /login": ALL,
    "POST /login": ALL,
    "GET /register": ALL,
    "POST /register": ALL,
    "POST /logout": LOGGED_IN,
    "GET /account": CUSTOMER,
    "POST /account": CUSTOMER,
    "POST /account/password": CUSTOMER,
    "GET /assets/{}/{}": ALL,
}


@pytest.fixture(scope="session")
def pages(application):
    """A path for each page and method, by its key in WHO."""
    rules = [r for r in application.url_map.iter_rules() if r.endpoint.startswith("page_")]
    return {
        f"{method} {re.sub(r'<[^>]+>', '{}', rule.rule)}": re.sub(
            r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", rule.rule
        )
        .replace("<", "")
        .replace(">", "")
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


@pytest.fixture
def visit(client, database):
    """Have somebody of a kind open a page, or send an empty form to it."""
    people = {"customer": customer, "clerk": clerk, "admin": admin}

    async def visited(kind, method, path):
        if kind in people:
            client.cookies.set("session", people[kind](database).token)
        elif kind == "guest":
            client.cookies.set("cart", guest_cart(database).token)
        form = Page((await client.get("/login")).text).form("/login")
        return await client.request(method, path, data=form if method == "POST" else None)

    return visited


def test_every_page_is_listed(pages):
    assert pages.keys() == WHO.keys()


@pytest.mark.parametrize(("page", "kind"), list(itertools.product(WHO, KINDS)))
async def test_kind(pages, visit, page, kind):
    answer = await visit(kind, page.partition(" ")[0], pages[page])
    if kind in WHO[page]:
        assert answer.status_code not in {401, 403, 405, 500}, answer.text
        assert "/login" not in answer.headers.get("location", "")
    elif kind in LOGGED_IN:
        assert answer.status_code == 403
    else:
        assert (answer.status_code, answer.headers["location"][:7]) == (303, "/login?")


@pytest.mark.parametrize("page", [page for page in WHO if page.startswith("POST")])
async def test_forms_need_their_token(pages, client, database, page):
    client.cookies.set("session", customer(database).token)
    answer = await client.post(pages[page], data={"csrf": "0" * 32})
    assert answer.status_code == 403


@pytest.mark.parametrize("page", [page for page in WHO if page.startswith("POST")])
@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"a=%ff", "application/x-www-form-urlencoded", 403),
        (b"&a=" * 2000, "application/x-www-form-urlencoded", 422),
        (b"a" * 20_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_what_is_no_form_is_refused(pages, client, page, body, media_type, status):
    answer = await client.post(pages[page], content=body, headers={"Content-Type": media_type})
    assert answer.status_code == status
