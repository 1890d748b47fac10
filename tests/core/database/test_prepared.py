"""Statements are parsed and planned once for each connection, where the connection keeps them."""

import peewee
import pytest

from app.core.database import PooledPostgresqlDatabase, Statement
from app.core.database.pool.connection import MAX_PREPARED
from tests.core.things import Thing, execute, new_code

ADD = Statement("SELECT %(a)s::int + %(b)s::int")
KEPT = Statement(
    "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements"
    " WHERE statement LIKE %(like)s"
)
OWN_QUERY = Statement("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()")


@pytest.fixture
def alone(connect_to, things_url):
    """A Manager with one connection."""
    return connect_to(things_url, pool_size=1)


async def test_is_planned_once_whatever_the_parameters(alone):
    for number in range(7):
        assert await alone.fetch_value(ADD, a=number, b=1) == number + 1
    ((name, generic, custom),) = await alone.fetch(KEPT, like="%::int + $2::int")
    assert name.startswith("ogs_")
    assert (generic, custom) == (7, 0)


async def test_same_parameter_in_two_places_is_one(alone):
    twice = Statement("SELECT %(x)s::text || %(y)s || %(x)s || ' 100 %'")
    assert await alone.fetch_value(twice, x="a", y="b") == "aba 100 %"


async def test_nothing_is_kept_through_a_pooler(things_url):
    database = PooledPostgresqlDatabase()
    database.init(things_url, session=None, pool_size=1)
    try:
        for _ in range(2):
            assert (await database.perform(ADD, {"a": 1, "b": 2})).rows == [(3,)]
        assert (await database.perform(KEPT, {"like": "%"})).rows == []
        await database.transaction(database.perform, ADD, {"a": 1, "b": 2})
    finally:
        await database.close()


async def test_text_that_is_no_statement_is_planned_each_time(alone):
    await alone.fetch_value("SELECT 42 AS unprepared")
    assert await alone.fetch(KEPT, like="%unprepared") == []


async def test_a_connection_keeps_a_bounded_number(alone):
    statements = [Statement(f"SELECT {number} AS many") for number in range(MAX_PREPARED + 5)]
    for number, statement in enumerate(statements):
        assert await alone.fetch_value(statement) == number
    assert 0 < len(await alone.fetch(KEPT, like="%AS many")) <= MAX_PREPARED
    assert await alone.fetch_value(statements[0]) == 0


async def test_a_column_that_changed_its_type_under_the_plan(alone, things_url):
    table = f"changing_{new_code().replace('-', '_')}"
    execute(things_url, f"CREATE TABLE {table} AS SELECT 1 AS one")
    read = Statement(f"SELECT one FROM {table}")
    try:
        assert await alone.fetch_value(read) == 1
        execute(things_url, f"ALTER TABLE {table} ALTER one TYPE text")
        assert await alone.fetch_value(read) == "1"
    finally:
        execute(things_url, f"DROP TABLE {table}")


async def test_one_that_cannot_be_prepared_says_why_and_is_tried_anew(alone, things_url):
    table = f"later_{new_code().replace('-', '_')}"
    read = Statement(f"SELECT count(*) FROM {table}")
    with pytest.raises(peewee.ProgrammingError, match="does not exist"):
        await alone.fetch_value(read)
    execute(things_url, f"CREATE TABLE {table} ()")
    try:
        assert await alone.fetch_value(read) == 0
    finally:
        execute(things_url, f"DROP TABLE {table}")


async def test_one_that_cannot_be_prepared_fails_its_transaction(alone):
    nowhere = Statement("SELECT 1 FROM no_such_table")

    async def work():
        with pytest.raises(peewee.ProgrammingError, match="does not exist"):
            await alone.fetch(nowhere)
        await alone.create(Thing, code=code)

    code = new_code()
    with pytest.raises(peewee.InternalError, match="aborted"):
        await alone.transaction(work)
    assert await alone.count(Thing.select().where(Thing.code == code)) == 0


async def test_the_beginning_of_a_transaction_travels_with_its_first_statement(alone):
    await alone.fetch_value(OWN_QUERY)
    sent = await alone.transaction(alone.fetch_value, OWN_QUERY)
    assert sent.startswith("BEGIN;EXECUTE ogs_")
    assert (await alone.fetch_value(OWN_QUERY)).startswith("EXECUTE ogs_")


async def test_a_transaction_that_asks_nothing_of_the_database(alone):
    async def work():
        return 5

    assert await alone.transaction(work) == 5
    assert await alone.fetch_value(OWN_QUERY)
