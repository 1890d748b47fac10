"""A rule for reduced goods that comes while something is sold at the counter: the sale is rung up anew."""

import asyncio
from datetime import timedelta

from app.commands.consistency import breaches, snapshot
from app.factory import create_app, create_asgi_app
from tests.builders import category, insert, level_of, markdown, on_sale, rows, today
from tests.orders.counter.counting import ask, line
from tests.orders.sales import invalid
from tests.support.asgi import running
from tests.support.clients import client_at
from tests.support.locks import transaction, until_blocked

WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def test_between_two_looks_at_the_lots(fresh_database, make_settings):
    soon, dairy = today(fresh_database) + timedelta(days=1), category(fresh_database)
    milk = on_sale(fresh_database, stock=10, price="2.00", category=dairy, expires_on=soon)
    app = create_app(make_settings(fresh_database))
    async with running(create_asgi_app(app)) as shop, client_at(shop) as client:
        async with transaction(fresh_database) as other:
            # A line of the sale's cart names the product, and waits.
            other.execute("SELECT FROM product WHERE id = %s FOR UPDATE", (milk.id,))
            sale = asyncio.create_task(ask(client, fresh_database, line(milk, "3")))
            await until_blocked(fresh_database, sale)
            markdown(fresh_database, "0.5000", 3, category=dairy)
        answer = await sale
    assert answer.status_code == 201, answer.text
    assert level_of(fresh_database, milk).allocated == 0
    with snapshot(fresh_database.app_url) as found:
        assert breaches(found) == []


async def test_a_till_that_was_named_web_before_sells_no_more(client, database):
    insert(database, "till_session", till="web", float="10.00")
    answer = await ask(client, database, line(on_sale(database)), till="web")
    invalid(answer, "/till")
    rows(database, "DELETE FROM till_session WHERE till = 'web'")
