"""POST /customers: registering."""

import asyncio
import hashlib
import json

import pytest

from app.users.customers.schemas import Customer
from tests.builders import rows, unique, value
from tests.users.people import CUSTOMERS, registration


class TestRegister:
    async def test_makes_a_customer_who_can_log_in(self, stranger, database) -> None:
        new = registration()
        answer = await stranger.post(CUSTOMERS, json=new)
        assert answer.status_code == 201
        made = Customer.model_validate_json(answer.content)
        assert answer.headers["Location"] == f"{CUSTOMERS}/{made.id}"
        assert answer.headers["ETag"] == '"v1"'
        body = answer.json()
        assert {name: body[name] for name in new if name != "password"} == {
            name: kept for name, kept in new.items() if name != "password"
        }
        assert body["active"] is True
        assert "password" not in answer.text
        credentials = {"email": new["email"], "password": new["password"]}
        login = await stranger.post("/api/v1/login", json=credentials)
        headers = {"Authorization": f"Bearer {login.json()['token']}"}
        own = await stranger.get(answer.headers["Location"], headers=headers)
        assert own.json() == body

    async def test_only_name_address_and_password_are_needed(self, stranger) -> None:
        answer = await stranger.post(CUSTOMERS, json=registration(phone=..., address=...))
        assert answer.status_code == 201
        assert (answer.json()["phone"], answer.json()["address"]) == (None, None)

    async def test_keeps_a_strong_hash(self, stranger, database) -> None:
        answer = await stranger.post(CUSTOMERS, json=registration())
        kept = value(
            database,
            "SELECT password_hash FROM login WHERE email = %(email)s",
            email=answer.json()["email"],
        )
        assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")

    async def test_keeps_no_weak_hash_for_a_request_that_may_come_again(
        self, stranger, database
    ) -> None:
        text = json.dumps(registration()).encode()
        headers = {"Idempotency-Key": unique(), "Content-Type": "application/json"}
        for _ in range(2):
            answer = await stranger.post(CUSTOMERS, content=text, headers=headers)
            assert answer.status_code == 201
        assert answer.headers["Idempotency-Replayed"] == "true"
        (kept,) = rows(
            database,
            "SELECT * FROM idempotency_key WHERE key = %(key)s",
            key=headers["Idempotency-Key"],
        )
        assert b"apples" not in str(kept).encode()
        plain = hashlib.sha256(text).digest()
        assert bytes(kept.request_hash) not in {plain, hashlib.sha256(plain).digest()}
        assert plain.hex() not in kept.principal

    async def test_an_address_registers_once_whatever_its_case(self, stranger) -> None:
        email = f"anna.{unique()}@shop.example"
        assert (await stranger.post(CUSTOMERS, json=registration(email=email))).status_code == 201
        answer = await stranger.post(CUSTOMERS, json=registration(email=email.upper()))
        assert answer.status_code == 409
        assert answer.json()["code"] == "already_exists"
        assert answer.json()["errors"][0]["pointer"] == "/email"

    async def test_of_two_at_once_one_is_refused(self, stranger, database) -> None:
        email = f"anna.{unique()}@shop.example"
        answers = await asyncio.gather(
            stranger.post(CUSTOMERS, json=registration(email=email)),
            stranger.post(CUSTOMERS, json=registration(email=email.upper())),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        found = rows(
            database, "SELECT id FROM login WHERE lower(email) = lower(%(email)s)", email=email
        )
        assert len(found) == 1
        assert value(
            database, "SELECT count(*) FROM customer WHERE login_id = %(id)s", id=found[0].id
        )

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"email": ...}, "/email"),
            ({"email": "nobody"}, "/email"),
            ({"email": "a@b@shop.example"}, "/email"),
            ({"email": "a" * 250 + "@shop.example"}, "/email"),
            ({"name": " "}, "/name"),
            ({"name": "x" * 121}, "/name"),
            ({"name": "a\u0000b"}, "/name"),
            ({"phone": "call me"}, "/phone"),
            ({"phone": ""}, "/phone"),
            ({"address": ""}, "/address"),
            ({"address": "x" * 501}, "/address"),
            ({"password": ...}, "/password"),
            ({"password": "short"}, "/password"),
            ({"password": "x" * 129}, "/password"),
            ({"password": "Password2026!"}, "/password"),
            ({"email": "krystyna.n@shop.example", "password": "krystyna.n!!"}, "/password"),
            ({"role": "admin"}, "/role"),
            ({"active": False}, "/active"),
        ],
    )
    async def test_refuses_wrong_values(self, stranger, wrong, pointer) -> None:
        answer = await stranger.post(CUSTOMERS, json=registration(**wrong))
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
