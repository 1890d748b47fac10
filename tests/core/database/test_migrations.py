"""Migrations go forth and back, one run at a time, and say what is in their way."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache

import psycopg2
import pytest
import sqlparse
from psycopg2.extensions import parse_dsn

from app.core.database import migrations
from tests.migrations.released import schema

FILES = sorted(path for path in migrations.DIRECTORY.glob("*.sql") if ".rollback" not in path.name)
EXPAND = "ALTER TABLE product ADD COLUMN shelf text;\n"
INDEX = """-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS product_price;
CREATE INDEX CONCURRENTLY product_price ON product (price);
"""


def folder_of(path, upto=None, **more):
    """Make a folder with the first `upto` migrations, and `more` of them: its path."""
    path.mkdir()
    (path / "roles").symlink_to(migrations.DIRECTORY / "roles")
    for file in FILES[:upto]:
        for name in (file.name, f"{file.stem}.rollback.sql"):
            (path / name).symlink_to(migrations.DIRECTORY / name)
    for name, text in more.items():
        (path / f"{name.replace('_', '-')}.sql").write_text(text)
    return path


@pytest.fixture
def parsed_once(monkeypatch):
    """Have yoyo take each file apart once in a test that goes through all of them again and again."""
    split = cache(sqlparse.split)
    monkeypatch.setattr(sqlparse, "split", lambda text: list(split(text)))


@pytest.fixture
def reading(fresh_database):
    """A transaction that has read the products and goes on, as a dump's or a report's."""
    with closing(psycopg2.connect(fresh_database.owner_url)) as holder:
        holder.set_session(isolation_level="REPEATABLE READ")
        holder.cursor().execute("SELECT count(*) FROM product")
        yield holder


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

    @pytest.mark.usefixtures("parsed_once")
    def test_each_is_undone_without_a_trace(self, fresh_database, tmp_path):
        url = fresh_database.owner_url
        migrations.roll_back(url, len(FILES))
        done = {}
        for count in range(len(FILES)):
            folder = folder_of(tmp_path / str(count), count)
            # Without the texts that are files: those are not undone.
            migrations.migrate(url, directory=folder, definitions_in=tmp_path / "none")
            done[count] = schema(url)
        migrations.migrate(url, definitions_in=tmp_path / "none")
        for count in reversed(range(len(FILES))):
            assert migrations.roll_back(url) == [FILES[count].stem]
            assert schema(url) == done[count]

    @pytest.mark.usefixtures("parsed_once")
    def test_the_app_reads_what_is_left_after_each_is_undone(self, fresh_database, cursor):
        for _ in FILES:
            cursor.execute(
                """
                SELECT c.relname FROM pg_class c, (SELECT %s::text AS app) role
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                    AND NOT has_table_privilege(role.app, c.oid, 'SELECT')
                """,
                (parse_dsn(fresh_database.app_url)["user"],),
            )
            assert cursor.fetchall() == []
            cursor.connection.commit()
            migrations.roll_back(fresh_database.owner_url)

    def test_a_second_run_changes_nothing(self, fresh_database):
        done = migrations.migrate(fresh_database.owner_url, fresh_database.app_url)
        assert done == ([], [], False)

    def test_a_killed_runs_lock_row_is_no_obstacle(self, fresh_database, cursor):
        cursor.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
        cursor.connection.commit()
        migrations.roll_back(fresh_database.owner_url)
        cursor.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 1)")
        cursor.connection.commit()
        done = migrations.migrate(fresh_database.owner_url, fresh_database.app_url)
        assert done.applied == [migrations.expected_version()]

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

    def test_defaults_are_set_by_one_run_at_a_time(self, private_postgres):
        owner_url, url = private_postgres.owner_url, private_postgres.app_url
        settings = {"statement_timeout": "1234ms"}
        migrations.migrate(owner_url, url)
        with closing(psycopg2.connect(url)) as holder, ThreadPoolExecutor(1) as threads:
            holder.cursor().execute("ALTER ROLE CURRENT_USER SET statement_timeout = '1s'")
            held_up = threads.submit(migrations.migrate, owner_url, url, app_settings=settings)
            try:
                with closing(psycopg2.connect(owner_url)) as watcher, watcher.cursor() as cursor:
                    watcher.autocommit = True
                    waiting = 0
                    while not (waiting or held_up.done()):
                        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                        (waiting,) = cursor.fetchone()
                    # Another run would not get this far.
                    cursor.execute(f"SELECT pg_try_advisory_lock({migrations.LOCK})")
                    assert cursor.fetchone() == (False,)
            finally:
                holder.rollback()
            assert held_up.result(30) == ([], [], False)

    @pytest.mark.parametrize(
        ("held", "waits"),
        [
            (
                f"SELECT pg_advisory_xact_lock({migrations.LOCK})",
                "query LIKE 'SELECT pg_try_advisory_lock%' AND state = 'idle'",
            ),
            (
                "LOCK TABLE payment",
                "wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '50ms'",
            ),
        ],
        ids=["another run", "a table in use"],
    )
    def test_a_role_with_the_apps_limits_waits_for(self, private_postgres, held, waits):
        url = private_postgres.owner_url
        migrations.migrate(url, url, app_settings={"lock_timeout": "1ms"})
        with closing(psycopg2.connect(url)) as holder, ThreadPoolExecutor(1) as threads:
            holder.cursor().execute(held)
            undone = threads.submit(migrations.roll_back, url, 99)
            with closing(psycopg2.connect(url)) as watcher, watcher.cursor() as cursor:
                # Within a transaction, what others do would look the same each time.
                watcher.autocommit = True
                waiting = 0
                while not (waiting or undone.done()):
                    cursor.execute(
                        f"SELECT count(*) FROM pg_stat_activity WHERE {waits} AND pid <> pg_backend_pid()"
                    )
                    (waiting,) = cursor.fetchone()
            assert not undone.done()
            holder.rollback()
            assert undone.result()[-1] == "0001-foundations"

    def test_a_table_in_use_for_too_long_is_named_and_nothing_is_changed(
        self, fresh_database, cursor, tmp_path, reading
    ):
        folder = folder_of(tmp_path / "new", **{"0007_expand": EXPAND})
        before = columns(cursor)
        cursor.connection.commit()
        with pytest.raises(migrations.MigrationError, match=r"^The migration 0007-expand waited"):
            migrations.migrate(fresh_database.owner_url, directory=folder, patience=0)
        assert columns(cursor) == before
        cursor.connection.commit()
        reading.rollback()
        done = migrations.migrate(fresh_database.owner_url, directory=folder)
        assert done.applied == ["0007-expand"]

    def test_two_runs_at_once_do_not_wait_for_each_other_for_ever(
        self, fresh_database, tmp_path, reading
    ):
        """CREATE INDEX CONCURRENTLY waits for every transaction, also one that only waits for its run to end."""
        url = fresh_database.owner_url
        folder = folder_of(tmp_path / "new", **{"0007_index": INDEX})
        # A writer, for which it waits before it looks for transactions that see old rows: the second run's is among them then.
        reading.cursor().execute("LOCK TABLE product IN ROW EXCLUSIVE MODE")
        with ThreadPoolExecutor(2) as threads, closing(psycopg2.connect(url)) as watcher:
            watcher.autocommit = True
            cursor = watcher.cursor()

            def started(sign, count):
                run = threads.submit(migrations.migrate, url, directory=folder)
                seen = 0
                while seen < count and not run.done():
                    cursor.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        f" AND datname = current_database() AND query LIKE {sign}"
                    )
                    (seen,) = cursor.fetchone()
                return run

            first = started("'CREATE INDEX%' AND wait_event_type = 'Lock'", 1)
            second = started("'SELECT pg_%advisory_lock%'", 2)
            reading.rollback()
            try:
                assert first.result(30).applied == ["0007-index"]
                assert second.result(30).applied == []
            finally:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
