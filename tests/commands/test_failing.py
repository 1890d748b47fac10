"""What a command met that is nobody's fault is one sentence, and nothing is half done."""

import pytest

from tests.builders import brand, rows, value


@pytest.fixture
def full_disk(fresh_database):
    """A database that answers as one whose disk is full does, once a brand is written."""
    rows(
        fresh_database,
        """
        CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'could not extend file "base/5/16384": No space left on device'
                USING ERRCODE = 'disk_full', HINT = 'Check free disk space.';
        END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON brand FOR EACH ROW EXECUTE FUNCTION fill_disk();
        """,
    )


@pytest.mark.parametrize("command", [["demo"], ["import", "brands", "brands.csv"]], ids=" ".join)
def test_a_full_disk_of_the_database(
    run, fresh_database, full_disk, command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brands.csv").write_text("code,name\nfarm,Farm\n")
    result = run(*command)
    assert result.exit_code == 1
    assert result.output == (
        "Nothing was imported.\n"
        "Error: The disk of the database is full: free some space there and try again.\n"
    )
    assert value(fresh_database, "SELECT count(*) FROM product") == 0


def test_a_full_disk_of_an_export(run, fresh_database):
    brand(fresh_database)
    result = run("export", "brands", "/dev/full")
    assert result.exit_code == 1
    assert result.output == "Error: The file cannot be used: No space left on device.\n"
