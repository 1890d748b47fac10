"""Production refuses a demo shop's database, and a role that no rule binds."""

from contextlib import closing

import httpx
import psycopg2
import pytest

from app.core.database import migrations
from app.factory import create_app, create_asgi_app
from tests.builders import clerk
from tests.support.asgi import running

PRODUCTION = {"env": "production", "secret": "b7Qz0vKc3xWm9rTf2yLh8pNd5sGj1aUe"}


def in_production(on):
    """Return settings that production takes, but for what is in the database."""
    urls = {"url": f"{on.app_url}&sslmode=disable", "owner_url": f"{on.owner_url}&sslmode=disable"}
    return {**PRODUCTION, "database": urls}


class TestRole:
    @pytest.mark.parametrize(("power", "role"), [("superuser", "postgres"), ("owner", "ogs_owner")])
    async def test_that_no_rule_binds_is_none_for_production(
        self, ask, cluster, fresh_database, power, role
    ):
        url = f"{cluster.server.url(role, fresh_database.name)}&sslmode=disable"
        settings = {**PRODUCTION, "database": {"url": url, "owner_url": None}}
        with pytest.raises(RuntimeError, match=f"as the database's {power}"):
            await ask(fresh_database, "/readyz", **settings)

    async def test_that_may_become_the_owner_is_none_either(self, ask, private_postgres):
        on = private_postgres
        migrations.migrate(on.owner_url, on.app_url)
        with closing(psycopg2.connect(on.admin_url)) as connection, connection:
            connection.cursor().execute("GRANT ogs_owner TO ogs_app")
        with pytest.raises(RuntimeError, match="as the database's owner"):
            await ask(on, "/readyz", **in_production(on))

    async def test_is_anyones_in_development(self, ask, fresh_database):
        settings = {"database": {"url": fresh_database.owner_url}}
        (answer,) = await ask(fresh_database, "/readyz", **settings)
        assert answer.status_code == 200


class TestDemoData:
    async def test_is_no_shop_for_production(self, ask, fresh_database):
        clerk(fresh_database, email="Clerk@Demo.example")
        with pytest.raises(RuntimeError, match="the demo shop's logins"):
            await ask(fresh_database, "/readyz", **in_production(fresh_database))

    async def test_that_comes_later_makes_production_unready(self, make_settings, fresh_database):
        settings = make_settings(fresh_database, **in_production(fresh_database))
        async with (
            running(create_asgi_app(create_app(settings))) as shop,
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=shop), base_url="http://shop.test"
            ) as client,
        ):
            assert (await client.get("/readyz")).status_code == 200
            clerk(fresh_database, email="clerk@demo.example")
            answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "demo_data")

    async def test_whose_logins_were_closed_is_fine(self, ask, fresh_database):
        clerk(fresh_database, email="clerk@demo.example", active=False)
        (answer,) = await ask(fresh_database, "/readyz", **in_production(fresh_database))
        assert answer.status_code == 200

    async def test_is_fine_in_development(self, ask, fresh_database):
        clerk(fresh_database, email="clerk@demo.example")
        (answer,) = await ask(fresh_database, "/readyz")
        assert answer.status_code == 200

    async def test_production_starts_where_the_question_takes_too_long(
        self, ask, fresh_database, cursor
    ):
        cursor.execute("LOCK TABLE login")
        settings = in_production(fresh_database)
        settings["database"] |= {"statement_timeout": 0.3}
        (answer,) = await ask(fresh_database, "/livez", **settings)
        assert answer.status_code == 200

    async def test_production_starts_without_a_database(self, ask, private_postgres):
        private_postgres.stop("immediate")
        (answer,) = await ask(private_postgres, "/livez", **in_production(private_postgres))
        assert answer.status_code == 200
