"""Migrations go forth and back, one run at a time, and say what is in their way."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from app.core import migrations


def columns(cursor: psycopg2.extensions.cursor) -> list[tuple[str, ...]]:
    """Return every column of the shop's tables and views, with its type."""
    cursor.execute(
        """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '%yoyo%' ORDER BY 1, 2
        """
    )
    return cursor.fetchall()


class TestMigrations:
    def test_all_can_be_rolled_back_and_applied_again(self, fresh_database, cursor):
        names = [
            path.stem.removesuffix(".rollback")
            for path in migrations.DIRECTORY.glob("*.rollback.sql")
        ]
        before = columns(cursor)
        cursor.connection.commit()
        assert migrations.roll_back(fresh_database.owner_url, len(names)) == sorted(
            names, reverse=True
        )
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'v', 'S') AND relname NOT LIKE '%yoyo%'"
        )
        assert cursor.fetchone() == (0,)
        cursor.connection.commit()
        assert migrations.migrate(fresh_database.owner_url, fresh_database.app_url)
        assert columns(cursor) == before

    def test_a_second_run_changes_nothing(self, fresh_database):
        assert migrations.migrate(fresh_database.owner_url, fresh_database.app_url) == []

    def test_a_killed_runs_lock_row_is_no_obstacle(self, fresh_database, cursor):
        cursor.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
        cursor.connection.commit()
        migrations.roll_back(fresh_database.owner_url)
        cursor.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
        cursor.connection.commit()
        assert migrations.migrate(fresh_database.owner_url, fresh_database.app_url) == [
            migrations.expected_version()
        ]

    def test_a_role_that_may_not_make_tables_is_told_which_setting_names_one_that_may(
        self, cluster
    ):
        made = cluster.clone(f"plain_{secrets.token_hex(4)}")
        with pytest.raises(migrations.MigrationError, match="OGS_DATABASE__OWNER_URL"):
            migrations.migrate(made.app_url)
        cluster.drop(made.name)

    def test_defaults_of_the_apps_role_hold_for_its_next_session(self, private_postgres):
        url = private_postgres.app_url
        settings = {"TimeZone": "Europe/Berlin", "statement_timeout": "1234ms"}
        migrations.migrate(private_postgres.owner_url, url, app_settings=settings)
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('TimeZone'), current_setting('statement_timeout')"
            )
            assert cursor.fetchone() == ("Europe/Berlin", "1234ms")

    @pytest.mark.parametrize(
        "held",
        [f"SELECT pg_advisory_xact_lock({migrations.LOCK})", "LOCK TABLE payment"],
        ids=["another run", "a table in use"],
    )
    def test_a_role_with_the_apps_limits_waits_for(self, private_postgres, held):
        url = private_postgres.owner_url
        migrations.migrate(url, url, app_settings={"lock_timeout": "1ms"})
        with closing(psycopg2.connect(url)) as holder, ThreadPoolExecutor(1) as threads:
            holder.cursor().execute(held)
            undone = threads.submit(migrations.roll_back, url)
            with closing(psycopg2.connect(url)) as watcher, watcher.cursor() as cursor:
                waiting = 0
                while not (waiting or undone.done()):
                    cursor.execute(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted"
                        " AND clock_timestamp() - waitstart > interval '50ms'"
                    )
                    (waiting,) = cursor.fetchone()
            holder.rollback()
            assert undone.result() == [migrations.expected_version()]
