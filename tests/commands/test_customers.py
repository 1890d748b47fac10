"""`import customers` opens accounts that nobody can log in to before staff gives them a password."""

import pytest

from app.factory import create_app
from tests.builders import as_clerk, customer, rows, value

CONTENT = (
    "email,name,phone,address,active\n"
    'ada@shop.example,Ada Lovelace,+44 20 7946 0000,"Square 1\nLondon",yes\n'
    "bob@shop.example,Bob,,,no\n"
)
STORED = "SELECT email, name, phone, address, l.active FROM customer c JOIN login l ON l.id = c.login_id ORDER BY c.id"
NO_PASSWORD = "They have no password: staff gives them one (PUT /api/v1/customers/{id}/password).\n"


@pytest.fixture
def known(run, write):
    """A shop that has taken both in."""
    result = run("import", "customers", write("c.csv", CONTENT))
    assert result.output == f"c.csv: 2 rows, 2 accounts opened.\n{NO_PASSWORD}"


def test_are_taken_as_they_stand(known, fresh_database):
    assert [tuple(vars(row).values()) for row in rows(fresh_database, STORED)] == [
        ("ada@shop.example", "Ada Lovelace", "+44 20 7946 0000", "Square 1\nLondon", True),
        ("bob@shop.example", "Bob", None, None, False),
    ]
    assert {row.role for row in rows(fresh_database, "SELECT role FROM login")} == {"customer"}


def test_who_has_an_account_is_left_alone(known, run, write, fresh_database):
    content = CONTENT.replace("Bob", "Rob").replace("bob@", "BOB@") + "eve@shop.example,Eve,,,\n"
    result = run("import", "customers", write("c.csv", content))
    assert result.output == (
        "c.csv: 3 rows, 1 account opened.\n"
        "2 rows left out, because the address has an account: lines 2 and 4.\n" + NO_PASSWORD
    )
    names = [row.name for row in rows(fresh_database, STORED)]
    assert names == ["Ada Lovelace", "Bob", "Eve"]


def test_staff_gives_them_a_password(known, fresh_database, make_settings):
    app = create_app(make_settings(fresh_database))
    client = app.test_client()
    body = {"email": "ada@shop.example", "password": "two fat geese at dawn"}
    try:
        assert client.post("/api/v1/login", json=body).status_code == 401
        ada = value(fresh_database, "SELECT id FROM customer WHERE name = 'Ada Lovelace'")
        answer = client.put(
            f"/api/v1/customers/{ada}/password",
            json={"password": body["password"]},
            headers=as_clerk(fresh_database),
        )
        assert answer.status_code == 204
        assert client.post("/api/v1/login", json=body).status_code == 201
    finally:
        app.portal.close()


def test_the_log_has_nothing_of_theirs(known, fresh_database):
    noted = rows(fresh_database, "SELECT action, subject, detail FROM audit_log")
    assert [(row.action, row.detail) for row in noted] == [("customer.created", {})] * 2
    ids = {f"customer:{row.id}" for row in rows(fresh_database, "SELECT id FROM customer")}
    assert {row.subject for row in noted} == ids


def test_a_dry_run_opens_none_and_names_nobody(run, write, fresh_database):
    result = run("import", "customers", write("c.csv", CONTENT), "--dry-run")
    assert result.output.startswith("c.csv: 2 rows, 2 accounts would be opened.\n")
    assert "Ada" not in result.output
    assert not value(fresh_database, "SELECT count(*) FROM login")


def test_what_is_wrong(run, write, fresh_database):
    customer(fresh_database, email="known@shop.example")
    content = "email,name,phone\nx,X,\na@shop.example,,\nb@shop.example,B,call me\nc@x.example,C,\nC@x.example,D,\n"
    first, *more, end = run("import", "customers", write("c.csv", content)).output.splitlines()
    assert first.startswith("c.csv: email 'x' must be an e-mail address: ")
    assert more == [
        "c.csv: name is empty: line 3.",
        "c.csv: phone 'call me' must be a telephone number like +48 22 555 01 10: line 4.",
        "c.csv: email 'c@x.example' = 'C@x.example' is there 2 times: lines 5 and 6.",
    ]
    assert end == "Nothing was imported."


def test_of_the_seed_application(run, write, fresh_database):
    content = (
        "id,custid,type,username_id,firstname,lastname,position,email,mobile,enrolled_date\n"
        "1,C1,regular,ada,Ada,Lovelace,,ada@shop.example,9876543210,2020-01-01\n"
        "2,C2,regular,bob,Bob,,,,123,2020-01-01\n"
    )
    result = run("import", "customers", write("c.csv", content), "--from", "seed")
    assert "c.csv: Left out: 1 row with nothing under email.\n" in result.output
    (ada,) = rows(fresh_database, STORED)
    assert (ada.name, ada.phone) == ("Ada Lovelace", "9876543210")
