"""Logging in, registering and what a customer sees of it, without script."""

import pytest

from tests.builders import clerk, customer, on_sale, placed, product, stocked, unique

PASSWORD = "seven green apples a day"


@pytest.fixture
def registered(fill):
    """Register a customer by the page; return their e-mail address."""

    async def made(**more):
        email = f"{unique()}@example.org"
        typed = {"name": "Test buyer", "email": email, "password": PASSWORD, **more}
        status, page = await fill("/register", "/register", **typed)
        assert status == 200, page.text
        return email

    return made


class TestRegistering:
    async def test_logs_in_and_the_account_says_who_it_is(self, registered, see):
        email = await registered()
        page = await see("/account")
        assert page.texts("h1") == ["Test buyer"]
        assert email in page.text

    async def test_weak_passwords_are_refused_and_never_shown_again(self, fill):
        typed = {"name": "Test buyer", "email": f"{unique()}@example.org", "password": "password12"}
        status, page = await fill("/register", "/register", **typed)
        assert status == 422
        assert page.form("/register")["email"] == typed["email"]
        assert page.form("/register")["password"] == ""
        assert "password12" not in page.text


class TestLoggingIn:
    async def test_leads_back_to_where_it_was_asked_for(self, registered, client, see, fill):
        email = await registered()
        await fill("/account", "/logout")
        answer = await client.get("/account")
        assert answer.status_code == 303
        status, page = await fill(
            answer.headers["location"], "/login", email=email, password=PASSWORD
        )
        assert status == 200
        assert page.texts("h1") == ["Test buyer"]

    async def test_a_wrong_password_is_said_and_the_address_stays(self, registered, fill):
        email = await registered()
        await fill("/account", "/logout")
        status, page = await fill("/login", "/login", email=email, password="something else")
        assert status == 401
        assert page.form("/login")["email"] == email
        assert page.texts("p", role="alert") == ["The e-mail address or the password is wrong."]

    @pytest.mark.parametrize(
        "place",
        [
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "javascript:alert(1)",
            "/\t/evil.test",
            "evil",
        ],
    )
    async def test_leads_nowhere_else(self, registered, client, see, fill, place):
        email = await registered()
        await fill("/account", "/logout")
        form = (await see("/login")).form("/login")
        typed = {"email": email, "password": PASSWORD, "next": place}
        answer = await client.post("/login", data=form | typed)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")

    async def test_brings_the_guests_basket_along(self, registered, fill, see, database):
        email = await registered()
        await fill("/account", "/logout")
        made = on_sale(database)
        await fill(f"/products/{made.code}", "/basket/add")
        await fill("/login", "/login", email=email, password=PASSWORD)
        assert made.name in (await see("/basket")).text


class TestLeaving:
    async def test_ends_the_session_everywhere(self, registered, client, fill):
        await registered()
        kept = client.cookies["session"]
        await fill("/account", "/logout")
        client.cookies.set("session", kept)
        assert (await client.get("/account")).status_code == 303


class TestAccount:
    async def test_has_the_purchases_and_each_can_be_looked_at(self, client, see, database):
        owner = customer(database)
        lot = stocked(database, product(database), 5)
        bought = placed(database, (lot, 1), customer_id=owner.customer_id)
        client.cookies.set("session", owner.token)
        page = await see("/account")
        assert f"/purchases/{bought.id}" in page.links.values()
        await see(f"/purchases/{bought.id}")

    async def test_of_another_customer_no_purchase_is_shown(self, client, see, database):
        lot = stocked(database, product(database), 5)
        bought = placed(database, (lot, 1), customer_id=customer(database).customer_id)
        client.cookies.set("session", customer(database).token)
        await see(f"/purchases/{bought.id}", 404)

    async def test_details_change(self, registered, fill):
        await registered()
        status, page = await fill(
            "/account", "/account", name="Another buyer", phone="+49 30 123456"
        )
        assert status == 200
        assert page.texts("h1") == ["Another buyer"]
        assert page.form("/account")["phone"] == "+49 30 123456"

    async def test_a_change_from_elsewhere_is_not_overwritten(self, registered, fill, see, client):
        await registered()
        old = (await see("/account")).form("/account")
        await fill("/account", "/account", name="Another buyer")
        answer = await client.post("/account", data=old | {"name": "A third buyer"})
        assert answer.status_code == 412
        assert (await see("/account")).texts("h1") == ["Another buyer"]

    async def test_forms_of_before_the_login_are_refused(self, registered, fill, see, client):
        email = await registered()
        old = (await see("/account")).form("/account")
        await fill("/account", "/logout")
        await fill("/login", "/login", email=email, password=PASSWORD)
        answer = await client.post("/account", data=old | {"name": "A third buyer"})
        assert answer.status_code == 403

    async def test_the_password_changes(self, registered, fill):
        email = await registered()
        other = "nine yellow pears a week"
        status, _ = await fill(
            "/account", "/account/password", current_password=PASSWORD, new_password=other
        )
        assert status == 200
        await fill("/account", "/logout")
        assert (await fill("/login", "/login", email=email, password=other))[0] == 200

    async def test_is_not_for_clerks(self, client, see, database):
        client.cookies.set("session", clerk(database).token)
        await see("/account", 403)
