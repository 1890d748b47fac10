"""`create-admin` makes somebody who can log in as an admin."""

import httpx
import pytest

from tests.builders import value
from tests.support.asgi import running


async def log_in(settings, email, password):
    from app.factory import create_app, create_asgi_app

    async with running(create_asgi_app(create_app(settings))) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            return await client.post("/api/v1/login", json={"email": email, "password": password})


def test_prints_a_password_once(run, fresh_database):
    result = run("create-admin", "boss@shop.example", "--name", "The Boss")
    assert result.exit_code == 0, result.output
    password = result.output.split()[-1]
    assert len(password) >= 20
    assert password not in value(fresh_database, "SELECT password_hash FROM login")
    assert value(fresh_database, "SELECT role FROM login") == "admin"
    assert value(fresh_database, "SELECT name FROM staff") == "The Boss"


@pytest.fixture
def admin_by_stdin(run):
    result = run(
        "create-admin", "boss@shop.example", "--password-stdin", stdin="purple tractor lunch\n"
    )
    assert result.exit_code == 0, result.output
    return result


async def test_takes_a_password_from_standard_input(admin_by_stdin, fresh_database, make_settings):
    assert "purple" not in admin_by_stdin.output
    answer = await log_in(
        make_settings(fresh_database), "boss@shop.example", "purple tractor lunch"
    )
    assert answer.status_code == 201
    assert answer.json()["user"]["role"] == "admin"


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["nobody"], None),
        (["boss@shop.example", "--name", ""], None),
        (["boss@shop.example", "--password-stdin"], "short\n"),
        (["boss@shop.example", "--password-stdin"], ""),
    ],
)
def test_refuses_nonsense(run, fresh_database, arguments, stdin):
    result = run("create-admin", *arguments, stdin=stdin)
    assert result.exit_code in {1, 2}
    assert "Traceback" not in result.output
    assert value(fresh_database, "SELECT count(*) FROM login") == 0


def test_refuses_a_second_account_of_one_address(run):
    assert run("create-admin", "boss@shop.example").exit_code == 0
    result = run("create-admin", "BOSS@shop.example")
    assert result.exit_code == 1
    assert "has an account" in result.output
