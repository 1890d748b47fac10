"""Who picks, what he sees, and what becomes of a purchase meanwhile."""

import uuid
from datetime import timedelta

import pytest

from app.orders.picking.schemas import PickingSheet
from tests.builders import (
    as_clerk,
    clerk,
    customer,
    gtin,
    on_sale,
    rows,
    stocked,
    today,
)
from tests.orders.picking.steps import API, came, claim, pick, picked, sheet
from tests.orders.sales import bought, collect, conflict, pay


async def release(client, who, purchase):
    return await client.post(f"{API}/picking/{purchase['id']}/release", headers=who.headers)


async def cancel(client, headers, purchase):
    url = f"{API}/purchases/{purchase['id']}/cancel"
    return await client.post(url, json={"reason": "not wanted"}, headers=headers)


async def listed(client, database, **query):
    found, cursor = [], {}
    while cursor is not None:
        answer = await client.get(
            f"{API}/picking", params={"limit": 100, **query, **cursor}, headers=as_clerk(database)
        )
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = {"cursor": answer.json()["next"]} if answer.json()["next"] else None
    return found


def kinds(database, purchase):
    query = "SELECT kind FROM event WHERE purchase_id = %(id)s ORDER BY id"
    return [row.kind.removeprefix("purchase.") for row in rows(database, query, id=purchase["id"])]


class TestClaims:
    async def test_is_picked_by_one(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        first, second = clerk(database), clerk(database)
        made = (await claim(client, first, purchase)).json()
        assert (made["status"], made["picker"]) == ("picking", first.email)
        conflict(await claim(client, second, purchase), "being_picked")
        again = (await claim(client, first, purchase)).json()
        assert again["picking_since"] == made["picking_since"]
        conflict(await release(client, second, purchase), "being_picked")
        conflict(await pick(client, second, purchase), "being_picked")
        assert (await claim(client, second, purchase, take_over=True)).json()[
            "picker"
        ] == second.email
        conflict(await pick(client, first, purchase), "being_picked")
        left = (await release(client, second, purchase)).json()
        assert (left["status"], left["picker"], left["picking_since"]) == ("placed", None, None)
        conflict(await pick(client, second, purchase), "not_claimed")
        assert kinds(database, purchase) == ["placed", "picking", "picking", "released"]

    async def test_what_is_ready_is_not_claimed_any_more_but_may_be_picked_again(
        self, client, database
    ):
        bread = on_sale(database)
        purchase = await bought(client, database, (bread, 2))
        who = clerk(database)
        made = await picked(client, who, purchase)
        assert (made["status"], made["total"]) == ("ready", purchase["total"])
        assert made["picked_at"]
        for answer in (await claim(client, who, purchase), await release(client, who, purchase)):
            conflict(answer, "already_picked")
        other = clerk(database)
        again = (await pick(client, other, purchase, came(purchase, bread, "1"))).json()
        assert (again["status"], again["total"]) == ("ready", "2.50")
        assert (await sheet(client, other, purchase))["picker"] == other.email
        assert kinds(database, purchase) == ["placed", "picking", "ready", "ready"]

    async def test_not_what_has_ended(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        who = clerk(database)
        await cancel(client, who.headers, purchase)
        for answer in (
            await claim(client, who, purchase),
            await release(client, who, purchase),
            await pick(client, who, purchase),
        ):
            conflict(answer, "purchase_ended")
        url = f"{API}/picking/{purchase['id']}"
        assert (await client.get(url, headers=who.headers)).status_code == 404

    @pytest.mark.parametrize(
        "what", ["picking/{}/claim", "picking/{}/release", "purchases/{}/pick"]
    )
    async def test_not_what_is_not_there(self, client, database, what):
        url = f"{API}/{what.format(uuid.UUID(int=0))}"
        assert (await client.post(url, json={}, headers=as_clerk(database))).status_code == 404


class TestSheet:
    async def test_says_what_to_fetch_and_from_where(self, client, database):
        cheese = on_sale(database, unit="kg", stock=None, price="20.00", gtin=gtin(database))
        day = today(database) + timedelta(days=9)
        lot = stocked(database, cheese, "2.000", expires_on=day)
        bread = on_sale(database)
        purchase = await bought(client, database, (cheese, "0.300"), (bread, 2))
        found = await sheet(client, clerk(database), purchase)
        assert PickingSheet.model_validate(found).lines == 2
        assert (found["status"], found["due"]) == ("placed", purchase["total"])
        of_cheese, of_bread = found["goods"]
        assert (of_cheese["ordered"], of_cheese["most"], of_bread["most"]) == (
            "0.300",
            "0.330",
            "2.000",
        )
        assert of_cheese["gtin"] == cheese.gtin
        assert of_cheese["lots"] == [{"lot": lot.id, "expires_on": str(day), "quantity": "0.300"}]


class TestList:
    async def test_what_is_to_be_picked_first(self, client, database):
        late, early, asap, ready = [
            await bought(client, database, (on_sale(database), 1)) for _ in range(4)
        ]
        for purchase, days in ((late, 2), (early, 1)):
            rows(
                database,
                "UPDATE purchase SET slot_start = now() + %(days)s * interval '1 day', slot_end = now() + interval '9 days'"
                " WHERE id = %(id)s",
                days=days,
                id=purchase["id"],
            )
        await picked(client, clerk(database), ready)
        await claim(client, clerk(database), early)
        for purchase in (late, early, asap, ready):
            await pay(client, database, purchase)
        unpaid = await bought(client, database, (on_sale(database), 1))
        mine = {each["id"] for each in (late, early, asap, ready, unpaid)}
        paid = await listed(client, database, paid=True, limit=1)
        found = [each for each in paid if each["id"] in mine]
        assert [each["id"] for each in found] == [each["id"] for each in (asap, early, late)]
        assert [each["status"] for each in found] == ["placed", "picking", "placed"]
        slot = found[2]["slot"]["start"]
        assert [each["id"] for each in await listed(client, database, slot=slot)] == [late["id"]]

    async def test_purchases_by_how_far_they_are(self, client, database):
        owner = customer(database)
        made = [
            await bought(client, database, (on_sale(database), 1), owner=owner) for _ in range(4)
        ]
        placed, picking, ready, ended = made
        who = clerk(database)
        await claim(client, who, picking)
        await picked(client, who, ready)
        await cancel(client, who.headers, ended)
        found = {}
        for status in ("placed", "picking", "ready", "waiting", "cancelled"):
            answer = await client.get(
                f"{API}/purchases", params={"status": status}, headers=owner.headers
            )
            found[status] = [each["id"] for each in answer.json()["items"]]
        assert found == {
            "placed": [placed["id"]],
            "picking": [picking["id"]],
            "ready": [ready["id"]],
            "waiting": [placed["id"], picking["id"], ready["id"]],
            "cancelled": [ended["id"]],
        }


class TestMeanwhile:
    async def test_its_owner_cancels_no_more_and_staff_does(self, client, database):
        owner, who = customer(database), clerk(database)
        begun = await bought(client, database, (on_sale(database), 1), owner=owner)
        done = await bought(client, database, (on_sale(database), 1), owner=owner)
        await claim(client, who, begun)
        await picked(client, who, done)
        for purchase in (begun, done):
            conflict(await cancel(client, owner.headers, purchase), "picking_began")
            assert (await cancel(client, who.headers, purchase)).json()["status"] == "cancelled"

    async def test_it_is_handed_over_when_it_is_ready(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        who = clerk(database)
        await claim(client, who, purchase)
        assert (await pay(client, database, purchase)).status_code == 201
        conflict(await collect(client, database, purchase), "being_picked")
        await pick(client, who, purchase)
        assert (await collect(client, database, purchase)).json()["status"] == "collected"
