"""Age limits: asked for at checkout, kept on the purchase, looked at when it is handed over."""

import pytest

from tests.builders import as_clerk, clerk, filled_cart, on_sale, value
from tests.orders.sales import check_out, collect, conflict, pay, read


class TestAges:
    @pytest.mark.parametrize(
        ("confirmed", "status"), [(None, 409), (17, 409), (18, 201), (30, 201)]
    )
    async def test_somebody_says_that_the_buyer_is_old_enough(
        self, client, database, confirmed, status
    ):
        beer, wine = on_sale(database, min_age=16), on_sale(database, min_age=18)
        cart = filled_cart(database, (beer, 1), (wine, 1), (on_sale(database), 1))
        answer = await check_out(client, cart, confirmed_age=confirmed)
        assert answer.status_code == status
        if status == 409:
            assert conflict(answer, "age_not_confirmed")["min_age"] == 18
        else:
            assert (answer.json()["min_age"], answer.json()["age_checked"]) == (18, False)

    async def test_nobody_is_asked_for_what_everybody_may_buy(self, client, database):
        made = (await check_out(client, filled_cart(database, (on_sale(database), 1)))).json()
        assert made["min_age"] is None
        await pay(client, database, made)
        assert (await collect(client, database, made)).json()["age_checked"] is False

    async def test_a_clerk_looks_at_hand_over(self, client, database):
        cart = filled_cart(database, (on_sale(database, min_age=18), 1))
        made = (await check_out(client, cart, confirmed_age=18)).json()
        await pay(client, database, made)
        problem = conflict(await collect(client, database, made), "age_not_checked")
        assert problem["min_age"] == 18
        assert (await read(client, database, made))["status"] == "placed"
        who = clerk(database)
        url = f"/api/v1/purchases/{made['id']}/collect"
        answer = await client.post(url, params={"age_checked": "true"}, headers=who.headers)
        assert (answer.status_code, answer.json()["age_checked"]) == (200, True)
        query = "SELECT age_checked_by FROM purchase WHERE id = %(id)s"
        assert value(database, query, id=made["id"]) == who.login_id

    async def test_a_wrong_answer_is_none(self, client, database):
        made = (await check_out(client, filled_cart(database, (on_sale(database), 1)))).json()
        url = f"/api/v1/purchases/{made['id']}/collect"
        answer = await client.post(url, params={"age_checked": "yes"}, headers=as_clerk(database))
        assert answer.status_code == 422
