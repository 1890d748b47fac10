"""A checked file is written in short transactions, which stand back for everybody else."""

import io
import sys
import threading
from contextlib import closing

import psycopg2
import pytest

from app.commands.consistency import snapshot
from app.commands.importing import load
from app.commands.sheets.buying import STOCK
from app.commands.sheets.checking import read_content
from app.commands.sheets.files.reading import open_table
from app.commands.sheets.layout import NamedColumns
from app.commands.sheets.plans.opening import compare_stock
from app.commands.sheets.writing import StoppedError, writer
from app.factory import create_app
from tests.builders import brand, category, product, rows, value

ROWS = 120
BRANDS = "code,name\n" + "".join(f"b-{n},Brand {n}\n" for n in range(ROWS))


class TestStops:
    @pytest.fixture
    def stopped(self, run, write, fresh_database):
        """The output of an import that meets something new in the shop after its first batch."""
        rows(fresh_database, "ALTER TABLE brand ADD CONSTRAINT no_b_70 CHECK (code <> 'b-70')")
        result = run("import", "brands", write("b.csv", BRANDS))
        rows(fresh_database, "ALTER TABLE brand DROP CONSTRAINT no_b_70")
        assert result.exit_code == 1
        return result.output

    def test_what_was_written_stays_and_that_is_said(self, stopped, fresh_database):
        written = value(fresh_database, "SELECT count(*) FROM brand")
        assert 0 < written < ROWS
        assert stopped == (
            f"{written} of {ROWS} rows were written, each of them whole, and stay."
            " Import the file again for the rest.\n"
            "Error: The shop was changed while the file was being written, and does not fit to it any more.\n"
        )
        audited = value(fresh_database, "SELECT count(*) FROM audit_log")
        assert audited == written

    def test_the_same_file_takes_up_the_rest(self, stopped, run, write, fresh_database):
        written = value(fresh_database, "SELECT count(*) FROM brand")
        again = run("import", "brands", write("b.csv", BRANDS))
        assert again.output == (
            f"b.csv: {ROWS} rows, {ROWS - written} created, 0 changed, {written} unchanged.\n"
        )


def test_many_rows_are_several_transactions(run, write, fresh_database):
    assert run("import", "brands", write("b.csv", BRANDS)).exit_code == 0
    assert value(fresh_database, "SELECT count(DISTINCT xmin::text) FROM brand") > 1


def test_two_imports_of_stock_at_once_receive_it_once(fresh_database, run, write):
    shelf = category(fresh_database)
    for code in ("milk", "tea"):
        product(fresh_database, code=code, category=shelf)
    path = write("s.csv", "product,quantity,unit_cost\nmilk,3,0.92\nmilk,4,0.92\ntea,5,1\n")
    names = {column.name for column in STOCK.columns}
    table = open_table(path, names)
    content = read_content(table, STOCK, NamedColumns(table, STOCK, ignore_unknown=False))
    with snapshot(fresh_database.app_url) as cursor:
        slow = compare_stock(cursor, content)
    assert "3 lots received" in run("import", "stock", path).output
    with (
        writer(fresh_database.app_url, lambda _: None) as to,
        pytest.raises(StoppedError, match="The shop was changed while"),
    ):
        to.receive(slow)
    assert value(fresh_database, "SELECT sum(on_hand) FROM stock_level") == 12


@pytest.fixture
def held(fresh_database):
    """A transaction of somebody else's, which has the last of three brands."""
    for code in "abc":
        brand(fresh_database, code=code, name="Before")
    with (
        closing(psycopg2.connect(fresh_database.app_url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE brand SET name = 'Edited' WHERE code = 'c'")
        yield cursor


def test_who_wants_what_a_waiting_import_holds_gets_it_at_once(held, run, write, fresh_database):
    path = write("b.csv", "code,name\na,After\nb,After\nc,After\n")
    results = []
    thread = threading.Thread(target=lambda: results.append(run("import", "brands", path)))
    thread.start()
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while not value(fresh_database, waiting):
        assert thread.is_alive()
    # The import has a and b by now and waits for c, which nobody lets go of: it gives a up.
    rows(fresh_database, "UPDATE brand SET name = 'Edited' WHERE code = 'a'")
    held.connection.commit()
    thread.join()
    assert results[0].output == "b.csv: 3 rows, 0 created, 3 changed, 0 unchanged.\n"
    detail = "SELECT detail -> 'name' ->> 'old' AS old FROM audit_log ORDER BY id"
    assert [row.old for row in rows(fresh_database, detail)] == ["Edited", "Before", "Edited"]


class Terminal(io.StringIO):
    """What somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("screen", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_a_terminal_shows_how_far_it_is(
    screen, shown, fresh_database, make_settings, write, monkeypatch
):
    monkeypatch.setattr(sys, "stderr", screen)
    with create_app(make_settings(fresh_database)).app_context():
        load("brands", write("b.csv", BRANDS))
    for done in ("read", "compared", "written"):
        assert (f"{done}: " in screen.getvalue()) is shown
    assert (f"/{ROWS}" in screen.getvalue()) is shown
