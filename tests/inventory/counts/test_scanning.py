"""Counts that are opened, and what is scanned for them."""

from datetime import timedelta

from app.inventory.counts.schemas import StockCount
from tests.builders import (
    as_clerk,
    category,
    gtin,
    on_sale,
    rows,
    value,
)
from tests.inventory.counts.counting import (
    COUNTS,
    ask,
    done,
    lines,
    opened,
    scan,
    send,
)
from tests.orders.counter.counting import line, sell
from tests.orders.sales import conflict, invalid


class TestOpening:
    async def test_of_a_category_takes_all_below_it_and_what_is_withdrawn_and_there(
        self, client, database
    ):
        food = category(database)
        dairy = category(database, parent=food)
        here, below, gone = (
            on_sale(database, category=food),
            on_sale(database, category=dairy, stock=None),
            on_sale(database, category=dairy, active=False),
        )
        on_sale(database, category=dairy, active=False, stock=None)
        made = await ask(client, database, "", {"category": food.code, "note": "Monday"})
        assert made.status_code == 201
        StockCount.model_validate_json(made.content, strict=True)
        body = made.json()
        assert (body["status"], body["category"], body["note"]) == ("open", food.code, "Monday")
        assert (body["products"], body["counted"], body["value"]) == (3, 0, "0.00")
        read = await client.get(made.headers["Location"], headers=as_clerk(database))
        assert read.json() == body
        found = await lines(client, database, body["code"])
        assert found.keys() == {here.code, below.code, gone.code}

    async def test_refuses_what_is_counted_already_until_that_ends(self, client, database):
        milk, other = on_sale(database), on_sale(database)
        count = await opened(client, database, milk)
        body = {"products": [milk.code, other.code]}
        refused = conflict(await ask(client, database, "", body), "being_counted")
        assert refused["items"] == [{"product": milk.code}]
        await done(client, database, f"/{count}/cancel", {"reason": "too late"})
        assert (await ask(client, database, "", body)).status_code == 201

    async def test_wants_one_thing_that_is_known(self, client, database):
        empty = category(database)
        for body, pointer in (
            ({}, "/category"),
            ({"category": empty.code, "products": ["x"]}, "/category"),
            ({"category": "none"}, "/category"),
            ({"category": empty.code}, "/category"),
            ({"products": [on_sale(database).code, "none"]}, "/products/1"),
        ):
            invalid(await ask(client, database, "", body), pointer)

    async def test_prints_a_sheet_that_is_the_same_whatever_there_is(self, client, database):
        milk = on_sale(database, name="Żubr milk")
        count = await opened(client, database, milk)
        headers, url = as_clerk(database), f"{COUNTS}/{count}/sheet"
        first = await client.get(url, headers=headers)
        assert first.headers["Content-Type"] == "application/pdf"
        assert first.content.startswith(b"%PDF")
        await sell(client, database, line(milk))
        assert (await client.get(url, headers=headers)).content == first.content


class TestScans:
    async def test_are_taken_once_each_and_the_bad_alone_are_refused(self, client, database):
        code = gtin(database)
        milk, flour = on_sale(database, gtin=code), on_sale(database, unit="kg", stock="2.5")
        count = await opened(client, database, milk, flour)
        first = scan(milk, "4", place="A 1")
        sent = [
            first,
            first,
            scan(None, None, barcode=code),
            scan(milk, "1.5"),
            scan(flour, None),
            scan(flour, "2.250"),
            scan(None, "1", barcode="4006381333931"),
            scan(None, "1", barcode="123"),
            scan(on_sale(database), "1"),
            scan(milk, "1", ago=3600),
            {**first, "quantity": "5"},
        ]
        expected = [
            ("taken", None),
            ("known", None),
            ("taken", None),
            ("refused", "not_whole"),
            ("refused", "quantity_needed"),
            ("taken", None),
            ("refused", "unknown_code"),
            ("refused", "unknown_code"),
            ("refused", "not_in_count"),
            ("refused", "before_opening"),
            ("refused", "id_used"),
        ]
        assert await send(client, database, count, *sent) == expected
        again = [("known", None) if each[0] == "taken" else each for each in expected]
        assert await send(client, database, count, *sent) == again
        found = await lines(client, database, count)
        assert [found[each.code]["counted"] for each in (milk, flour)] == ["5.000", "2.250"]

    async def test_of_a_barcode_count_times_what_it_is_on(self, client, database):
        one, twelve, loose = gtin(database), gtin(database), gtin(database)
        milk = on_sale(database, gtin=one, other_barcodes=[(twelve, 12)])
        flour = on_sale(database, unit="kg", gtin=loose)
        count = await opened(client, database, milk, flour)
        sent = [
            scan(None, "80", barcode=f"010{one}10L24\x1d17270131\r"),
            scan(None, "2", barcode=twelve),
            scan(None, "0", barcode=one),
            scan(None, "2.250", barcode=loose),
            scan(None, "1.5", barcode=one),
        ]
        taken = ("taken", None)
        assert await send(client, database, count, *sent) == [
            *[taken] * 4,
            ("refused", "not_whole"),
        ]
        found = await lines(client, database, count)
        assert [found[each.code]["counted"] for each in (milk, flour)] == ["104.000", "2.250"]

    async def test_are_of_when_they_were_seen_by_the_servers_clock(self, client, database):
        milk = on_sale(database)
        count = await opened(client, database, milk)
        rows(
            database,
            "UPDATE stock_count SET opened_at = now() - interval '1 hour' WHERE code = %(code)s",
            code=count,
        )
        await send(client, database, count, scan(milk, "10", ago=600), scan(milk, "0", ago=-9999))
        since = value(
            database,
            "SELECT array_agg(now() - counted_at ORDER BY counted_at) FROM stock_count_scan WHERE product_id = %(id)s",
            id=milk.id,
        )
        assert timedelta(seconds=600) <= since[0] < timedelta(seconds=660)
        assert timedelta(0) <= since[1] < timedelta(seconds=60)

    async def test_may_be_of_any_year(self, client, database):
        milk = on_sale(database)
        count = await opened(client, database, milk)
        for year in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
            sent = {"sent_at": year, "scans": [{**scan(milk), "counted_at": year}]}
            for became in ("taken", "known"):
                answer = await done(client, database, f"/{count}/scans", sent)
                assert [each["result"] for each in answer["results"]] == [became]

    async def test_that_come_late_are_of_the_round_that_was_open_then(self, client, database):
        milk = on_sale(database)
        count = await opened(client, database, milk)
        for quantity in ("1", "6"):
            await send(client, database, count, scan(milk, quantity))
            await done(client, database, f"/{count}/recounts", {"products": [milk.code]})
        rows(
            database,
            "UPDATE stock_count SET opened_at = now() - interval '1 hour' WHERE code = %(code)s",
            code=count,
        )
        rows(
            database,
            "UPDATE stock_count_product SET round_at = now() - interval '10 minutes',"
            " rounds_at = ARRAY[now() - interval '20 minutes', now() - interval '10 minutes'] WHERE product_id = %(id)s",
            id=milk.id,
        )
        for minutes, counted in ((30, "6.000"), (15, "8.000"), (5, "2.000")):
            await send(client, database, count, scan(milk, "2", ago=60 * minutes))
            found = (await lines(client, database, count))[milk.code]
            assert (found["round"], found["counted"]) == (3, counted)
