"""What a count finds: rounds, what the books say, and what is booked."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from app.inventory.counts.schemas import CountedProduct
from tests.builders import (
    clerk,
    level_of,
    on_sale,
    placed,
    product,
    rows,
    stock_of,
    stocked,
    today,
    value,
)
from tests.inventory.counts.counting import (
    approve,
    ask,
    done,
    lines,
    opened,
    scan,
    send,
)
from tests.inventory.promises import consistent, expire, promised
from tests.orders.counter.counting import line, sell
from tests.orders.picking.steps import came, picked
from tests.orders.sales import at_once, bought, collect, conflict, pay
from tests.support.clients import client_at, shop_with
from tests.support.locks import transaction, until_blocked


class TestWhatTheBooksSay:
    async def test_is_of_that_moment_and_without_what_lies_in_bags(self, client, database):
        milk, picker = on_sale(database, stock=20), clerk(database)
        ready = await bought(client, database, (milk, 3))
        waits = await bought(client, database, (milk, 2))
        dropped = await bought(client, database, (milk, 1))
        for each, quantity in ((ready, "3"), (dropped, "1")):
            await picked(client, picker, each, came(each, milk, quantity))
        count = await opened(client, database, milk)
        await send(client, database, count, scan(milk, "16"))
        await sell(client, database, line(milk, "5"))
        for each in (ready, waits):
            await pay(client, database, each)
            assert (await collect(client, database, each)).status_code == 200
        url = f"/api/v1/purchases/{dropped['id']}/cancel"
        body = {"reason": "not wanted", "goods": "restock"}
        assert (await client.post(url, json=body, headers=picker.headers)).status_code == 200
        found = (await lines(client, database, count))[milk.code]
        CountedProduct.model_validate(found)
        assert (found["expected"], found["difference"]) == ("16.000", "0.000")
        assert (found["moved"], found["recount"]) == (False, False)
        assert (await approve(client, database, count)).status_code == 200
        assert level_of(database, milk).on_hand == 10
        assert (await lines(client, database, count))[milk.code]["expected"] == "16.000"

    async def test_is_uncertain_where_something_moved_between_two_places(self, client, database):
        milk = on_sale(database)
        count = await opened(client, database, milk)
        await send(client, database, count, scan(milk, "4", place="shelf"))
        await sell(client, database, line(milk))
        await send(client, database, count, scan(milk, "3", place="cellar"))
        found = (await lines(client, database, count, state="recount"))[milk.code]
        assert (found["counted"], found["expected"]) == ("7.000", "9.000")
        assert (found["moved"], found["recount"]) == (True, True)
        refused = conflict(await approve(client, database, count), "recount_needed")
        assert refused["items"] == [{"product": milk.code}]
        # What is counted again takes the place of what was, and late news of before does not add to it.
        late = scan(milk, "2", ago=1)
        answer = await done(client, database, f"/{count}/recounts", {})
        assert answer == {"products": [milk.code]}
        rows(
            database,
            "UPDATE stock_count_product SET round_at = now() WHERE product_id = %(id)s",
            id=milk.id,
        )
        rows(
            database,
            "UPDATE stock_count SET opened_at = now() - interval '1 hour' WHERE code = %(code)s",
            code=count,
        )
        await send(client, database, count, late)
        found = (await lines(client, database, count))[milk.code]
        assert (found["round"], found["counted"], found["recount"]) == (2, "9.000", True)
        await send(client, database, count, scan(milk, "9"))
        found = (await lines(client, database, count))[milk.code]
        assert (found["counted"], found["difference"], found["recount"]) == (
            "9.000",
            "0.000",
            False,
        )
        assert (await approve(client, database, count)).status_code == 200

    async def test_far_off_is_counted_until_it_comes_twice(self, database, make_settings):
        milk, eggs = on_sale(database), on_sale(database)
        settings = make_settings(stock={"recount_value": "1.00"})
        async with shop_with(settings) as started, client_at(started) as client:
            count = await opened(client, database, milk, eggs)
            await send(client, database, count, scan(milk, "7"), scan(eggs, "8"))
            found = await lines(client, database, count, state="different")
            assert [found[each.code]["value"] for each in (milk, eggs)] == ["-1.50", "-1.00"]
            assert [found[each.code]["recount"] for each in (milk, eggs)] == [True, False]
            for quantity, is_far in (("6", True), ("6", False)):
                await done(client, database, f"/{count}/recounts", {"products": [milk.code]})
                await send(client, database, count, scan(milk, quantity))
                found = await lines(client, database, count)
                assert found[milk.code]["recount"] is is_far
            assert (await approve(client, database, count)).status_code == 200
        assert [level_of(database, each).on_hand for each in (milk, eggs)] == [6, 8]


class TestApproval:
    async def test_books_what_was_found_once_and_sales_since_stay_sold(self, client, database):
        day = today(database)
        milk, eggs, flour = product(database), on_sale(database), product(database, unit="kg")
        soon = stocked(database, milk, 4, expires_on=day + timedelta(days=1), unit_cost="1.0000")
        late = stocked(database, milk, 6, expires_on=day + timedelta(days=9), unit_cost="2.0000")
        bag = stocked(database, flour, "0.5", expires_on=day - timedelta(days=1))
        left = on_sale(database)
        count = await opened(client, database, milk, eggs, flour, left)
        await send(client, database, count, scan(milk, "5"), scan(eggs, "12"), scan(flour, "2"))
        await sell(client, database, line(eggs, "2"))
        answer = await approve(client, database, count)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["counted"]) == ("approved", 3)
        assert (stock_of(database, soon).on_hand, stock_of(database, late).on_hand) == (0, 5)
        assert level_of(database, eggs).on_hand == 10
        assert stock_of(database, bag).on_hand == Decimal("0.5")
        assert level_of(database, flour).on_hand == 2
        assert level_of(database, left).on_hand == 10
        found = await lines(client, database, count)
        assert found[milk.code]["value"] == "-6.00"
        assert found[left.code]["counted"] is None
        moves = rows(
            database,
            "SELECT reason, kind FROM stock_movement WHERE product_id = %(id)s AND kind <> 'receipt'",
            id=milk.id,
        )
        assert {(each.reason, each.kind) for each in moves} == {(f"count {count}", "adjustment")}
        conflict(await approve(client, database, count), "not_open")
        body = {"sent_at": "2026-01-01T00:00:00Z", "scans": [scan(milk)]}
        conflict(await ask(client, database, f"/{count}/scans", body), "not_open")
        consistent(database, milk)

    async def test_moves_promises_out_of_what_has_expired_and_breaks_none(self, client, database):
        milk = product(database)
        old, fresh = stocked(database, milk, 3), stocked(database, milk, 3)
        purchase = placed(database, (old, 2))
        expire(database, old)
        count = await opened(client, database, milk)
        await send(client, database, count, scan(milk, "1"))
        refused = conflict(await approve(client, database, count), "allocated")
        assert refused["items"] == [{"product": milk.code, "missing": "5.000", "free": "4.000"}]
        assert level_of(database, milk).on_hand == 6
        assert promised(database, purchase) == {old.id: 2}
        await done(client, database, f"/{count}/recounts", {"products": [milk.code]})
        await send(client, database, count, scan(milk, "2"))
        assert (await approve(client, database, count)).status_code == 200
        assert promised(database, purchase) == {fresh.id: 2}
        assert (stock_of(database, old).on_hand, stock_of(database, fresh).on_hand) == (0, 2)
        consistent(database, milk)

    async def test_does_not_book_again_what_the_till_found_since(self, client, database):
        milk = on_sale(database, stock=2)
        count = await opened(client, database, milk)
        await send(client, database, count, scan(milk, "6"))
        await sell(client, database, line(milk, "5"))
        assert (await approve(client, database, count)).status_code == 200
        assert level_of(database, milk).on_hand == 1
        assert (await lines(client, database, count))[milk.code]["booked"] == "1.000"

    async def test_of_what_nobody_counted_can_say_that_it_is_not_there(self, client, database):
        milk = on_sale(database)
        count = await opened(client, database, milk)
        answer = await approve(client, database, count, uncounted="zero")
        assert answer.status_code == 200, answer.text
        assert level_of(database, milk).on_hand == 0
        assert answer.json()["value"] == "-5.00"

    async def test_takes_what_is_right_off_the_list_of_what_to_count(self, client, database):
        milk = on_sale(database, stock=None)
        await sell(client, database, line(milk))
        noted = "SELECT quantity FROM uncounted WHERE product_id = %(id)s"
        assert value(database, noted, id=milk.id) == 1
        count = await opened(client, database, milk)
        await send(client, database, count, scan(milk, "0"))
        assert (await approve(client, database, count)).status_code == 200
        assert value(database, noted, id=milk.id) is None

    async def test_is_for_admins(self, client, database):
        count = await opened(client, database, on_sale(database))
        answer = await ask(client, database, f"/{count}/approve", {})
        assert answer.status_code == 403


async def test_two_approvals_at_once_book_once(client, database):
    milk = on_sale(database)
    count = await opened(client, database, milk)
    await send(client, database, count, scan(milk, "4"))
    answers = await at_once(*(approve(client, database, count) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert level_of(database, milk).on_hand == 4


async def test_a_sale_under_way_is_in_the_books_when_they_are_put_right(client, database):
    milk = on_sale(database)
    (lot,) = rows(database, "SELECT * FROM stock WHERE product_id = %(id)s", id=milk.id)
    count = await opened(client, database, milk)
    async with transaction(database) as cursor:
        cursor.execute(
            "INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason) VALUES ('waste', %s, %s, -1, 'broken')",
            (milk.id, lot.id),
        )
        await send(client, database, count, scan(milk, "9"))
        found = (await lines(client, database, count))[milk.code]
        assert found["difference"] == "-1.000"
        approved = asyncio.create_task(approve(client, database, count))
        await until_blocked(database, approved)
    assert (await approved).status_code == 200
    assert level_of(database, milk).on_hand == 9
    assert (await lines(client, database, count))[milk.code]["difference"] == "0.000"
