"""A disk that is full when a paper is written: nothing was handed over, no number is lost, and later all goes on."""

from pathlib import Path

from app.commands.consistency import breaches, snapshot
from tests.builders import level_of, on_sale, value
from tests.orders.sales import bought, collect, conflict, pay, read
from tests.support.clients import client_at, shop_with
from tests.support.settings import settings_for

FULL = Path("/dev/full")  # whoever writes into it hears that no space is left on the device


async def test_no_number_is_lost_on_a_full_disk(private_postgres):
    server = private_postgres
    milk = on_sale(server, stock=5)
    lines = server.data / value(server, "SELECT pg_relation_filepath('document_line')")
    aside = lines.with_suffix(".aside")
    settings = settings_for(server)
    async with shop_with(settings) as shop, client_at(shop) as client:
        purchase = await bought(client, server, (milk, 2))
        await pay(client, server, purchase)
        lines.rename(aside)
        lines.symlink_to(FULL)
        answer = await collect(client, server, purchase)
        assert answer.status_code == 503, answer.text
        assert (await read(client, server, purchase))["status"] == "placed"
        assert level_of(server, milk).on_hand == 5
        aside.replace(lines)
        # Whoever has the file open has it open for good.
        server.stop("fast")
        server.start()
        purchase = (await collect(client, server, purchase)).json()
        assert purchase["status"] == "collected"
        conflict(await collect(client, server, purchase), "purchase_ended")
    assert value(server, "SELECT array_agg(number) FROM document") == [1]
    with snapshot(server.app_url) as cursor:
        assert breaches(cursor) == []
