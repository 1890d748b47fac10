"""PUT /customers/{id}/password: what staff does for a customer who has none, or forgot it."""

from tests.builders import PASSWORD, as_admin, as_clerk, as_guest, customer, rows
from tests.users.people import CUSTOMERS

NEW = "two fat geese at dawn"


def url(person) -> str:
    return f"{CUSTOMERS}/{person.customer_id}/password"


async def log_in(client, person, password):
    body = {"email": person.email, "password": password}
    return (await client.post("/api/v1/login", json=body)).status_code


async def test_it_is_the_password_from_then_on(client, database) -> None:
    known = customer(database)
    answer = await client.put(url(known), headers=as_clerk(database), json={"password": NEW})
    assert (answer.status_code, answer.content) == (204, b"")
    assert await log_in(client, known, NEW) == 201
    assert await log_in(client, known, PASSWORD) == 401


async def test_sessions_end(client, database) -> None:
    known = customer(database)
    await client.put(url(known), headers=as_admin(database), json={"password": NEW})
    assert (await client.get("/api/v1/login", headers=known.headers)).status_code == 401


async def test_the_log_says_who_did_it_and_not_what(client, database) -> None:
    known, headers = customer(database), as_clerk(database)
    await client.put(url(known), headers=headers, json={"password": NEW})
    (noted,) = rows(
        database,
        "SELECT action, detail, login_id FROM audit_log WHERE subject = %(subject)s",
        subject=f"customer:{known.customer_id}",
    )
    assert (noted.action, noted.detail) == ("customer.updated", {"changed": ["password"]})
    assert noted.login_id is not None


async def test_a_weak_one(client, database) -> None:
    known = customer(database)
    for weak in ("password1234", known.email):
        answer = await client.put(url(known), headers=as_clerk(database), json={"password": weak})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/password"
    assert await log_in(client, known, PASSWORD) == 201


async def test_who_may_not(client, database) -> None:
    known = customer(database)
    body = {"password": NEW}
    assert (await client.put(url(known), json=body)).status_code == 401
    for headers in (known.headers, as_guest(database)):
        assert (await client.put(url(known), headers=headers, json=body)).status_code == 403


async def test_nobody(client, database) -> None:
    missing = f"{CUSTOMERS}/{2**62}/password"
    answer = await client.put(missing, headers=as_clerk(database), json={"password": NEW})
    assert answer.status_code == 404
