"""`make dump` and `make restore`: a shop taken while it sells, and opened again elsewhere."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
from psycopg2 import errors

from app.core.database.definitions import definitions
from app.core.database.migrations import expected_version
from local.account import LocalError
from local.dump import dump, program, run
from local.environments import ROOT
from local.restore import restore
from local.trouble import first_line
from tests.builders import as_clerk, filled_cart, on_sale, product, rows, value
from tests.support.database import Database
from tests.support.load import Connection
from tests.support.servers import shop_server

TILLS = 4


async def call(module, file, on, *options, **more):
    """Run `python -m local.<module>` on a database, and return what it printed once it went well."""
    hidden = {name: text for name, text in os.environ.items() if not name.startswith("OGS_")}
    given = {"OGS_DATABASE__URL": on.app_url, "OGS_DATABASE__OWNER_URL": on.owner_url}
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", f"local.{module}", *options, str(file)],
        cwd=ROOT,
        env={**hidden, **given, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


def elsewhere(server):
    """Make an empty database on another server, for roles of other names."""
    with closing(psycopg2.connect(server.admin_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE keeper LOGIN")
            cursor.execute("CREATE ROLE till LOGIN")
            cursor.execute("CREATE DATABASE elsewhere OWNER keeper")
    return Database("elsewhere", server.url("till", "elsewhere"), server.url("keeper", "elsewhere"))


async def sell(connection, cart, clerk):
    """Sell what is in the cart, have it paid and handed over; return the purchase's id."""
    who = {"contact_name": "Test", "contact_phone": "+49 30 5550100"}
    placed = await connection.request(
        "POST", f"/api/v1/carts/{cart.id}/checkout", token=cart.token, body=who
    )
    assert placed.status == 201, placed.body
    purchase = placed.json()
    url = f"/api/v1/purchases/{purchase['id']}"
    paid = {"amount": purchase["total"], "method": "card"}
    for path, body in (("payments", paid), ("collect", None)):
        answer = await connection.request("POST", f"{url}/{path}", token=clerk, body=body)
        assert answer.status in {200, 201}, answer.body
    return purchase["id"]


def assert_the_app_has_its_rights_and_limits(there):
    with closing(psycopg2.connect(there.app_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() != ("0",)
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute("UPDATE stock_movement SET quantity = 1")


async def one_more_sale(on, product, clerk, log_path):
    """Serve a restored shop and return the id of a purchase that it made."""
    with shop_server(on, log_path) as server:
        connection = Connection(server.url)
        ready = await connection.request("GET", "/readyz")
        assert ready.status == 200, ready.body
        try:
            return await sell(connection, filled_cart(on, (product, 1)), clerk)
        finally:
            connection.close()


async def test_a_dump_taken_while_it_sells_is_a_shop_that_sells_elsewhere(
    fresh_database, private_postgres, tmp_path
):
    sold = [on_sale(fresh_database, stock=10_000) for _ in range(3)]
    carts = iter([filled_cart(fresh_database, *((each, 2) for each in sold)) for _ in range(300)])
    clerk = as_clerk(fresh_database)["Authorization"].removeprefix("Bearer ")
    file = tmp_path / "shop.dump"
    answered = []
    enough, done = asyncio.Event(), asyncio.Event()

    async def till(url):
        connection = Connection(url)
        while not done.is_set() and (cart := next(carts, None)):
            answered.append(await sell(connection, cart, clerk))
            if len(answered) == 5 * TILLS:
                enough.set()
        connection.close()

    with shop_server(fresh_database, tmp_path / "first.log") as server:
        async with asyncio.TaskGroup() as tills:
            for _ in range(TILLS):
                tills.create_task(till(server.url))
            await enough.wait()
            before = set(answered)
            await call("dump", file, fresh_database)
            meanwhile = len(answered) - len(before)
            done.set()
    assert meanwhile

    there = elsewhere(private_postgres)
    said = await call("restore", file, there)
    assert f"{expected_version()}; put in force: {len(definitions())} functions" in said
    assert "all is consistent" in said
    assert before <= {str(row.id) for row in rows(there, "SELECT id FROM purchase")}
    ledger = rows(there, "SELECT DISTINCT kind FROM stock_movement ORDER BY kind")
    assert [row.kind for row in ledger] == ["receipt", "sale"]
    assert_the_app_has_its_rights_and_limits(there)
    # The clerk's session came along, and so did the ids that were given out.
    assert await one_more_sale(there, sold[0], clerk, tmp_path / "second.log") not in answered


@pytest.fixture
def file(fresh_database, tmp_path):
    """A dump of a shop with one product."""
    on_sale(fresh_database, code="kept")
    made = tmp_path / "shop.dump"
    dump(fresh_database.owner_url, made)
    return made


def codes(on):
    return [row.code for row in rows(on, "SELECT code FROM product")]


def disconnect(on):
    """Close the builders' connections: a shop that is to be dropped has to have none."""
    with closing(psycopg2.connect(on.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class TestDump:
    def test_is_for_its_owner_alone(self, file):
        assert file.stat().st_mode & 0o777 == 0o600

    def test_never_replaces_a_file(self, fresh_database, file):
        before = file.read_bytes()
        with pytest.raises(LocalError, match="exists already"):
            dump(fresh_database.owner_url, file)
        assert file.read_bytes() == before
        assert list(file.parent.iterdir()) == [file]

    def test_of_a_database_without_a_shop_is_none(self, cluster, tmp_path):
        with pytest.raises(LocalError, match="no shop in it"):
            dump(cluster.server.owner_url, tmp_path / "none.dump")
        assert not list(tmp_path.iterdir())

    def test_of_a_database_that_is_away_says_so(self, tmp_path):
        with pytest.raises(LocalError, match=r"^The shop's database cannot be used: .*\.$"):
            dump("postgresql://ogs_owner@127.0.0.1:1/grocery", tmp_path / "none.dump")

    def test_that_does_not_fit_leaves_nothing_behind(self, fresh_database, tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "local.dump", str(tmp_path / "large.dump")],
            cwd=ROOT,
            env={**os.environ, "OGS_DATABASE__URL": fresh_database.owner_url},
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
        )
        assert done.returncode == 1
        assert done.stderr == f"pg_dump was ended by signal {signal.SIGXFSZ:d}.\n"
        assert not list(tmp_path.iterdir())

    def test_shows_no_password_to_others(self, tmp_path):
        """The command line of a program is everybody's to read; here it is the program's own."""
        script = tmp_path / "pg_dump"
        script.write_text('#!/bin/sh\necho "$@ $PGPASSWORD"\n')
        script.chmod(0o755)
        with (tmp_path / "said").open("wb") as output:
            run(script, "postgresql://u:hunter2@h/d", "--format=custom", output=output)
        arguments, _, password = (tmp_path / "said").read_text().strip().rpartition(" ")
        assert password == "hunter2"
        assert "hunter2" not in arguments


class TestRestore:
    def test_refuses_a_database_that_has_tables(self, fresh_database, file):
        with pytest.raises(LocalError, match=r"is not empty: .* ANEW=1"):
            restore(fresh_database.owner_url, file)

    async def test_makes_the_shop_anew_if_told_to(self, fresh_database, file):
        product(fresh_database, code="later")
        rows(fresh_database, "CREATE TABLE of_a_later_version (id int)")
        disconnect(fresh_database)
        assert "all is consistent" in await call("restore", file, fresh_database, "--anew")
        assert codes(fresh_database) == ["kept"]
        assert value(fresh_database, "SELECT to_regclass('of_a_later_version')") is None
        # Numbers that were given out after the dump are not in it.
        assert value(fresh_database, "SELECT count(*) FROM document_epoch") == 1

    def test_that_fails_leaves_the_old_shop_as_it_was(self, fresh_database, tmp_path):
        # It is not dropped, so that the dump's is one too many.
        rows(fresh_database, "CREATE SCHEMA archive")
        file = tmp_path / "shop.dump"
        dump(fresh_database.owner_url, file)
        product(fresh_database, code="later")
        disconnect(fresh_database)
        with pytest.raises(LocalError, match=r'^psql failed: schema "archive" already exists\.$'):
            restore(fresh_database.owner_url, file, anew=True)
        assert codes(fresh_database) == ["later"]

    def test_that_ends_in_the_middle_does_too(self, fresh_database, file, tmp_path, monkeypatch):
        real = program("pg_restore", 18)
        psql, broken = real.with_name("psql"), tmp_path / "pg_restore"
        broken.write_text(
            f'#!/bin/sh\ncase "$*" in\n*--file=-*) {real} "$@" | head -c 9000; kill -9 $$;;\nesac\nexec {real} "$@"\n'
        )
        broken.chmod(0o755)
        (tmp_path / "psql").symlink_to(psql)
        monkeypatch.setattr("local.dump.PROGRAMS", tmp_path)
        product(fresh_database, code="later")
        disconnect(fresh_database)
        with pytest.raises(LocalError, match=r"^pg_restore was ended by signal 9\.$"):
            restore(fresh_database.owner_url, file, anew=True)
        assert sorted(codes(fresh_database)) == ["kept", "later"]

    def test_drops_nothing_while_others_are_connected(self, fresh_database, file):
        product(fresh_database, code="later")
        disconnect(fresh_database)
        with (
            closing(psycopg2.connect(fresh_database.app_url)),
            pytest.raises(LocalError, match=r"Others are connected .* \(1\): stop the shop first"),
        ):
            restore(fresh_database.owner_url, file, anew=True)
        assert sorted(codes(fresh_database)) == ["kept", "later"]

    @pytest.mark.parametrize(
        "damage",
        [lambda whole: whole[: len(whole) // 2], lambda _: b"not a dump", lambda _: b""],
        ids=["half", "other", "nothing"],
    )
    def test_drops_nothing_for_a_file_that_is_no_whole_dump(self, fresh_database, file, damage):
        file.write_bytes(damage(file.read_bytes()))
        with pytest.raises(LocalError, match=r"is no dump, or not a whole one: .*\.$") as refused:
            restore(fresh_database.owner_url, file, anew=True)
        assert "\n" not in str(refused.value)
        assert codes(fresh_database) == ["kept"]

    def test_drops_nothing_for_a_dump_of_something_else(self, cluster, fresh_database, tmp_path):
        product(fresh_database, code="kept")
        other = tmp_path / "other.dump"
        with other.open("wb") as output:
            run(program("pg_dump", 18), cluster.server.owner_url, "--format=custom", output=output)
        with pytest.raises(LocalError, match="not of a shop"):
            restore(fresh_database.owner_url, other, anew=True)
        assert codes(fresh_database) == ["kept"]

    def test_of_a_file_that_is_not_there_says_so(self, fresh_database, tmp_path):
        with pytest.raises(LocalError, match="is not a file: name a dump with FILE="):
            restore(fresh_database.owner_url, tmp_path / "none.dump")


@pytest.mark.parametrize(
    ("said", "line"),
    [("", "Error"), ("\n", "Error"), ("no route to host.\nIs it there?\n", "no route to host")],
)
def test_an_error_is_told_by_its_first_line(said, line):
    assert first_line(psycopg2.Error(said)) == line


class TestPrograms:
    def test_of_an_older_version_than_the_server_are_refused(self):
        with pytest.raises(LocalError, match="The server is PostgreSQL 99 and pg_dump here is"):
            program("pg_dump", 99)

    def test_of_the_wheel_serve_its_server(self):
        assert program("pg_dump", 18) == program("pg_dump", 17)
