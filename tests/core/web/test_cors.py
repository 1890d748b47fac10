"""Pages of other origins may call the API where a setting names them, exactly."""

import pytest

from tests.support.clients import client_at, shop_with

SHOP, OTHER = "https://shop.example", "https://shop.example.evil.test"


@pytest.fixture(scope="module")
async def open_shop(make_settings):
    async with shop_with(
        make_settings(http={"cors_origins": (SHOP, "http://localhost:5173")})
    ) as it:
        yield it


@pytest.fixture
async def page(open_shop):
    async with client_at(open_shop, headers={"Origin": SHOP}) as client:
        yield client


async def test_a_page_may_read_answers_and_errors(page):
    for path in ("/api/v1/products", "/api/v1/products/nothing", "/api/v1/purchases"):
        answer = await page.get(path)
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert answer.headers["vary"] == "Origin"
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"ETag", "Link", "Location", "Retry-After", "X-Request-Id"} <= set(exposed)
        assert "access-control-allow-credentials" not in answer.headers


async def test_a_browser_that_asks_first_is_told_what_may_be_sent(page):
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, content-type, if-match, idempotency-key",
    }
    answer = await page.options("/api/v1/products/milk", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert set(asked["Access-Control-Request-Headers"].split(", ")) <= set(allowed)


@pytest.mark.parametrize(
    "origin", [OTHER, "http://shop.example", "https://shop.example:8443", "null"]
)
async def test_nobody_else_may(page, origin):
    for answer in (
        await page.get("/api/v1/products", headers={"Origin": origin}),
        await page.options(
            "/api/v1/products", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
        ),
    ):
        assert not any(name.startswith("access-control") for name in answer.headers)


async def test_without_the_setting_no_page_may(make_settings):
    async with shop_with(make_settings()) as shop, client_at(shop) as client:
        answer = await client.get("/api/v1/products", headers={"Origin": SHOP})
    assert answer.status_code == 200
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "given",
    ["https://a.example,http://localhost:5173", '["https://a.example", "http://localhost:5173"]'],
)
def test_origins_of_a_variable(given):
    from app.core.settings import HttpSettings

    assert HttpSettings(cors_origins=given).cors_origins == (
        "https://a.example",
        "http://localhost:5173",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "*",
        "shop.example",
        "https://shop.example/",
        "https://Shop.example",
        "null",
        "https://a b",
        7,
    ],
)
def test_what_is_no_origin_is_refused(wrong):
    from app.core.settings import HttpSettings

    with pytest.raises(ValueError, match="origins like"):
        HttpSettings(cors_origins=wrong)
