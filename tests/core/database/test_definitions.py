"""Functions and views from files: what has changed is put in force, whole or not at all, and never an older text."""

from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from app.core.database.definitions import (
    DIRECTORY,
    MARKS,
    NOBODYS,
    Mark,
    definitions,
    marks,
)
from app.core.database.migrations import Migrated, MigrationError, migrate, roll_back
from tests.builders import brand, rows, value
from tests.migrations.released import ask

ONE = "-- edition 1\n-- A number.\nCREATE OR REPLACE FUNCTION toy_one() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n"
VIEW = "-- edition 1\nCREATE OR REPLACE VIEW toy_view AS SELECT toy_one() AS number;\n"


@pytest.fixture
def texts(tmp_path):
    """A folder of definitions: `texts(toy_one="…")` writes them, and leaves those that are there."""

    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.sql").write_text(text)
        return tmp_path

    return write


def applied(on, folder, **more) -> Migrated:
    return migrate(on.owner_url, on.app_url, definitions_in=folder, **more)


def again(text: str, edition: int, old: str, new: str) -> str:
    assert old in text
    return text.replace("edition 1", f"edition {edition}").replace(old, new)


class TestReading:
    def test_what_is_needed_comes_first(self, texts):
        folder = texts(a_view=VIEW.replace("toy_view", "a_view"), toy_one=ONE)
        assert [one.name for one in definitions(folder)] == ["toy_one", "a_view"]

    def test_a_comment_needs_nothing(self, texts):
        one = ONE.replace("A number.", "What toy_view shows.")
        assert len(definitions(texts(toy_one=one, toy_view=VIEW))) == 2

    @pytest.mark.parametrize(
        "text",
        [
            ONE.removeprefix("-- edition 1\n"),
            ONE.replace("edition 1", "edition 0"),
            ONE.replace("OR REPLACE ", ""),
            ONE.replace("toy_one", "toy_two"),
            ONE.replace("CREATE OR REPLACE FUNCTION", "CREATE OR REPLACE PROCEDURE"),
        ],
    )
    def test_another_form_is_refused(self, texts, text):
        with pytest.raises(ValueError, match=r"toy_one\.sql must begin"):
            definitions(texts(toy_one=text))

    def test_two_of_one_name_are_refused(self, texts):
        folder = texts(toy_one=ONE)
        (folder / "other").mkdir()
        (folder / "other" / "toy_one.sql").write_text(ONE)
        with pytest.raises(ValueError, match="another file has toy_one"):
            definitions(folder)

    def test_a_ring_is_named(self, texts):
        folder = texts(
            toy_one=ONE.replace("SELECT 1", "SELECT toy_two()"),
            toy_two=ONE.replace("toy_one", "toy_two").replace("SELECT 1", "SELECT TOY_ONE()"),
        )
        with pytest.raises(ValueError, match="in a ring: toy_"):
            definitions(folder)

    def test_none_ends_the_transaction(self, texts):
        with pytest.raises(ValueError, match="must not end the transaction"):
            definitions(texts(toy_one=f"{ONE}COMMIT;\n"))

    def test_hidden_files_are_none(self, texts, tmp_path):
        (tmp_path / "._toy_one.sql").write_bytes(b"\0\5\x16\7")
        assert len(definitions(texts(toy_one=ONE))) == 1

    def test_migrations_are_none(self):
        assert all(one.kind in {"FUNCTION", "VIEW"} for one in definitions(DIRECTORY))


class TestMigrating:
    def test_all_of_the_shop_is_in_force(self, fresh_database):
        assert marks(ask(fresh_database.owner_url, MARKS)) == {
            one.name: one.mark for one in definitions()
        }

    def test_what_has_changed_is_put_in_force(self, fresh_database, texts):
        assert applied(fresh_database, texts(toy_one=ONE, toy_view=VIEW)) == (
            [],
            ["toy_one", "toy_view"],
            False,
        )
        texts(toy_one=again(ONE, 2, "SELECT 1", "SELECT 2"))
        assert applied(fresh_database, texts()).renewed == ["toy_one"]
        assert value(fresh_database, "SELECT number FROM toy_view") == 2
        assert applied(fresh_database, texts()).renewed == []

    def test_a_text_may_be_tried_out_under_its_edition(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=ONE))
        texts(toy_one=ONE.replace("SELECT 1", "SELECT 3"))
        assert applied(fresh_database, texts()).renewed == ["toy_one"]
        assert value(fresh_database, "SELECT toy_one()") == 3

    def test_one_of_several_with_its_name_is_marked(self, fresh_database, texts):
        rows(
            fresh_database,
            "CREATE FUNCTION toy_one(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n'",
        )
        applied(fresh_database, texts(toy_one=ONE))
        assert "FUNCTION toy_one()" in [what for _, what in ask(fresh_database.owner_url, MARKS)]

    def test_a_later_edition_is_left_alone_and_the_others_are_not(self, fresh_database, texts):
        """Two branches may both be ahead of where they parted."""
        applied(fresh_database, texts(toy_one=again(ONE, 3, "SELECT 1", "SELECT 3"), toy_view=VIEW))
        texts(
            toy_one=again(ONE, 2, "SELECT 1", "SELECT 2"),
            toy_view=again(VIEW, 2, "number", "number, 2 AS more"),
        )
        assert applied(fresh_database, texts()).renewed == ["toy_view"]
        assert value(fresh_database, "SELECT toy_one()") == 3

    def test_who_takes_something_else_needs_another_name(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=ONE))
        texts(toy_one=again(ONE, 2, "RETURNS integer", "RETURNS bigint"))
        with pytest.raises(MigrationError, match="toy_one takes or returns something else"):
            applied(fresh_database, texts())

    def test_a_function_may_bring_its_trigger(self, fresh_database, texts):
        stamp = (
            "-- edition 1\nCREATE OR REPLACE FUNCTION toy_stamp() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN NEW.name := upper(NEW.name); RETURN NEW; END';\n"
            "CREATE OR REPLACE TRIGGER toy_stamp BEFORE INSERT ON brand FOR EACH ROW EXECUTE FUNCTION toy_stamp();\n"
        )
        applied(fresh_database, texts(toy_stamp=stamp))
        assert applied(fresh_database, texts(toy_stamp=again(stamp, 2, "upper", "lower"))).renewed
        assert brand(fresh_database, name="Loud").name == "loud"

    def test_who_is_called_otherwise_needs_another_name(self, fresh_database, texts):
        """Old servers' calls would fit both."""
        applied(fresh_database, texts(toy_one=ONE))
        texts(toy_one=again(ONE, 2, "toy_one()", "toy_one(n integer DEFAULT 0)"))
        with pytest.raises(MigrationError, match="toy_one takes or returns something else"):
            applied(fresh_database, texts())
        assert value(fresh_database, "SELECT toy_one()") == 1

    def test_who_does_not_own_it_is_told_which_setting_names_one_who_does(
        self, fresh_database, texts, cluster
    ):
        applied(fresh_database, texts(toy_one=ONE))
        with (
            closing(psycopg2.connect(cluster.server.url("postgres", fresh_database.name))) as admin,
            admin,
        ):
            admin.cursor().execute("ALTER FUNCTION toy_one() OWNER TO postgres")
        texts(toy_one=again(ONE, 2, "SELECT 1", "SELECT 2"))
        with pytest.raises(MigrationError, match="OGS_DATABASE__OWNER_URL"):
            applied(fresh_database, texts())

    def test_all_or_nothing(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=ONE, toy_view=VIEW))
        texts(
            toy_one=again(ONE, 2, "SELECT 1", "SELECT 2"),
            toy_view=again(VIEW, 2, "number", "count"),
        )
        with pytest.raises(MigrationError, match="toy_view takes or returns something else"):
            applied(fresh_database, texts())
        assert value(fresh_database, "SELECT toy_one()") == 1

    def test_who_reads_a_view_for_long_is_waited_for(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=ONE, toy_view=VIEW))
        texts(toy_view=again(VIEW, 2, "number", "number, 2 AS more"))
        with closing(psycopg2.connect(fresh_database.owner_url)) as reader:
            reader.cursor().execute("SELECT * FROM toy_view")
            with pytest.raises(MigrationError, match="waited in vain"):
                applied(fresh_database, texts(), patience=0)
        assert applied(fresh_database, texts()).renewed == ["toy_view"]


class TestRollingBack:
    def test_an_older_version_puts_its_texts_in_force(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=again(ONE, 2, "SELECT 1", "SELECT 2")))
        roll_back(fresh_database.owner_url)
        assert marks(ask(fresh_database.owner_url, MARKS))["toy_one"].edition == 2, (
            "its servers are ready"
        )
        assert applied(fresh_database, texts(toy_one=ONE)).renewed == ["toy_one"]
        assert value(fresh_database, "SELECT toy_one()") == 1

    def test_a_view_keeps_the_columns_that_it_has_gained(self, fresh_database, texts):
        more = again(VIEW, 2, "number", "number, 2 AS more")
        applied(fresh_database, texts(toy_one=ONE, toy_view=more))
        roll_back(fresh_database.owner_url)
        assert applied(fresh_database, texts(toy_view=VIEW)).renewed == ["toy_one"]
        assert rows(fresh_database, "SELECT * FROM toy_view")[0].more == 2
        assert marks(ask(fresh_database.owner_url, MARKS))["toy_view"] == Mark(2, NOBODYS)
        assert applied(fresh_database, texts(toy_view=more)).renewed == ["toy_view"]

    def test_nothing_passes_for_right_that_a_failure_leaves_behind(self, fresh_database):
        with closing(psycopg2.connect(fresh_database.owner_url)) as holder:
            holder.cursor().execute("LOCK TABLE cart, purchase, purchase_line, product")
            with pytest.raises(MigrationError, match="waited in vain"):
                roll_back(fresh_database.owner_url, 99, patience=0)
        assert {mark.text for mark in marks(ask(fresh_database.owner_url, MARKS)).values()} == {
            NOBODYS
        }


@pytest.fixture
def newer(fresh_database):
    """A database that a later version has been at."""
    rows(
        fresh_database,
        "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc)"
        " VALUES ('later', '9999-later', now())",
    )
    return fresh_database


class TestALaterVersion:
    def test_what_it_left_without_marks_stays(self, newer, texts):
        """As after a restore, which brings no comments."""
        rows(newer, "CREATE FUNCTION toy_one() RETURNS integer LANGUAGE sql AS 'SELECT 9'")
        assert applied(newer, texts(toy_one=ONE)) == ([], [], True)
        assert value(newer, "SELECT toy_one()") == 9
        assert marks(ask(newer.owner_url, MARKS))["toy_one"] == Mark(1, NOBODYS)
        assert applied(newer, texts()) == ([], [], True)
        assert value(newer, "SELECT toy_one()") == 9

    def test_what_is_not_there_is_made(self, newer, texts):
        assert applied(newer, texts(toy_one=ONE)) == ([], ["toy_one"], True)

    def test_rights_are_given_where_there_are_none(self, newer, texts):
        role = parse_dsn(newer.app_url)["user"]
        rows(newer, f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        applied(newer, texts())
        assert value(newer, f"SELECT has_table_privilege('{role}', 'brand', 'INSERT')")

    def test_rights_that_it_has_taken_away_stay_so(self, newer, texts):
        role = parse_dsn(newer.app_url)["user"]
        rows(newer, f"REVOKE DELETE ON brand FROM {role}")
        applied(newer, texts())
        assert not value(newer, f"SELECT has_table_privilege('{role}', 'brand', 'DELETE')")
