"""/login/sessions and /login/password."""

import asyncio

import pytest

from app.core.web.paging import Page
from app.login.schemas import Session
from tests.builders import (
    PASSWORD,
    PASSWORD_HASH,
    as_guest,
    bearer,
    clerk,
    customer,
    rows,
    session,
    unique,
    value,
)
from tests.support.clients import all_items
from tests.support.locks import transaction, until_blocked

LOGIN = "/api/v1/login"
SESSIONS = f"{LOGIN}/sessions"
CHANGE = f"{LOGIN}/password"
NEW = "seven green apples a day"


class TestListSessions:
    async def test_shows_ones_own_live_ones_newest_first(self, client, database) -> None:
        known = clerk(database)
        newer = session(database, known.login_id)
        session(database, known.login_id, hours=-1)
        session(database, clerk(database).login_id)
        answer = await client.get(SESSIONS, headers=known.headers)
        assert answer.status_code == 200
        page = Page[Session].model_validate_json(answer.content)
        assert [item.id for item in page.items] == [newer.id, known.session_id]
        assert [item.current for item in page.items] == [False, True]
        assert page.next is None

    async def test_comes_in_pages(self, client, database) -> None:
        known = clerk(database)
        ids = [known.session_id, *(session(database, known.login_id).id for _ in range(2))]
        seen = await all_items(client, SESSIONS, known.headers, limit=2)
        assert [item["id"] for item in seen] == ids[::-1]

    async def test_needs_a_login(self, client, database) -> None:
        assert (await client.get(SESSIONS)).status_code == 401
        assert (await client.get(SESSIONS, headers=as_guest(database))).status_code == 403

    @pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=x", "sort=id"])
    async def test_refuses_wrong_queries(self, client, database, query) -> None:
        answer = await client.get(f"{SESSIONS}?{query}", headers=clerk(database).headers)
        assert answer.status_code == 422


class TestEndSession:
    async def test_ends_it(self, client, database) -> None:
        known = clerk(database)
        other = session(database, known.login_id)
        answer = await client.delete(f"{SESSIONS}/{other.id}", headers=known.headers)
        assert answer.status_code == 204
        assert (await client.get(LOGIN, headers=bearer(other.token))).status_code == 401
        again = await client.delete(f"{SESSIONS}/{other.id}", headers=known.headers)
        assert again.status_code == 404

    async def test_somebody_elses_is_not_there(self, client, database) -> None:
        known, other = clerk(database), clerk(database)
        answer = await client.delete(f"{SESSIONS}/{other.session_id}", headers=known.headers)
        assert answer.status_code == 404
        assert (await client.get(LOGIN, headers=other.headers)).status_code == 200

    @pytest.mark.parametrize("number", ["0", "-1", "x", str(2**63), "9" * 5000])
    async def test_what_is_no_key_is_not_there(self, client, database, number) -> None:
        answer = await client.delete(f"{SESSIONS}/{number}", headers=clerk(database).headers)
        assert answer.status_code == 404

    async def test_needs_a_login(self, client, database) -> None:
        path = f"{SESSIONS}/{clerk(database).session_id}"
        assert (await client.delete(path)).status_code == 401
        assert (await client.delete(path, headers=as_guest(database))).status_code == 403


class TestChangePassword:
    async def test_ends_the_other_sessions(self, client, stranger, database) -> None:
        known = customer(database)
        other = session(database, known.login_id)
        change = {"current_password": PASSWORD, "new_password": NEW}
        answer = await client.put(CHANGE, json=change, headers=known.headers)
        assert answer.status_code == 204
        assert (await client.get(LOGIN, headers=known.headers)).status_code == 200
        assert (await client.get(LOGIN, headers=bearer(other.token))).status_code == 401
        old = await stranger.post(LOGIN, json={"email": known.email, "password": PASSWORD})
        new = await stranger.post(LOGIN, json={"email": known.email, "password": NEW})
        assert [old.status_code, new.status_code] == [401, 201]

    async def test_refuses_a_wrong_present_one(self, client, database) -> None:
        known = clerk(database)
        change = {"current_password": "not this one", "new_password": NEW}
        answer = await client.put(CHANGE, json=change, headers=known.headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/current_password"
        kept = "SELECT password_hash FROM login WHERE id = %(id)s"
        assert value(database, kept, id=known.login_id) == PASSWORD_HASH

    @pytest.mark.parametrize("new", ["short", "x" * 129, "Password1234", "aaaaaaaaaaaa", 5, None])
    async def test_refuses_a_weak_new_one(self, client, database, new) -> None:
        change = {"current_password": PASSWORD, "new_password": new}
        answer = await client.put(CHANGE, json=change, headers=clerk(database).headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/new_password"

    async def test_refuses_ones_own_address(self, client, database) -> None:
        name = unique("jadwiga").replace("-", ".")
        known = clerk(database, email=f"{name}@shop.example")
        change = {"current_password": PASSWORD, "new_password": f"{name}!!!"}
        answer = await client.put(CHANGE, json=change, headers=known.headers)
        assert answer.status_code == 422
        assert "e-mail" in answer.json()["errors"][0]["message"]

    async def test_of_two_at_once_one_wins(self, client, stranger, database) -> None:
        known = clerk(database)
        changes = [
            {"current_password": PASSWORD, "new_password": new} for new in (NEW, NEW + " again")
        ]
        answers = await asyncio.gather(
            *(client.put(CHANGE, json=change, headers=known.headers) for change in changes)
        )
        statuses = [answer.status_code for answer in answers]
        # The later one finds another password, or that it has just been changed.
        assert sorted(statuses) in ([204, 409], [204, 422])
        winner = changes[statuses.index(204)]["new_password"]
        signed_in = await stranger.post(LOGIN, json={"email": known.email, "password": winner})
        assert signed_in.status_code == 201

    async def test_needs_a_login(self, client, database) -> None:
        change = {"current_password": PASSWORD, "new_password": NEW}
        assert (await client.put(CHANGE, json=change)).status_code == 401
        guest = as_guest(database)
        assert (await client.put(CHANGE, json=change, headers=guest)).status_code == 403


class TestRaces:
    async def test_no_session_outlives_the_password_it_was_opened_with(
        self, client, stranger, database
    ) -> None:
        known = clerk(database)
        change = {"current_password": PASSWORD, "new_password": NEW}
        changed, *opened = await asyncio.gather(
            client.put(CHANGE, json=change, headers=known.headers),
            *(
                stranger.post(LOGIN, json={"email": known.email, "password": PASSWORD})
                for _ in range(4)
            ),
        )
        assert changed.status_code == 204
        assert {answer.status_code for answer in opened} <= {201, 401}
        left = rows(database, "SELECT id FROM session WHERE login_id = %(id)s", id=known.login_id)
        assert [row.id for row in left] == [known.session_id]

    async def test_a_login_that_meets_a_change_of_the_password_waits_for_it(
        self, stranger, database
    ) -> None:
        known = clerk(database)
        credentials = {"email": known.email, "password": PASSWORD}
        # Once, so that the hash is of today's parameters and nothing else has to be written.
        assert (await stranger.post(LOGIN, json=credentials)).status_code == 201
        async with transaction(database) as cursor:
            changed = "UPDATE login SET password_changed_at = now() WHERE id = %s"
            cursor.execute(changed, [known.login_id])
            task = asyncio.create_task(stranger.post(LOGIN, json=credentials))
            await until_blocked(database, task)
        assert (await task).status_code == 401
