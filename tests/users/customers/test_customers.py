"""/customers/{id} and the list: one's own record, and the staff's view of all."""

import asyncio
import json

import pytest

from app.users.customers.schemas import Customer
from tests.builders import (
    PASSWORD,
    admin,
    as_admin,
    as_clerk,
    as_customer,
    as_guest,
    clerk,
    customer,
    guest_cart,
    insert,
    rows,
    unique,
    value,
)
from tests.support.clients import all_items
from tests.support.locks import transaction, until_blocked
from tests.users.people import CUSTOMERS, purchase_of, registration

NOBODY = f"{CUSTOMERS}/{2**62}"


def url(person) -> str:
    return f"{CUSTOMERS}/{person.customer_id}"


class TestRead:
    async def test_own_record(self, client, database) -> None:
        me = customer(database, phone="+48 22 555 01 10")
        answer = await client.get(url(me), headers=me.headers)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"v1"'
        Customer.model_validate_json(answer.content)
        assert answer.json()["email"] == me.email

    @pytest.mark.parametrize("staff", [as_clerk, as_admin])
    async def test_staff_reads_all(self, client, database, staff) -> None:
        known = customer(database)
        answer = await client.get(url(known), headers=staff(database))
        assert answer.json()["name"] == known.name

    async def test_somebody_elses_is_not_there(self, client, database) -> None:
        other = await client.get(url(customer(database)), headers=as_customer(database))
        missing = await client.get(NOBODY, headers=as_customer(database))
        assert [other.status_code, missing.status_code] == [404, 404]
        assert other.json()["detail"] == missing.json()["detail"]

    async def test_missing(self, client, database) -> None:
        assert (await client.get(NOBODY, headers=as_clerk(database))).status_code == 404

    async def test_strangers_and_carts(self, client, database) -> None:
        path = url(customer(database))
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers=as_guest(database))).status_code == 403


class TestList:
    async def test_by_name_in_pages_without_case_and_accents(self, client, database) -> None:
        word, headers = unique("zofia"), as_clerk(database)
        for last in ("zebra", "Ábaco", "Apple", "äther", "Apple"):
            customer(database, name=f"{word} {last}")
        seen = await all_items(client, CUSTOMERS, headers, q=word, limit=3)
        names = [Customer.model_validate_json(json.dumps(item)).name for item in seen]
        assert [name.split()[1] for name in names] == ["Ábaco", "Apple", "Apple", "äther", "zebra"]

    async def test_finds_by_a_part_of_name_or_address(self, client, database) -> None:
        word = unique("x")
        by_name = customer(database, name=f"Zażółć {word}")
        by_email = customer(database, email=f"Mail.{word}@shop.example")
        customer(database)

        async def found(q):
            answer = await client.get(CUSTOMERS, params={"q": q}, headers=as_clerk(database))
            return {item["id"] for item in answer.json()["items"]}

        assert await found(word) == {by_name.customer_id, by_email.customer_id}
        assert await found(f"ZAZOLC {word}") == {by_name.customer_id}
        assert await found(f"mail.{word}@SHOP") == {by_email.customer_id}
        assert await found(f"%{word}") == set()

    async def test_leaves_out_the_deactivated(self, client, database) -> None:
        word, headers = unique("x"), as_clerk(database)
        here, gone = customer(database, name=word), customer(database, name=word, active=False)
        for active, expected in (("true", here), ("false", gone)):
            query = {"q": word, "active": active}
            answer = await client.get(CUSTOMERS, params=query, headers=headers)
            assert [item["id"] for item in answer.json()["items"]] == [expected.customer_id]

    @pytest.mark.parametrize("query", ["limit=0", "active=1", "q=", "cursor=x", "name=anna"])
    async def test_refuses_wrong_queries(self, client, database, query) -> None:
        answer = await client.get(f"{CUSTOMERS}?{query}", headers=as_clerk(database))
        assert answer.status_code == 422

    async def test_is_for_staff(self, client, database) -> None:
        assert (await client.get(CUSTOMERS)).status_code == 401
        for headers in (as_customer(database), as_guest(database)):
            assert (await client.get(CUSTOMERS, headers=headers)).status_code == 403


class TestChange:
    async def test_own_record(self, client, database) -> None:
        me = customer(database, phone="+48 22 555 01 10", address="ul. Długa 1")
        change = {"name": "Anna Nowak", "phone": None}
        answer = await client.patch(url(me), json=change, headers=me.headers)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"v2"'
        Customer.model_validate_json(answer.content)
        body = answer.json()
        assert (body["name"], body["phone"], body["address"]) == ("Anna Nowak", None, "ul. Długa 1")
        assert body["version"] == 2
        assert (await client.get(url(me), headers=me.headers)).json() == body
        assert not rows(
            database, "SELECT FROM audit_log WHERE subject = %(s)s", s=f"customer:{me.customer_id}"
        )

    async def test_staff_is_noted_without_the_data(self, client, database) -> None:
        known, by = customer(database), clerk(database)
        change = {"phone": "+48 600 100 200"}
        answer = await client.patch(url(known), json=change, headers=by.headers)
        assert answer.status_code == 200
        (entry,) = rows(
            database,
            "SELECT * FROM audit_log WHERE subject = %(s)s",
            s=f"customer:{known.customer_id}",
        )
        assert (entry.login_id, entry.action) == (by.login_id, "customer.updated")
        assert entry.detail == {"changed": ["phone"]}

    async def test_nothing_sent_changes_nothing(self, client, database) -> None:
        me = customer(database)
        answer = await client.patch(url(me), json={}, headers=me.headers)
        assert answer.status_code == 200
        assert answer.json()["version"] == 1

    async def test_staff_deactivates_and_lets_back_in(self, client, stranger, database) -> None:
        known, headers = customer(database), as_clerk(database)
        answer = await client.patch(url(known), json={"active": False}, headers=headers)
        assert (answer.json()["active"], answer.json()["version"]) == (False, 2)
        assert (await client.get(url(known), headers=known.headers)).status_code == 401
        credentials = {"email": known.email, "password": PASSWORD}
        assert (await stranger.post("/api/v1/login", json=credentials)).status_code == 401
        await client.patch(url(known), json={"active": True}, headers=headers)
        assert (await stranger.post("/api/v1/login", json=credentials)).status_code == 201
        # The session of before has ended for good.
        assert (await client.get(url(known), headers=known.headers)).status_code == 401

    async def test_customers_do_not_change_whether_they_may_log_in(self, client, database) -> None:
        me = customer(database)
        answer = await client.patch(url(me), json={"active": True}, headers=me.headers)
        assert answer.status_code == 403

    async def test_only_the_version_that_was_read(self, client, database) -> None:
        me = customer(database)
        change = {"name": "Anna Nowak"}
        first = await client.patch(
            url(me), json=change, headers={**me.headers, "If-Match": 'W/"v1"'}
        )
        assert first.status_code == 200
        second = await client.patch(
            url(me), json=change, headers={**me.headers, "If-Match": '"v1"'}
        )
        assert second.status_code == 412
        assert second.headers["ETag"] == '"v2"'

    async def test_of_two_with_one_version_one_is_refused(self, client, database) -> None:
        me = customer(database)
        headers = {**me.headers, "If-Match": '"v1"'}
        async with transaction(database) as cursor:
            cursor.execute("SELECT FROM customer WHERE id = %s FOR UPDATE", [me.customer_id])
            changes = [
                asyncio.create_task(client.patch(url(me), json={"name": name}, headers=headers))
                for name in "AB"
            ]
            await until_blocked(database, *changes)
        assert sorted([(await change).status_code for change in changes]) == [200, 412]

    async def test_somebody_elses_and_missing(self, client, database) -> None:
        other = customer(database)
        for path, headers in (
            (url(other), as_customer(database)),
            (NOBODY, as_customer(database)),
            (NOBODY, as_clerk(database)),
        ):
            answer = await client.patch(path, json={"name": "X"}, headers=headers)
            assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"name": None}, "/name"),
            ({"name": ""}, "/name"),
            ({"phone": "x"}, "/phone"),
            ({"address": 1}, "/address"),
            ({"active": None}, "/active"),
            ({"email": "b@shop.example"}, "/email"),
            ({"id": 1}, "/id"),
        ],
    )
    async def test_refuses_wrong_values(self, client, database, change, pointer) -> None:
        me = customer(database)
        answer = await client.patch(url(me), json=change, headers=me.headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    async def test_strangers_and_carts(self, client, database) -> None:
        path, change = url(customer(database)), {"name": "X"}
        assert (await client.patch(path, json=change)).status_code == 401
        guest = as_guest(database)
        assert (await client.patch(path, json=change, headers=guest)).status_code == 403


class TestDelete:
    async def test_forgets_who_bought_nothing(self, client, stranger, database) -> None:
        me = customer(database)
        in_a_day = value(database, "SELECT now() + interval '1 day'")
        insert(database, "cart", customer_id=me.customer_id, expires_at=in_a_day)
        answer = await client.delete(url(me), headers=me.headers)
        assert answer.status_code == 204
        assert (await client.get(url(me), headers=me.headers)).status_code == 401
        assert (await client.get(url(me), headers=as_clerk(database))).status_code == 404
        assert not rows(database, "SELECT FROM login WHERE id = %(id)s", id=me.login_id)
        again = await stranger.post(CUSTOMERS, json=registration(email=me.email))
        assert again.status_code == 201

    async def test_staff_is_noted(self, client, database) -> None:
        known, by = customer(database), admin(database)
        answer = await client.delete(url(known), headers=by.headers)
        assert answer.status_code == 204
        (entry,) = rows(
            database,
            "SELECT * FROM audit_log WHERE subject = %(s)s",
            s=f"customer:{known.customer_id}",
        )
        assert (entry.login_id, entry.action) == (by.login_id, "customer.deleted")

    async def test_who_has_bought_something_stays(self, client, database) -> None:
        me = customer(database)
        purchase_of(database, me)
        answer = await client.delete(url(me), headers=me.headers)
        assert answer.status_code == 409
        assert answer.json()["code"] == "in_use"
        assert (await client.get(url(me), headers=me.headers)).status_code == 200

    async def test_only_the_version_that_was_read(self, client, database) -> None:
        me = customer(database)
        headers = {**me.headers, "If-Match": '"v2"'}
        assert (await client.delete(url(me), headers=headers)).status_code == 412

    async def test_somebody_elses_and_missing(self, client, database) -> None:
        other = customer(database)
        for path, headers in (
            (url(other), as_customer(database)),
            (NOBODY, as_clerk(database)),
        ):
            assert (await client.delete(path, headers=headers)).status_code == 404
        assert (await client.get(url(other), headers=other.headers)).status_code == 200

    async def test_strangers_and_carts(self, client, database) -> None:
        path = url(customer(database))
        assert (await client.delete(path)).status_code == 401
        cart = guest_cart(database)
        assert (await client.delete(path, headers=cart.headers)).status_code == 403
