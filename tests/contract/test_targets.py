"""Paths, queries and methods that nobody means well with, at every operation."""

import re

import pytest

from tests import builders
from tests.contract.good import GOOD, LISTS, target
from tests.contract.world import API, Good

# One operation of each path.
FIRST_OF_PATH = list({label.partition(" ")[2]: label for label in reversed(GOOD)}.values())
WITH_PATH = [label for label in GOOD if "{" in label]
# Whatever stands there is a code that somebody may have scanned: one that cannot be is 422.
# A path of its own among those with a code: what goes on is a code, of which nobody makes anything by POST.
BESIDE_CODES = f"POST {API}/invoice-requests/proposals"
SCANNED = f"GET {API}/barcodes/{{code}}"

# What names nothing, wherever it stands in a path.
NAMES = {
    "NUL": "%00",
    "NUL behind a letter": "a%00",
    "a lone surrogate": "%ED%A0%80",
    "bad UTF-8": "%FF",
    "no escape": "%",
    "no escape either": "%zz",
    "a line break": "%0d%0aSet-Cookie:%20a=b",
    "a slash": "a%2Fb",
    "the folder above": "..",
    "the folder above, escaped": "%2e%2e",
    "2^63": "9223372036854775808",
    "2^64": "18446744073709551616",
    "zero": "0",
    "less": "-1",
    "an underscore": "1_0",
    "another script's digit": "%D9%A1",
    "an emoji": "%F0%9F%98%80",
    "SQL": "'%20OR%20''='",
    "a format": "%25(code)s%25s",
    "braces": "%7B0%7D",
    "60,000 letters": "a" * 60_000,
}
UNKNOWN = {
    "unknown": "color=red",
    "unknown, twice": "color=red&color=red",
    "NUL": "%00=1",
    "long": "x=" + "a" * 60_000,
    "many": "&".join(f"x{n}=1" for n in range(60)),
}
LIMITS = ("1_0", "0", "101", "-1", "+1", "01", "1e1", "1.0", "%D9%A3", "%201", "", "9" * 30, "null")
CURSORS = ("x", "", "%00", "%FF", "%ED%A0%80", "=", "eyJ9", "a" * 2001, "'", "%F0%9F%98%80")
# What a parameter may be given; some are right for some, none is too much for any.
ODD = (
    *("%00", "%FF", "%ED%A0%80", "%", "%zz", "", "1_0", "NaN", "1e400", "9223372036854775808"),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"),
    *("%25_%5C", "'%5C", "%EF%BC%85", "%CC%81", "%C2%BD", "%E2%80%AE", "%F0%9F%98%80", "-", "3.5"),
    *("True", "null", "a" * 3000, "%0d%0aSet-Cookie:%20a=b", "a:*%20%26%20!b", "%7Burn:uuid:%7D"),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "NONSENSE"}


@pytest.mark.parametrize("label", WITH_PATH)
async def test_paths_that_name_nothing(hostile_shop, good, label):
    method, _, _ = label.partition(" ")
    body = good.content
    for parameter in good.path:
        for name, text in NAMES.items():
            path = target(label, Good(path={**good.path, parameter: text}))
            answer = await hostile_shop.ask(method, path, good.who, body)
            told = {404, 422} if label == SCANNED else {404}
            assert answer.status in told, (parameter, name)


@pytest.mark.parametrize("label", GOOD)
class TestEachTarget:
    async def test_almost_right_paths(self, hostile_shop, good, label):
        method, path = label.partition(" ")[0], target(label, good)
        body = good.content
        for almost in (
            f"{path}/",
            f"/{path}",
            f"//{path}",
            f"{path}//",
            path.upper(),
            f"{path};a=b",
        ):
            answer = await hostile_shop.ask(method, almost, good.who, body)
            goes_on = almost.startswith(path) and almost[len(path)] == ";"
            expected = 405 if label == BESIDE_CODES and goes_on else 404
            if label == SCANNED and almost.startswith(path):
                expected = 422
            assert (almost, answer.status) == (almost, expected)

    async def test_query_parameters_that_are_not_known(self, hostile_shop, good, label):
        method, path = label.partition(" ")[0], target(label, good)
        for name, query in UNKNOWN.items():
            answer = await hostile_shop.ask(method, f"{path}?{query}", good.who)
            assert (name, answer.status) == (name, 422)
        answer = await hostile_shop.ask(method, path.encode() + b"?q=\xff", good.who)
        assert answer.status == 400


@pytest.mark.parametrize("label", LISTS)
class TestLists:
    async def test_limits(self, hostile_shop, good, label):
        who, path = good.who, target(label, good)
        for limit in LIMITS:
            answer = await hostile_shop.ask("GET", f"{path}?limit={limit}", who)
            assert (limit, answer.status, answer.pointers) == (limit, 422, {"/query/limit"})
        answer = await hostile_shop.ask("GET", f"{path}?limit=1&limit=1", who)
        assert (answer.status, answer.pointers) == (422, {"/query/limit"})

    async def test_cursors(self, hostile_shop, good, label):
        who, path = good.who, target(label, good)
        for cursor in CURSORS:
            answer = await hostile_shop.ask("GET", f"{path}?cursor={cursor}", who)
            assert (cursor, answer.status, answer.pointers) == (cursor, 422, {"/query/cursor"})

    async def test_odd_values(self, hostile_shop, good, description, label):
        who, path = good.who, target(label, good)
        for parameter in description["paths"][label.partition(" ")[2]]["get"]["parameters"]:
            for text in ODD:
                query = f"{parameter['name']}={text}"
                answer = await hostile_shop.ask("GET", f"{path}?{query}", who)
                assert answer.status == 422 or "next" in answer.json(), query
            # The form of numbers and booleans, also of those that may be left out.
            if parameter["schema"].get("type") in {"integer", "boolean"}:
                for text in ("1_0", "True", "yes", "1.0", "%2B1"):
                    query = f"{parameter['name']}={text}"
                    answer = await hostile_shop.ask("GET", f"{path}?{query}", who)
                    assert (query, answer.status) == (query, 422)


# A filter for each list but that of one's own sessions, which has none.
FILTERS = {
    "active": "active=false",
    "all": "all=true",
    "reorder": "reorder=true",
    "kind": "kind=receipt",
    "status": "status=cancelled",
    "used": "used=false",
    "open": "open=true",
    "since": "since=2026-01-01T00:00:00Z",
    "state": "state=counted",
    "days": "days=3",
}


class TestCursors:
    """A cursor is good for the list, the filters and the order that it came from, and for nothing else."""

    @pytest.fixture
    def readers(self, world):
        """Where each list is and who may read it, by its path; there are two things at least in each."""
        for make in (
            builders.brand,
            builders.category,
            builders.coupon,
            builders.deposit,
            builders.discount,
            builders.markdown,
            builders.supplier,
        ):
            make(world.on)
            make(world.on)
        for _ in range(2):
            world.lot()
            world.order()
            world.purchase(paid=True)
            world.till()
            world.shortage()
            world.uncounted()
            world.reduced()
            world.cart(world.somebody)
            builders.session(world.on, world.somebody.login_id)
            builders.customer(world.on)
        good = {label: GOOD[label](world) for label in LISTS}
        return {label.partition(" ")[2]: (target(label, g), g.who) for label, g in good.items()}

    @pytest.fixture
    async def pages(self, hostile_shop, readers):
        """The lists, their second pages' cursors, and who may read them, by path."""
        found = {}
        for path, (url, who) in readers.items():
            answer = await hostile_shop.ask("GET", f"{url}?limit=1", who)
            assert answer.json()["next"], path
            found[path] = (url, answer.json()["next"], who)
        return found

    async def test_are_good_where_they_come_from(self, hostile_shop, pages):
        for path, (url, cursor, who) in pages.items():
            answer = await hostile_shop.ask("GET", f"{url}?cursor={cursor}&limit=2", who)
            assert (path, answer.status) == (path, 200)

    async def test_are_not_for_other_lists(self, hostile_shop, pages):
        for path, (url, _, who) in pages.items():
            for other, (_, cursor, _) in pages.items():
                if other != path:
                    answer = await hostile_shop.ask("GET", f"{url}?cursor={cursor}", who)
                    assert (path, other, answer.status) == (path, other, 422)

    async def test_are_not_for_other_filters(self, hostile_shop, pages, description):
        tried = 0
        for path, (url, cursor, who) in pages.items():
            known = {p["name"] for p in description["paths"][path]["get"]["parameters"]}
            for name in known & FILTERS.keys():
                query = f"cursor={cursor}&{FILTERS[name]}"
                answer = await hostile_shop.ask("GET", f"{url}?{query}", who)
                assert (path, query, answer.status) == (path, query, 422)
                tried += 1
        # One's own sessions and carts, shortages, reduced goods, what suppliers sell, corrections and ledgers have no filters.
        assert tried >= len(LISTS) - 9

    async def test_cannot_be_changed(self, hostile_shop, pages):
        for path, (url, cursor, who) in pages.items():
            middle = len(cursor) // 2
            swapped = "B" if cursor[middle] == "A" else "A"
            for changed in (
                cursor[:-1],
                cursor[1:],
                f"{cursor}A",
                f"{cursor}=",
                cursor[:middle] + swapped + cursor[middle + 1 :],
                cursor.swapcase(),
                f"{cursor[:20]}%20{cursor[20:]}",
            ):
                answer = await hostile_shop.ask("GET", f"{url}?cursor={changed}", who)
                assert (path, changed, answer.status) == (path, changed, 422)


@pytest.mark.parametrize("label", FIRST_OF_PATH)
class TestMethods:
    @pytest.fixture
    def allowed(self, label):
        """The methods that are allowed where `label` is."""
        # A path of its own, as that of proposals is, may be one with a code in it too.
        where = label.partition(" ")[2]
        methods = {
            m
            for m, _, path in (known.partition(" ") for known in GOOD)
            if re.fullmatch(path.replace("{code}", "[^/]+"), where) or path == where
        }
        return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())

    async def test_of_no_use_here(self, hostile_shop, good, label, allowed):
        where = target(label, good)
        answer = await hostile_shop.ask("OPTIONS", where)
        assert (answer.status, answer.body) == (200, b"")
        assert set(re.split(", *", answer.headers["allow"])) == allowed
        for method in METHODS - allowed:
            answer = await hostile_shop.ask(method, where, good.who)
            assert (method, answer.status) == (method, 405)
            assert set(re.split(", *", answer.headers["allow"])) == allowed


@pytest.mark.parametrize("label", [label for label in GOOD if label.startswith("GET")])
async def test_head_is_get_without_a_body(hostile_shop, good, label):
    where = target(label, good)
    head = await hostile_shop.ask("HEAD", where, good.who)
    get = await hostile_shop.ask("GET", where, good.who)
    assert (head.status, get.status, head.body) == (200, 200, b"")
    assert head.headers.keys() == get.headers.keys()
    assert head.headers["content-type"] == get.headers["content-type"]


async def test_what_is_no_path_at_all(hostile_shop):
    # The server's own address is the shop's first page.
    for where, status in ((b"", 200), (b"/", 200), (b"http://shop.test", 200)):
        assert (where, (await hostile_shop.ask("GET", where)).status) == (where, status)
    for where in (b"*", b"/..", b"ftp://shop.test/livez", b"/livez%00", b"/LIVEZ"):
        assert (where, (await hostile_shop.ask("GET", where)).status) == (where, 404)
    for name in (b"%00", b"..%2f..%2froutes.py", b"../page.html", b"%5c..", b"a" * 5000, b"/etc/a"):
        answer = await hostile_shop.ask("GET", b"/docs/assets/" + name)
        assert (name, answer.status) == (name, 404)
    assert (await hostile_shop.ask("GET", f"/{API}/products")).status == 404
