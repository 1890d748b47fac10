"""What commands do with accounts: the first admin."""

from typing import Any

import pytest

from app.core.web import Conflict, Invalid
from app.core.wiring import wired
from app.login.accounts import Accounts
from tests.builders import rows, unique

PASSWORD = "seven green apples a day"


@pytest.fixture
def accounts(application, shop) -> Any:
    with application.app_context():
        return wired(Accounts)


class TestCreateAdmin:
    async def test_makes_an_admin_who_can_log_in(self, accounts, stranger, database) -> None:
        email = f"{unique()}@shop.example"
        staff_id = await accounts.create_admin(email, "The Owner", PASSWORD)
        answer = await stranger.post("/api/v1/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 201
        assert answer.json()["user"] == {"email": email, "role": "admin", "name": "The Owner"}
        (entry,) = rows(
            database, "SELECT * FROM audit_log WHERE subject = %(s)s", s=f"staff:{staff_id}"
        )
        assert (entry.action, entry.login_id) == ("staff.created", None)
        assert entry.detail == {"email": email, "name": "The Owner", "role": "admin"}

    async def test_refuses_an_address_that_is_taken(self, accounts) -> None:
        email = f"{unique()}@shop.example"
        await accounts.create_admin(email, "The Owner", PASSWORD)
        with pytest.raises(Conflict) as caught:
            await accounts.create_admin(email.upper(), "Another", PASSWORD)
        assert caught.value.code == "already_exists"

    async def test_refuses_a_weak_password(self, accounts, database) -> None:
        email = f"{unique()}@shop.example"
        with pytest.raises(Invalid):
            await accounts.create_admin(email, "The Owner", "password12")
        assert not rows(database, "SELECT FROM login WHERE email = %(email)s", email=email)
