"""Functions and views from files: what has changed is put in force, whole or not at all, and never an older text."""

from contextlib import closing

import psycopg2
import pytest

from app.core.database.definitions import DIRECTORY, MARKS, definitions, marks
from app.core.database.migrations import Migrated, MigrationError, migrate, roll_back
from tests.builders import brand, rows, value

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

    def test_migrations_are_none(self):
        assert all(one.kind in {"FUNCTION", "VIEW"} for one in definitions(DIRECTORY))


class TestMigrating:
    def test_all_of_the_shop_is_in_force(self, fresh_database):
        assert marks(rows_of(fresh_database)) == {one.name: one.mark for one in definitions()}

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
        assert rows_of(fresh_database)[-1][1] == "FUNCTION toy_one()"

    def test_a_later_edition_is_left_alone(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=again(ONE, 3, "SELECT 1", "SELECT 3"), toy_view=VIEW))
        texts(
            toy_one=again(ONE, 2, "SELECT 1", "SELECT 2"),
            toy_view=again(VIEW, 2, "number", "count"),
        )
        assert applied(fresh_database, texts()) == ([], [], True)
        assert value(fresh_database, "SELECT toy_one()") == 3

    def test_a_database_of_a_later_version_is_left_alone(self, fresh_database, texts):
        rows(
            fresh_database,
            "INSERT INTO _yoyo_migration (migration_hash, migration_id, applied_at_utc)"
            " VALUES ('later', '9999-later', now())",
        )
        assert applied(fresh_database, texts(toy_one=ONE)) == ([], [], True)
        assert value(fresh_database, "SELECT to_regproc('toy_one')") is None

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

    def test_a_rollback_lets_an_older_version_put_its_texts_in_force(self, fresh_database, texts):
        applied(fresh_database, texts(toy_one=again(ONE, 2, "SELECT 1", "SELECT 2")))
        roll_back(fresh_database.owner_url)
        assert marks(rows_of(fresh_database))["toy_one"].edition == 2
        assert applied(fresh_database, texts(toy_one=ONE)).renewed == ["toy_one"]
        assert value(fresh_database, "SELECT toy_one()") == 1


def rows_of(on) -> list[tuple[str, str]]:
    """Return what MARKS reads: each mark, and what has it."""
    with closing(psycopg2.connect(on.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(MARKS + " ORDER BY objoid")
        return cursor.fetchall()
