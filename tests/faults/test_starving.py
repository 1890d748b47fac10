"""No public read starves those who buy: lists that hang, as many as anybody likes, and sales meanwhile."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, closing

import httpx
import psycopg2
import pytest

from app.factory import create_app, create_asgi_app
from tests.builders import as_clerk, category, filled_cart, on_sale, value
from tests.core.things import eventually
from tests.orders.sales import GUEST
from tests.support.asgi import running

PRODUCTS = "/api/v1/products"
# Each waits for a lock on the brands, which no sale looks at: nothing that is asked for can take longer.
LISTS = (f"{PRODUCTS}?brand=none", f"{PRODUCTS}?q=milk&brand=none&in_stock=false", "/api/v1/brands")
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'brand'::regclass AND database ="
WAITING += " (SELECT oid FROM pg_database WHERE datname = current_database())"


@pytest.fixture
def bounds(fresh_database, make_settings):
    """Settings with few connections, and with patience for all that waits."""
    return make_settings(
        fresh_database,
        database={
            "pool_size": 4,
            "acquire_timeout": 30.0,
            "statement_timeout": 60.0,
            "lock_timeout": 60.0,
        },
        http={"max_concurrent_requests": 20},
    )


@pytest.fixture
def carts(fresh_database):
    """Carts to be checked out."""
    milk = on_sale(fresh_database, stock=100, category=category(fresh_database), name="Milk")
    return [filled_cart(fresh_database, (milk, 1)) for _ in range(6)]


@asynccontextmanager
async def brands_locked(database, hanging):
    """Lock the brands; `hanging` is how many lists are to wait for them in the end."""
    with closing(psycopg2.connect(database.owner_url)) as connection:
        connection.cursor().execute("LOCK TABLE brand IN ACCESS EXCLUSIVE MODE")

        async def hang():
            await eventually(lambda: value(database, WAITING) == hanging)

        yield hang


async def test_under_asgi(fresh_database, bounds, carts):
    application = create_asgi_app(create_app(bounds))
    async with running(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            async with brands_locked(fresh_database, hanging=2) as hang:
                flood = [asyncio.create_task(client.get(LISTS[n % 3])) for n in range(40)]
                await hang()
                for cart in carts:
                    answer = await client.post(
                        f"/api/v1/carts/{cart.id}/checkout", json=GUEST, headers=cart.headers
                    )
                    assert answer.status_code == 201, answer.text
                for path in ("/api/v1/purchases", "/api/v1/stock/lots"):
                    answer = await client.get(path, headers=as_clerk(fresh_database))
                    assert answer.status_code == 200, answer.text
                refused = [task.result() for task in flood if task.done()]
            answers = await asyncio.gather(*flood)
    # Two had a connection, ten were in the line.
    assert Counter(answer.status_code for answer in answers) == {200: 12, 503: 28}
    assert len(refused) == 28
    for answer in refused:
        assert answer.headers["Retry-After"] == "1"
        assert answer.json()["code"] == "unavailable"


async def test_who_has_waited_is_not_refused_at_its_second_look(fresh_database, bounds):
    """A search whose words no product has together asks once more, for those that have most of them."""
    few = bounds.http.model_copy(update={"max_concurrent_requests": 4})
    application = create_asgi_app(create_app(bounds.model_copy(update={"http": few})))
    async with running(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            async with brands_locked(fresh_database, hanging=2) as hang:
                # Two that look twice, and so many behind them that nobody else would be let into the line.
                paths = [LISTS[1], LISTS[1], LISTS[2], LISTS[2]]
                flood = [asyncio.create_task(client.get(path)) for path in paths]
                await hang()
            answers = await asyncio.gather(*flood)
    assert [answer.status_code for answer in answers] == [200] * 4


async def test_under_wsgi_where_all_have_a_thread(fresh_database, bounds, carts):
    more = bounds.database.model_copy(update={"pool_size": 6})
    app = create_app(bounds.model_copy(update={"database": more}))

    def ask(method, path, **more):
        return app.test_client().open(path, method=method, **more).status_code

    try:
        async with brands_locked(fresh_database, hanging=3) as hang:
            flood = [asyncio.create_task(asyncio.to_thread(ask, "GET", path)) for path in LISTS]
            await hang()
            # Of three more two wait for their turn; of six threads, that leaves one for all others.
            late = [asyncio.create_task(asyncio.to_thread(ask, "GET", LISTS[2])) for _ in range(3)]
            (refused,), waiting = await asyncio.wait(late, return_when=asyncio.FIRST_COMPLETED)
            assert refused.result() == 503
            for cart in carts:
                path = f"/api/v1/carts/{cart.id}/checkout"
                sold = await asyncio.to_thread(ask, "POST", path, json=GUEST, headers=cart.headers)
                assert sold == 201
        assert await asyncio.gather(*flood, *waiting) == [200] * 5
    finally:
        await asyncio.to_thread(app.portal.close)
