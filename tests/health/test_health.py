"""Liveness needs no database; readiness needs the right one; metrics count what was asked."""

import asyncio
import socket
import threading

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.registry import Collector

from app.core.database import migrations
from app.core.database.definitions import editions
from app.factory import create_app, create_asgi_app
from tests.builders import filled_cart, on_sale, rows
from tests.support.asgi import running
from tests.support.clients import client_at, shop_with
from tests.support.load import Connection, load
from tests.support.locks import transaction, until_blocked
from tests.support.servers import shop_server


class TestLiveness:
    async def test_answers(self, client):
        answer = await client.get("/livez")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    async def test_answers_without_a_database(self, ask, private_postgres):
        private_postgres.stop("immediate")
        live, ready = await ask(private_postgres, "/livez", "/readyz")
        assert live.status_code == 200
        assert ready.status_code == 503


class TestReadiness:
    async def test_answers(self, client):
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    async def test_an_absent_database_is_a_problem_with_a_time_to_come_back(
        self, ask, private_postgres
    ):
        private_postgres.stop("immediate")
        (answer,) = await ask(private_postgres, "/readyz")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 1

    async def test_an_older_schema_is_not_ready(self, ask, fresh_database):
        rows(
            fresh_database,
            "DELETE FROM _yoyo_migration WHERE migration_id = %(id)s",
            id=migrations.expected_version(),
        )
        (answer,) = await ask(fresh_database, "/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "schema_outdated")

    async def test_an_older_text_of_a_function_is_not_ready(self, ask, fresh_database):
        rows(fresh_database, "COMMENT ON VIEW availability IS 'availability, edition 0, text 0'")
        (answer,) = await ask(fresh_database, "/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "schema_outdated")
        assert f"edition {editions()['availability']} of availability" in answer.json()["detail"]

    async def test_a_newer_text_of_a_function_is_ready(self, ask, fresh_database):
        rows(fresh_database, "COMMENT ON VIEW offer IS 'offer, edition 99, text 0'")
        (answer,) = await ask(fresh_database, "/readyz")
        assert answer.status_code == 200

    async def test_a_newer_schema_is_ready(self, ask, fresh_database):
        rows(
            fresh_database,
            "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc) VALUES ('x', '9999-x', now())",
        )
        (answer,) = await ask(fresh_database, "/readyz")
        assert answer.status_code == 200

    async def test_a_database_without_any_schema_is_not_ready(self, ask, fresh_database):
        rows(fresh_database, "DROP TABLE _yoyo_migration")
        (answer,) = await ask(fresh_database, "/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "schema_outdated")

    async def test_requests_that_miss_their_table_are_told_to_come_back(self, ask, fresh_database):
        rows(fresh_database, "ALTER TABLE brand RENAME TO brand_of_old")
        (answer,) = await ask(fresh_database, "/api/v1/brands")
        assert (answer.status_code, answer.json()["code"]) == (503, "schema_outdated")
        assert int(answer.headers["retry-after"]) >= 1


async def answered_beside(shop, client, lock, database):
    """Return /readyz while a request that waits for `lock` has the shop's only connection."""
    async with transaction(database) as held:
        held.execute(lock)
        slow = asyncio.create_task(client.get("/api/v1/brands"))
        await until_blocked(database, slow)
        async with asyncio.timeout(15):  # less than the line takes
            answer = await client.get("/readyz")
        assert not slow.done()
    assert (await slow).status_code == 200
    return answer


class TestBusy:
    async def test_a_pool_whose_connections_are_all_at_work_is_ready_at_once(
        self, make_settings, fresh_database
    ):
        # To wait in line would mean to wait for longer than the request's own limits.
        limits = {"pool_size": 1, "lock_timeout": 60, "statement_timeout": 60}
        settings = make_settings(fresh_database, database=limits)
        async with shop_with(settings) as shop, client_at(shop) as client:
            answer = await answered_beside(shop, client, "LOCK TABLE brand", fresh_database)
        assert answer.status_code == 200

    async def test_a_database_that_lets_nobody_in_is_not_ready(self, make_settings, fresh_database):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            limits = {
                "url": f"postgresql://app@127.0.0.1:{silent.getsockname()[1]}/shop",
                "pool_size": 1,
                "acquire_timeout": 0.5,
                # The start waits for so long too.
                "connect_timeout": 5,
            }
            settings = make_settings(fresh_database, database=limits)
            async with shop_with(settings) as shop, client_at(shop) as client:
                first = asyncio.create_task(client.get("/api/v1/brands"))
                with await asyncio.to_thread(lambda: silent.accept()[0]):
                    answer = await client.get("/readyz")
                first.cancel()
        assert answer.status_code == 503


class TestWithdrawn:
    async def test_a_process_that_will_end_is_alive_and_not_ready(self, make_settings, database):
        async with shop_with(make_settings(database)) as shop, client_at(shop) as client:
            assert (await client.get("/readyz")).status_code == 200
            shop.withdraw()
            live, ready = await client.get("/livez"), await client.get("/readyz")
            served = await client.get("/api/v1/brands")
        assert (live.status_code, served.status_code) == (200, 200)
        assert (ready.status_code, ready.json()["code"]) == (503, "shutting_down")
        assert int(ready.headers["retry-after"]) >= 1


async def metrics_of(url):
    connection = Connection(url)
    try:
        return (await connection.request("GET", "/metrics")).body.decode()
    finally:
        connection.close()


POLISH = "UPDATE shop SET currency = 'PLN'"


class TestAnotherShop:
    async def test_does_not_start_on_money_of_another_currency(self, ask, fresh_database):
        with pytest.raises(RuntimeError, match=r"is EUR, and shop\.currency .* says PLN"):
            await ask(fresh_database, "/livez", shop={"currency": "PLN"})

    async def test_is_not_ready_and_charges_nothing(self, make_settings, fresh_database):
        cart = filled_cart(fresh_database, (on_sale(fresh_database), 1))
        order = {"contact_name": "Jan Kowalski", "contact_phone": "+48 600 100 200"}
        async with shop_with(make_settings(fresh_database)) as shop, client_at(shop) as client:
            rows(fresh_database, POLISH)
            ready = await client.get("/readyz")
            sold = await client.post(
                f"/api/v1/carts/{cart.id}/checkout", json=order, headers=cart.headers
            )
        assert (ready.status_code, ready.json()["code"]) == (503, "wrong_currency")
        assert (sold.status_code, sold.json()["code"]) == (503, "wrong_currency")
        assert rows(fresh_database, "SELECT * FROM purchase") == []

    async def test_starts_and_waits_where_it_is_not_written_down_yet(self, ask, fresh_database):
        rows(fresh_database, "DELETE FROM shop")
        live, ready = await ask(fresh_database, "/livez", "/readyz")
        assert live.status_code == 200
        assert (ready.status_code, ready.json()["code"]) == (503, "schema_outdated")

    async def test_with_days_of_its_own_starts_and_waits(self, ask, fresh_database):
        live, ready = await ask(fresh_database, "/livez", "/readyz", shop={"time_zone": "UTC"})
        assert live.status_code == 200
        assert (ready.status_code, ready.json()["code"]) == (503, "wrong_time_zone")


class TestMetrics:
    async def test_counts_requests_by_route_and_not_by_path(self, ask, database):
        found, _, metrics = await ask(
            database,
            "/api/v1/products/no-such-thing",
            "/nonsense",
            "/metrics",
            http={"metrics": True},
        )
        assert found.status_code == 404
        assert 'route="/api/v1/products/<code>"' in metrics.text
        assert "no-such-thing" not in metrics.text
        assert "nonsense" not in metrics.text
        assert 'database_connections{state="idle"}' in metrics.text

    async def test_are_not_there_unless_switched_on(self, ask, database):
        (answer,) = await ask(database, "/metrics", http={"metrics": False})
        assert answer.status_code == 404

    async def test_hold_up_no_other_request(self, make_settings, database, monkeypatch):
        """To add up what many workers have written takes as long as several requests."""
        monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
        began, answered = threading.Event(), threading.Event()

        class Slow(Collector):
            def describe(self):
                return []

            def collect(self):
                began.set()
                assert answered.wait(10), "nobody else was served meanwhile"
                return []

        slow = Slow()
        shop = create_asgi_app(create_app(make_settings(database, http={"metrics": True})))
        transport = httpx.ASGITransport(app=shop)
        REGISTRY.register(slow)
        try:
            async with (
                running(shop),
                httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client,
            ):
                scrape = asyncio.create_task(client.get("/metrics"))
                assert await asyncio.to_thread(began.wait, 10)
                assert (await client.get("/livez")).status_code == 200
                answered.set()
                assert (await scrape).status_code == 200
        finally:
            REGISTRY.unregister(slow)

    async def test_add_up_over_the_workers_of_a_server(self, database, tmp_path):
        variables = {"OGS_HTTP__METRICS": "true"}
        with shop_server(database, tmp_path / "log", workers=2, env=variables) as server:
            outcome = await load(
                server.url,
                connections=20,
                requests=200,
                step=lambda connection, _: connection.request("GET", "/api/v1/brands"),
            )
            # Each on a socket of its own, so that both workers get to answer some.
            texts = [await metrics_of(server.url) for _ in range(6)]
        assert outcome.statuses[200] == 200
        label = (
            'http_request_duration_seconds_count{method="GET",route="/api/v1/brands",status="200"}'
        )
        for text in texts:
            assert f"{label} 200.0" in text.splitlines()
