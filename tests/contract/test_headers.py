"""Headers that nobody means well with, at every operation that reads them."""

import json
import re

import pytest

from tests import builders
from tests.contract.good import GOOD, OF_FILES, WITH_BODY, target

PUBLIC = {
    *("GET /livez", "GET /readyz", "GET /metrics", "POST /api/v1/login", "POST /api/v1/customers"),
    "GET /api/v1/shop",
    *("GET /api/v1/brands", "GET /api/v1/brands/{code}"),
    *("GET /api/v1/categories", "GET /api/v1/categories/{code}"),
    "GET /api/v1/images/{image}/{size}",
    "GET /api/v1/reduced",
    "GET /api/v1/slots",
    "GET /api/v1/suggestions",
    *("GET /api/v1/products", "GET /api/v1/products/{code}", "GET /api/v1/barcodes/{code}"),
}
NEW_EACH_TIME = {
    "POST /api/v1/login": "its answer is a token, which is shown once and kept nowhere",
}
IDEMPOTENT = [label for label in GOOD if label.startswith("POST") and label not in NEW_EACH_TIME]
BY_BODY = {"POST /api/v1/customers"}
"""Asked by people without a token: what tells them apart is a secret in what they send."""
CONDITIONAL = [
    label
    for label in GOOD
    if (
        label.startswith(("PATCH", "DELETE"))
        and not re.search("/login|/carts|/uncounted|/lots", label)
    )
    or label in OF_FILES
]
NO_AUTHORIZATIONS = (
    *(b"", b"Bearer", b"Bearer ", b"Basic YTpi", b"Bearer \xff", b"Bearer a b", b"bearer\tx"),
    *(b"Bearer " + b"a" * 600, b"Bearer ogs_s_", b"Bearer ogs_c_" + b"a" * 43, b"Bearer null"),
    *(b"Bearer ogs_s_a, Bearer ogs_s_b", b"Bearer ' OR ''='", b"Bearer %00", b"Token ogs_s_a"),
)
NO_TAGS = (
    b"x",
    b"v1",
    b"",
    b"\xff",
    b'W/"v1',
    b'w/"v1"',
    b'"v1" "v2"',
    b'"' * 5001,
    b"*, *",
    b'"\x00"',
)
OTHER_TAGS = (
    b'"v0"',
    b'"v99"',
    b'"v99999999999999999999"',
    b'"V1"',
    b'"v01"',
    b'"1"',
    b'""',
    b'"v1x"',
)
NO_KEYS = (b"", b" ", b"a b", b"\xff", b"\x00", b"\xc5\xbc", b"a" * 201, b"a\tb")
NO_IDS = (b"", b"a b", b"\xff", b"\x00", b"a\rb", b"a" * 65, b"<script>", b"a,b", b"../a", b'"a"')


@pytest.fixture
def send(hostile_shop, good, label):
    """Send the good request of the test's `label`, with more headers, by `who`."""

    async def ask(*headers, who=None, body=good.body, behind=b""):
        text = good.file if body is None else json.dumps(body).encode() + behind
        who = good.who if who is None else who
        method = label.partition(" ")[0]
        return await hostile_shop.ask(method, target(label, good), who, text, headers)

    return ask


@pytest.mark.parametrize("label", [label for label in GOOD if label not in PUBLIC])
class TestAuthorization:
    async def test_that_is_none(self, send, good):
        for text in NO_AUTHORIZATIONS:
            answer = await send((b"authorization", text), who={})
            assert (text, answer.status) == (text, 401)

    async def test_of_one_kind_as_another(self, send, good):
        token = good.who.get("Authorization", "").removeprefix("Bearer ")
        other = {"ogs_s_": "ogs_c_", "ogs_c_": "ogs_s_"}.get(token[:6], "ogs_s_") + token[6:]
        for changed in (
            *(other, token[6:], token[:-1], f"{token}=", token.swapcase(), token[::-1]),
            *(f"{token} a", f"{token},a", f"{token}, Bearer {token}", f'"{token}"'),
        ):
            answer = await send((b"authorization", f"Bearer {changed}".encode()), who={})
            assert (changed, answer.status) == (changed, 401)


@pytest.mark.parametrize("label", CONDITIONAL)
class TestIfMatch:
    async def test_that_is_no_tag(self, send, label):
        for text in NO_TAGS:
            assert (text, (await send((b"if-match", text))).status) == (text, 400)

    async def test_that_is_another_version(self, send, label):
        for text in OTHER_TAGS:
            assert (text, (await send((b"if-match", text))).status) == (text, 412)

    @pytest.mark.parametrize("text", [b'W/"v1"', b'"v0","v1"', b"*"])
    async def test_that_is_this_version(self, send, good, text):
        assert (await send((b"if-match", text))).status == good.status


class TestIdempotencyKey:
    @pytest.fixture
    def stranger(self, world):
        """Another admin."""
        return builders.as_admin(world.on)

    def test_is_read_by_every_post(self, description):
        """But for those that have a reason: see NEW_EACH_TIME, and GOOD has them all."""
        reading = {
            f"{method.upper()} {path}"
            for path, methods in description["paths"].items()
            for method, told in methods.items()
            if "Idempotency-Key" in {parameter["name"] for parameter in told["parameters"]}
        }
        assert reading == set(IDEMPOTENT)

    @pytest.mark.parametrize("label", IDEMPOTENT)
    async def test_that_is_none(self, send, label):
        for text in NO_KEYS:
            answer = await send((b"idempotency-key", text))
            assert (text, answer.status) == (text, 422)
            assert answer.pointers == {"/header/Idempotency-Key"}

    @pytest.mark.parametrize("label", IDEMPOTENT)
    async def test_gives_the_first_answer_again(self, send, good, label):
        key = (b"idempotency-key", b"~" * 200)
        first, second = await send(key), await send(key)
        assert (first.status, second.status) == (good.status, good.status)
        assert first.body == second.body
        for name in ("location", "etag", "content-type"):
            assert first.headers.get(name) == second.headers.get(name)
        assert "idempotency-replayed" not in first.headers
        assert second.headers["idempotency-replayed"] == "true"

    @pytest.mark.parametrize(
        "label", [label for label in IDEMPOTENT if label in WITH_BODY and label not in BY_BODY]
    )
    async def test_of_another_body_is_refused(self, send, good, label):
        key = (b"idempotency-key", b"~")
        assert (await send(key)).status == good.status
        other = await send(key, behind=b" ")
        assert (other.status, other.json()["code"]) == (422, "idempotency_mismatch")

    @pytest.mark.parametrize(
        "label", [label for label in IDEMPOTENT if "cart" not in label and label not in BY_BODY]
    )
    async def test_is_each_ones_own(self, send, label, stranger):
        key = (b"idempotency-key", b"1")
        mine, theirs = await send(key), await send(key, who=stranger)
        assert "idempotency-replayed" not in theirs.headers
        assert mine.body != theirs.body

    @pytest.mark.parametrize("label", BY_BODY)
    async def test_of_another_guest_says_nothing(self, send, good, label):
        key = (b"idempotency-key", b"1")
        assert (await send(key)).status == good.status
        # The same person's name and address, and not what only they know.
        other = await send(key, body={**good.body, "password": "nine grey stones by a lake"})
        assert (other.status, other.json()["code"]) == (409, "already_exists")

    @pytest.mark.parametrize("label", ["POST /api/v1/carts/{cart}/checkout"])
    async def test_of_a_cart_opens_no_other(self, send, good, stranger_cart, label):
        key = (b"idempotency-key", b"1")
        assert (await send(key)).status == good.status
        assert (await send(key, who=stranger_cart)).status == 404

    @pytest.fixture
    def stranger_cart(self, world):
        return builders.as_guest(world.on)


@pytest.mark.parametrize("text", NO_IDS)
async def test_request_ids_that_are_not_taken(hostile_shop, text):
    answer = await hostile_shop.ask("GET", "/livez", headers=[(b"x-request-id", text)])
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *((b"host", text) for text in (b"", b"a b", b"\xff", b"e:99999999", b"[::1", b"a." * 4500)),
        *((b"cookie", text) for text in (b"\xff=\x00", b"session=a; session=b", b"=" * 5000)),
        *((b"accept", text) for text in (b"text/html", b"\xff", b"application/json;q=0")),
        *((b"content-length", text) for text in (b"-1", b"a", b"\xff")),
        (b"x-http-method-override", b"DELETE"),
        (b"x-forwarded-host", b"evil.example"),
        (b"x-forwarded-for", b"\xff"),
        (b"x-forwarded-prefix", b"/evil"),
        (b"x-original-url", b"/api/v1/staff"),
        (b"user-agent", b"\xff\x00"),
        (b"range", b"bytes=0-1"),
        (b"if-none-match", b'"another"'),
        (b"content-encoding", b"gzip"),
        (b"transfer-encoding", b"nonsense"),
        (b"http_authorization", b"Bearer x"),
    ],
)
@pytest.mark.parametrize("label", ["GET /api/v1/brands/{code}", "POST /api/v1/carts"])
async def test_headers_that_change_nothing(send, good, label, name, text):
    answer = await send((name, text), who={})
    assert answer.status == good.status
    assert "evil" not in json.dumps(dict(answer.headers))
