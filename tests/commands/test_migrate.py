"""`migrate` as a command: through which door, and what it leaves behind for a pooler."""

import pytest

from app.commands.consistency import snapshot
from app.core.database import Manager
from app.core.database.migrations import DIRECTORY, roll_back
from app.core.serving.concurrency import run_sync
from app.core.wiring import wired
from app.factory import create_app
from tests.builders import filled_cart, insert, rows

SESSION = """
    SELECT string_agg(name || '=' || setting || ' by ' || source, ', ' ORDER BY name) FROM pg_settings
    WHERE name IN ('TimeZone', 'client_connection_check_interval', 'idle_in_transaction_session_timeout',
        'lock_timeout', 'statement_timeout')
"""
SENT = """
    SELECT coalesce(string_agg(name, ', '), 'nothing') FROM pg_settings
    WHERE source = 'client' AND name <> 'client_encoding'
"""


@pytest.fixture
def pooled(make_settings, private_postgres):
    """A shop whose settings say that it is behind a pooler; the other settings differ from the defaults."""

    def make(**database):
        limits = {"statement_timeout": 4.5, "lock_timeout": 2.5, "idle_in_transaction_timeout": 9}
        made = {"pooler": True, **limits, **database}
        shop = {"time_zone": "Europe/Warsaw"}
        app = create_app(make_settings(private_postgres, database=made, shop=shop))
        made_apps.append(app)
        return app

    made_apps = []
    yield make
    for app in made_apps:
        app.portal.close()


def ask(app, *questions):
    """Return what each of the app's own sessions answers."""
    with app.app_context():
        return [run_sync(wired(Manager).fetch_value, each) for each in questions]


class TestBehindAPooler:
    def test_sessions_have_the_roles_settings_and_send_none(self, pooled):
        app = pooled()
        result = app.test_cli_runner().invoke(args=["migrate"])
        assert result.exit_code == 0, result.output
        session, sent = ask(app, SESSION, SENT)
        assert session.split(", ") == [
            "TimeZone=Europe/Warsaw by user",
            "client_connection_check_interval=250 by user",
            "idle_in_transaction_session_timeout=9000 by user",
            "lock_timeout=2500 by user",
            "statement_timeout=4500 by user",
        ]
        assert sent == "nothing"

    def test_migrations_go_past_it(self, pooled):
        # Where the pooler should be nobody listens: all that is needed is at the owner's URL.
        app = pooled(url="postgresql://ogs_app@localhost:1/ogs")
        result = app.test_cli_runner().invoke(args=["migrate"])
        assert result.exit_code == 0, result.output

    def test_migrations_through_it_are_refused(self, pooled):
        app = pooled(owner_url=None)
        result = app.test_cli_runner().invoke(args=["migrate"])
        assert result.exit_code == 1
        assert "Migrations do not run through a pooler" in result.output

    def test_a_statement_ends_at_the_roles_limit(self, pooled):
        app = pooled(statement_timeout=0.2)
        app.test_cli_runner().invoke(args=["migrate"])
        with pytest.raises(Exception, match="statement timeout"):
            ask(app, "SELECT pg_sleep(60)")


@pytest.fixture
def migrate(make_settings, fresh_database):
    """Call `migrate` with settings of a shop: `migrate(currency="PLN")`."""

    def call(command="migrate", **shop):
        app = create_app(make_settings(fresh_database, shop=shop))
        try:
            return app.test_cli_runner().invoke(args=[command])
        finally:
            app.portal.close()

    return call


def written(on):
    return [(row.currency, row.time_zone) for row in rows(on, "SELECT * FROM shop")]


def before_it_was_written(on):
    """Take the database back to the release before it knew whose it is."""
    later = [path.stem for path in DIRECTORY.glob("*.rollback.sql") if path.stem >= "0009"]
    roll_back(on.owner_url, len(later))


def sold_in(on, currency):
    """Insert a purchase as the release before left it."""
    insert(
        on,
        "purchase",
        cart_id=filled_cart(on).id,
        contact_name="Jan",
        currency=currency,
        total="2.50",
        vat_total="0.16",
        pay_by="2026-11-29",
    )


class TestWhichShop:
    def test_is_written_down_once(self, migrate, fresh_database):
        rows(fresh_database, "DELETE FROM shop")
        assert migrate(currency="PLN", time_zone="Europe/Warsaw").exit_code == 0
        assert written(fresh_database) == [("PLN", "Europe/Warsaw")]
        for command in ("migrate", "verify"):
            result = migrate(command, currency="EUR")
            assert result.exit_code == 1
            assert "The money in this database is PLN, and shop.currency" in result.output
        assert written(fresh_database) == [("PLN", "Europe/Warsaw")]

    def test_the_time_zone_follows_the_settings(self, migrate, fresh_database):
        assert migrate(time_zone="Europe/Lisbon").exit_code == 0
        assert written(fresh_database) == [("EUR", "Europe/Lisbon")]

    def test_of_an_older_database_the_purchases_tell(self, migrate, fresh_database):
        before_it_was_written(fresh_database)
        sold_in(fresh_database, "PLN")
        result = migrate(currency="EUR")
        assert result.exit_code == 1
        assert "The money in this database is PLN" in result.output
        # Nothing was done.
        assert rows(fresh_database, "SELECT to_regclass('shop') AS name")[0].name is None
        result = migrate(currency="PLN")
        assert "0009-money" in result.output
        assert [currency for currency, _ in written(fresh_database)] == ["PLN"]

    def test_an_older_database_that_sold_nothing_takes_the_settings(self, migrate, fresh_database):
        before_it_was_written(fresh_database)
        assert migrate(currency="PLN").exit_code == 0
        assert [currency for currency, _ in written(fresh_database)] == ["PLN"]

    def test_verify_names_a_purchase_in_another_currency(self, migrate, fresh_database):
        sold_in(fresh_database, "PLN")
        result = migrate("verify")
        assert result.exit_code == 1
        assert (
            "currency PLN, the shop's EUR (a purchase is in the shop's currency)" in result.output
        )


def test_verify_changes_no_session_for_those_who_get_it_next(fresh_database):
    url = f"{fresh_database.app_url}&options=-c%20statement_timeout%3D7s"
    with snapshot(url) as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
        cursor.connection.commit()
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("7s",)
