"""Sums of days that are over, where something changes that they were made by."""

import asyncio
from contextlib import closing

import psycopg2

from app.commands.consistency import breaches
from tests.builders import as_clerk, product, rows, stocked, supplier, value
from tests.support.clients import client_at, shop_with
from tests.support.locks import transaction, until_blocked

_BACK = """
    ALTER TABLE stock_movement DISABLE TRIGGER USER;
    UPDATE stock_movement SET at = at - interval '3 days';
    ALTER TABLE stock_movement ENABLE TRIGGER USER;
"""


def off(database):
    with closing(psycopg2.connect(database.owner_url)) as connection, connection.cursor() as cursor:
        return breaches(cursor)


async def test_a_lot_of_a_day_that_is_being_summed_up(fresh_database, make_settings):
    north, south = supplier(fresh_database), supplier(fresh_database)
    lot = stocked(fresh_database, product(fresh_database), 5, supplier=north)
    rows(fresh_database, _BACK)
    async with shop_with(make_settings(fresh_database)) as started, client_at(started) as client:
        headers = as_clerk(fresh_database)
        async with transaction(fresh_database) as cursor:
            cursor.execute("SELECT sum_up_day()")
            assert cursor.fetchone() == (True,)
            body = {"supplier": south.code, "reason": "wrong note"}
            url = f"/api/v1/stock/lots/{lot.id}"
            corrected = asyncio.create_task(client.patch(url, json=body, headers=headers))
            await until_blocked(fresh_database, corrected)
        assert (await corrected).json()["supplier"] == south.code
    assert off(fresh_database) == []


def test_another_time_zone(figures, owner):
    owner.execute("UPDATE shop SET time_zone = time_zone")
    owner.execute("SELECT day FROM summed_until")
    assert owner.fetchone() != (None,)
    owner.execute("UPDATE shop SET time_zone = 'America/New_York'")
    assert breaches(owner) == []
    owner.execute("SELECT day FROM summed_until")
    assert owner.fetchone() == (None,)
    assert value(figures.database, "SELECT count(*) FROM product_day") > 0
