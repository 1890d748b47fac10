"""/staff: an admin's view of clerks and admins."""

import asyncio
import json

import pytest

from app.users.staff.schemas import Staff
from tests.builders import (
    PASSWORD,
    admin,
    as_admin,
    as_clerk,
    as_customer,
    as_guest,
    clerk,
    rows,
    session,
    unique,
    value,
)
from tests.support.clients import all_items, client_at, shop_with

STAFF = "/api/v1/staff"
NOBODY = f"{STAFF}/{2**62}"
NEW = "seven green apples a day"


def record(**more):
    made = {"email": f"{unique()}@shop.example", "name": "Jan", "role": "clerk", "password": NEW}
    return {name: kept for name, kept in (made | more).items() if kept is not ...}


def url(person) -> str:
    return f"{STAFF}/{person.staff_id}"


def audited(database, staff_id):
    return rows(
        database,
        "SELECT login_id, action, detail FROM audit_log WHERE subject = %(s)s ORDER BY id",
        s=f"staff:{staff_id}",
    )


async def is_for_admins(client, database, method, path, **request) -> None:
    assert (await client.request(method, path, **request)).status_code == 401
    for headers in (as_clerk(database), as_customer(database), as_guest(database)):
        answer = await client.request(method, path, headers=headers, **request)
        assert answer.status_code == 403


@pytest.fixture
async def lonely(fresh_database, make_settings):
    """A client of a shop whose database has nobody in it yet."""
    async with shop_with(make_settings(fresh_database)) as shop, client_at(shop) as made:
        yield made


class TestCreate:
    @pytest.mark.parametrize("role", ["clerk", "admin"])
    async def test_makes_one_who_can_log_in(self, client, stranger, database, role) -> None:
        by, new = admin(database), record(role=role)
        answer = await client.post(STAFF, json=new, headers=by.headers)
        assert answer.status_code == 201
        made = Staff.model_validate_json(answer.content)
        assert answer.headers["Location"] == f"{STAFF}/{made.id}"
        assert answer.headers["ETag"] == '"v1"'
        assert (made.email, made.name, made.role, made.active) == (new["email"], "Jan", role, True)
        assert "password" not in answer.text
        login = await stranger.post("/api/v1/login", json={"email": made.email, "password": NEW})
        assert login.json()["user"]["role"] == role
        (entry,) = audited(database, made.id)
        assert (entry.login_id, entry.action) == (by.login_id, "staff.created")
        assert NEW not in str(entry.detail)

    async def test_an_address_is_taken_once_whatever_its_case(self, client, database) -> None:
        known = clerk(database)
        new = record(email=known.email.upper())
        answer = await client.post(STAFF, json=new, headers=as_admin(database))
        assert answer.status_code == 409
        assert answer.json()["code"] == "already_exists"
        assert answer.json()["errors"][0]["pointer"] == "/email"

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"email": "nobody"}, "/email"),
            ({"name": ...}, "/name"),
            ({"role": "customer"}, "/role"),
            ({"role": "cart"}, "/role"),
            ({"role": ...}, "/role"),
            ({"password": "short"}, "/password"),
            ({"password": "Password2026!"}, "/password"),
            ({"id": 1}, "/id"),
        ],
    )
    async def test_refuses_wrong_values(self, client, database, wrong, pointer) -> None:
        answer = await client.post(STAFF, json=record(**wrong), headers=as_admin(database))
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    async def test_is_for_admins(self, client, database) -> None:
        await is_for_admins(client, database, "POST", STAFF, json=record())


class TestRead:
    async def test_one(self, client, database) -> None:
        known = clerk(database)
        answer = await client.get(url(known), headers=as_admin(database))
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"v1"'
        assert Staff.model_validate_json(answer.content).email == known.email

    async def test_missing(self, client, database) -> None:
        assert (await client.get(NOBODY, headers=as_admin(database))).status_code == 404

    async def test_is_for_admins(self, client, database) -> None:
        await is_for_admins(client, database, "GET", url(clerk(database)))


class TestList:
    async def test_by_name_in_pages_without_case_and_accents(self, client, database) -> None:
        word, headers = unique("ewa"), as_admin(database)
        for last in ("zebra", "Ábaco", "Apple", "äther", "Apple"):
            clerk(database, name=f"{word} {last}")
        clerk(database, name=f"{word} d", active=False)
        seen = await all_items(client, STAFF, headers, q=word, limit=3)
        names = [Staff.model_validate_json(json.dumps(item)).name for item in seen]
        assert [name.split()[1] for name in names] == ["Ábaco", "Apple", "Apple", "äther", "zebra"]

    @pytest.mark.parametrize("query", ["limit=x", "active=yes", "role=clerk"])
    async def test_refuses_wrong_queries(self, client, database, query) -> None:
        answer = await client.get(f"{STAFF}?{query}", headers=as_admin(database))
        assert answer.status_code == 422

    async def test_is_for_admins(self, client, database) -> None:
        await is_for_admins(client, database, "GET", STAFF)


class TestChange:
    async def test_name_and_role(self, client, database) -> None:
        known, by = clerk(database), admin(database)
        change = {"name": "Jan Nowak", "role": "admin"}
        answer = await client.patch(url(known), json=change, headers=by.headers)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"v2"'
        made = Staff.model_validate_json(answer.content)
        assert (made.name, made.role, made.active, made.version) == ("Jan Nowak", "admin", True, 2)
        # What a session may do is its login's role of now.
        assert (await client.get(STAFF, headers=known.headers)).status_code == 200
        (entry,) = audited(database, known.staff_id)
        assert (entry.login_id, entry.action) == (by.login_id, "staff.updated")
        assert entry.detail == change

    async def test_a_change_of_the_role_alone_is_a_new_version(self, client, database) -> None:
        known = clerk(database)
        answer = await client.patch(url(known), json={"role": "admin"}, headers=as_admin(database))
        assert answer.json()["version"] == 2

    async def test_deactivating_ends_all_sessions(self, client, stranger, database) -> None:
        known, headers = clerk(database), as_admin(database)
        session(database, known.login_id)
        answer = await client.patch(url(known), json={"active": False}, headers=headers)
        assert answer.json()["active"] is False
        assert (await client.get("/api/v1/login", headers=known.headers)).status_code == 401
        count = "SELECT count(*) FROM session WHERE login_id = %(id)s"
        assert value(database, count, id=known.login_id) == 0
        credentials = {"email": known.email, "password": PASSWORD}
        assert (await stranger.post("/api/v1/login", json=credentials)).status_code == 401

    async def test_a_new_password_ends_all_sessions(self, client, stranger, database) -> None:
        known, headers = clerk(database), as_admin(database)
        answer = await client.patch(url(known), json={"password": NEW}, headers=headers)
        assert answer.status_code == 200
        assert (await client.get("/api/v1/login", headers=known.headers)).status_code == 401
        statuses = [
            (
                await stranger.post(
                    "/api/v1/login", json={"email": known.email, "password": password}
                )
            ).status_code
            for password in (PASSWORD, NEW)
        ]
        assert statuses == [401, 201]
        assert audited(database, known.staff_id)[0].detail == {"password": "new"}

    async def test_only_the_version_that_was_read(self, client, database) -> None:
        known, headers = clerk(database), as_admin(database)
        change = {"name": "Jan Nowak"}
        for tag, status in (('"v1"', 200), ('"v1"', 412), ('W/"v2"', 200), ("*", 200)):
            conditional = {**headers, "If-Match": tag}
            answer = await client.patch(url(known), json=change, headers=conditional)
            assert answer.status_code == status

    async def test_missing(self, client, database) -> None:
        headers = as_admin(database)
        for change in ({"name": "X"}, {"password": NEW}, {}):
            answer = await client.patch(NOBODY, json=change, headers=headers)
            assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"name": None}, "/name"),
            ({"role": "customer"}, "/role"),
            ({"active": "no"}, "/active"),
            ({"password": "Password2026!"}, "/password"),
            ({"email": "b@shop.example"}, "/email"),
        ],
    )
    async def test_refuses_wrong_values(self, client, database, change, pointer) -> None:
        answer = await client.patch(url(clerk(database)), json=change, headers=as_admin(database))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    async def test_is_for_admins(self, client, database) -> None:
        path = url(clerk(database))
        await is_for_admins(client, database, "PATCH", path, json={"name": "X"})


class TestLastAdmin:
    @pytest.mark.parametrize("change", [{"role": "clerk"}, {"active": False}])
    async def test_stays_an_active_admin(self, lonely, fresh_database, change) -> None:
        last = admin(fresh_database)
        admin(fresh_database, active=False)
        answer = await lonely.patch(url(last), json=change, headers=last.headers)
        assert answer.status_code == 409
        assert answer.json()["code"] == "last_admin"
        body = (await lonely.get(url(last), headers=last.headers)).json()
        assert (body["role"], body["active"], body["version"]) == ("admin", True, 1)

    async def test_is_not_deleted(self, lonely, fresh_database) -> None:
        last = admin(fresh_database)
        answer = await lonely.delete(url(last), headers=last.headers)
        assert answer.status_code == 409
        assert answer.json()["code"] == "last_admin"

    async def test_may_change_otherwise(self, lonely, fresh_database) -> None:
        last = admin(fresh_database)
        change = {"name": "The Owner", "role": "admin", "active": True}
        answer = await lonely.patch(url(last), json=change, headers=last.headers)
        assert answer.status_code == 200

    async def test_of_two_the_first_may_go(self, lonely, fresh_database) -> None:
        first, second = admin(fresh_database), admin(fresh_database)
        change = {"role": "clerk"}
        gone = await lonely.patch(url(first), json=change, headers=first.headers)
        left = await lonely.patch(url(second), json=change, headers=second.headers)
        assert [gone.status_code, left.status_code] == [200, 409]

    async def test_two_who_go_at_once_do_not_both_go(self, lonely, fresh_database) -> None:
        people = [admin(fresh_database) for _ in range(4)]
        answers = await asyncio.gather(
            *(
                lonely.patch(url(someone), json={"active": False}, headers=someone.headers)
                for someone in people
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 409]
        active = "SELECT count(*) FROM login WHERE role = 'admin' AND active"
        assert value(fresh_database, active) == 1

    async def test_two_who_send_each_other_away_do_not_both_go(
        self, lonely, fresh_database
    ) -> None:
        one, other = admin(fresh_database), admin(fresh_database)
        answers = await asyncio.gather(
            lonely.patch(url(one), json={"role": "clerk"}, headers=other.headers),
            lonely.patch(url(other), json={"role": "clerk"}, headers=one.headers),
        )
        # Who has lost the role before being asked for it is refused for that.
        assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
        active = "SELECT count(*) FROM login WHERE role = 'admin' AND active"
        assert value(fresh_database, active) == 1


class TestDelete:
    async def test_who_has_done_nothing_is_deleted(self, client, database) -> None:
        known, by = clerk(database), admin(database)
        answer = await client.delete(url(known), headers=by.headers)
        assert answer.status_code == 204
        assert (await client.get(url(known), headers=by.headers)).status_code == 404
        assert (await client.get("/api/v1/login", headers=known.headers)).status_code == 401
        (entry,) = audited(database, known.staff_id)
        assert (entry.login_id, entry.action) == (by.login_id, "staff.deleted")

    async def test_who_has_a_history_stays(self, client, database) -> None:
        known, by = admin(database), as_admin(database)
        made = await client.post(STAFF, json=record(), headers=known.headers)
        assert made.status_code == 201
        answer = await client.delete(url(known), headers=by)
        assert answer.status_code == 409
        assert answer.json()["code"] == "in_use"
        assert (await client.get(url(known), headers=by)).status_code == 200

    async def test_only_the_version_that_was_read(self, client, database) -> None:
        headers = {**as_admin(database), "If-Match": '"v9"'}
        assert (await client.delete(url(clerk(database)), headers=headers)).status_code == 412

    async def test_missing(self, client, database) -> None:
        assert (await client.delete(NOBODY, headers=as_admin(database))).status_code == 404

    async def test_is_for_admins(self, client, database) -> None:
        await is_for_admins(client, database, "DELETE", url(clerk(database)))
