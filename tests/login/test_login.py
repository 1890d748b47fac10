"""POST, GET and DELETE /login: a session from its beginning to its end."""

from datetime import UTC, datetime, timedelta

import pytest

from app.login.schemas import CurrentUser, SignedIn
from tests.builders import (
    PASSWORD,
    PASSWORD_HASH,
    as_guest,
    bearer,
    clerk,
    customer,
    guest_cart,
    hashed,
    insert,
    person,
    rows,
    session,
    unique,
    value,
)

LOGIN = "/api/v1/login"


def credentials(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password}


class TestSignIn:
    @pytest.mark.parametrize("role", ["customer", "clerk", "admin"])
    async def test_gives_a_token_that_opens(self, stranger, database, role) -> None:
        known = person(database, role)
        answer = await stranger.post(LOGIN, json=credentials(known.email))
        assert answer.status_code == 201
        assert answer.headers["Location"] == LOGIN
        assert answer.headers["Cache-Control"] == "no-store"
        made = SignedIn.model_validate_json(answer.content)
        assert made.token.startswith("ogs_s_")
        assert answer.json()["user"] == {"email": known.email, "role": role, "name": known.name}
        me = await stranger.get(LOGIN, headers=bearer(made.token))
        assert me.status_code == 200
        assert me.json()["email"] == known.email

    @pytest.mark.parametrize(
        ("role", "hours"), [("customer", 30 * 24), ("clerk", 12), ("admin", 12)]
    )
    async def test_lasts_as_long_as_the_settings_say(self, stranger, database, role, hours) -> None:
        answer = await stranger.post(LOGIN, json=credentials(person(database, role).email))
        assert answer.json()["expires_at"].endswith("Z")
        ends = SignedIn.model_validate_json(answer.content).expires_at
        assert abs(ends - datetime.now(UTC) - timedelta(hours=hours)) < timedelta(minutes=5)

    async def test_keeps_only_the_tokens_hash(self, stranger, database) -> None:
        known = clerk(database)
        answer = await stranger.post(LOGIN, json=credentials(known.email))
        kept = rows(
            database, "SELECT token_hash FROM session WHERE login_id = %(id)s", id=known.login_id
        )
        assert hashed(answer.json()["token"]) in [bytes(row.token_hash) for row in kept]

    async def test_case_of_the_address_does_not_count(self, stranger, database) -> None:
        known = clerk(database, email=f"Anna.{unique()}@shop.example")
        answer = await stranger.post(LOGIN, json=credentials(known.email.upper()))
        assert answer.status_code == 201
        assert answer.json()["user"]["email"] == known.email

    async def test_a_password_typed_with_other_code_points_is_the_same(
        self, stranger, client, database
    ) -> None:
        known = customer(database)
        change = {"current_password": PASSWORD, "new_password": "caf\u00e9 \u00e0 la carte"}
        path = f"{LOGIN}/password"
        assert (await client.put(path, json=change, headers=known.headers)).status_code == 204
        typed = credentials(known.email, "cafe\u0301 a\u0300 la carte")
        assert (await stranger.post(LOGIN, json=typed)).status_code == 201

    async def test_unknown_wrong_and_inactive_are_answered_alike(self, stranger, database) -> None:
        gone = clerk(database, active=False)
        answers = [
            await stranger.post(LOGIN, json=credentials(f"{unique()}@shop.example")),
            await stranger.post(LOGIN, json=credentials(clerk(database).email, "not this one")),
            await stranger.post(LOGIN, json=credentials(gone.email)),
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 401]
        bodies = [answer.json() for answer in answers]
        for body in bodies:
            del body["request_id"]
        assert bodies[0]["code"] == "bad_credentials"
        assert bodies[0] == bodies[1] == bodies[2]

    async def test_an_old_hash_is_made_anew(self, stranger, database) -> None:
        known = clerk(database)
        before = await stranger.post(LOGIN, json=credentials(known.email))
        kept = "SELECT password_hash FROM login WHERE id = %(id)s"
        new = value(database, kept, id=known.login_id)
        assert new != PASSWORD_HASH
        assert "m=47104,t=1,p=1" in new
        after = await stranger.post(LOGIN, json=credentials(known.email))
        assert [before.status_code, after.status_code] == [201, 201]
        assert value(database, kept, id=known.login_id) == new
        # Nobody changed the password: the sessions live on.
        assert (await stranger.get(LOGIN, headers=known.headers)).status_code == 200

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"email": "nobody", "password": "x"}, "/email"),
            ({"email": "a@shop.example"}, "/password"),
            ({"email": "a@shop.example", "password": ""}, "/password"),
            ({"email": "a@shop.example", "password": "x" * 1001}, "/password"),
            ({"email": "a@shop.example", "password": "a\u0000b"}, "/password"),
            ({"email": "a@shop.example", "password": 1}, "/password"),
            ({"email": "a@shop.example", "password": "x", "role": "admin"}, "/role"),
        ],
    )
    async def test_refuses_wrong_values(self, stranger, body, pointer) -> None:
        answer = await stranger.post(LOGIN, json=body)
        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]

    async def test_refuses_what_is_not_json(self, stranger) -> None:
        assert (await stranger.post(LOGIN, data={"email": "a@b.example"})).status_code == 415
        headers = {"Content-Type": "application/json"}
        assert (await stranger.post(LOGIN, content=b"{", headers=headers)).status_code == 400


class TestReadCurrentUser:
    async def test_says_who_is_logged_in(self, client, database) -> None:
        known = customer(database)
        answer = await client.get(LOGIN, headers=known.headers)
        assert answer.status_code == 200
        CurrentUser.model_validate_json(answer.content)
        body = answer.json()
        assert (body["email"], body["role"], body["name"]) == (known.email, "customer", known.name)
        assert body["session"]["id"] == known.session_id
        assert body["session"]["current"] is True

    @pytest.mark.parametrize(
        ("role", "may", "may_not"),
        [
            ("customer", "purchases:own", "sales:read"),
            ("clerk", "sales:write", "users:write"),
            ("admin", "users:write", "carts:own"),
        ],
    )
    async def test_says_what_they_may_do(self, client, database, role, may, may_not) -> None:
        permissions = (await client.get(LOGIN, headers=person(database, role).headers)).json()[
            "permissions"
        ]
        assert may in permissions
        assert may_not not in permissions
        assert permissions == sorted(permissions)

    async def test_needs_a_login(self, client, database) -> None:
        assert (await client.get(LOGIN)).status_code == 401
        assert (await client.get(LOGIN, headers=as_guest(database))).status_code == 403


class TestTokens:
    async def test_an_expired_session_opens_nothing(self, client, database) -> None:
        old = session(database, clerk(database).login_id, hours=-1)
        assert (await client.get(LOGIN, headers=bearer(old.token))).status_code == 401

    async def test_a_deactivated_login_opens_nothing(self, client, database) -> None:
        gone = clerk(database, active=False)
        assert (await client.get(LOGIN, headers=gone.headers)).status_code == 401

    async def test_a_token_in_another_case_opens_nothing(self, client, database) -> None:
        token = clerk(database).token.swapcase()
        assert (await client.get(LOGIN, headers=bearer(token))).status_code == 401

    async def test_a_carts_token_is_no_sessions(self, client, database) -> None:
        cart = guest_cart(database)
        renamed = bearer(cart.token.replace("ogs_c_", "ogs_s_"))
        assert (await client.get(LOGIN, headers=renamed)).status_code == 401

    async def test_an_expired_carts_token_opens_nothing(self, client, database) -> None:
        fresh, old = guest_cart(database), guest_cart(database, hours=-1)
        path = "/api/v1/carts/{}"
        read = await client.get(path.format(fresh.id), headers=fresh.headers)
        assert read.status_code == 200
        assert (await client.get(path.format(old.id), headers=old.headers)).status_code == 401

    async def test_the_token_of_a_checked_out_cart_goes_on(self, client, database) -> None:
        cart = guest_cart(database, hours=-1)
        rows(database, "UPDATE cart SET status = 'checked_out' WHERE id = %(id)s", id=cart.id)
        insert(
            database,
            "purchase",
            cart_id=cart.id,
            token_hash=cart.token_hash,
            contact_name="Test",
            currency="EUR",
            total=1,
            vat_total=0,
            pay_by=datetime.now(UTC) + timedelta(hours=1),
        )
        answer = await client.get(LOGIN, headers=cart.headers)
        assert answer.status_code == 403


class TestSignOut:
    async def test_ends_this_session_alone(self, client, database) -> None:
        known = clerk(database)
        other = session(database, known.login_id)
        answer = await client.delete(LOGIN, headers=known.headers)
        assert answer.status_code == 204
        assert answer.content == b""
        assert (await client.get(LOGIN, headers=known.headers)).status_code == 401
        assert (await client.get(LOGIN, headers=bearer(other.token))).status_code == 200

    async def test_needs_a_login(self, client, database) -> None:
        assert (await client.delete(LOGIN)).status_code == 401
        assert (await client.delete(LOGIN, headers=as_guest(database))).status_code == 403
