"""Buying as a guest, without script."""

import pytest

from tests.builders import on_sale, product, value


class TestBasket:
    async def test_is_empty_at_first_and_says_so(self, see):
        page = await see("/basket")
        assert "There is nothing in the basket." in page.text

    async def test_has_what_was_put_into_it(self, fill, database):
        made = on_sale(database, price="1.50", stock=10)
        status, page = await fill(f"/products/{made.code}", "/basket/add", quantity="3")
        assert status == 200
        assert page.texts("h1") == ["Basket"]
        assert made.name in page.text
        assert "€4.50" in page.text

    async def test_quantities_change_and_nothing_takes_out(self, fill, database):
        made = on_sale(database, price="1.50", stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        _, page = await fill("/basket", "/basket/quantity", quantity="4")
        assert "€6.00" in page.text
        _, page = await fill("/basket", "/basket/quantity", quantity="0")
        assert "There is nothing in the basket." in page.text

    async def test_lines_are_taken_out(self, fill, database):
        made = on_sale(database, stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        _, page = await fill("/basket", "/basket/remove")
        assert "There is nothing in the basket." in page.text

    async def test_says_at_once_what_is_wrong(self, fill, database):
        made = on_sale(database, stock=2)
        _, page = await fill(f"/products/{made.code}", "/basket/add", quantity="5")
        assert "There is not enough of it any more. Available: 2" in page.text
        assert "/checkout" not in page.links.values()

    @pytest.mark.parametrize("quantity", ["", "-1", "1.5", "many", "9" * 30])
    async def test_refuses_no_quantities_and_loses_nothing(self, fill, database, quantity):
        made = on_sale(database, stock=10)
        await fill(f"/products/{made.code}", "/basket/add", quantity="2")
        status, page = await fill("/basket", "/basket/quantity", quantity=quantity)
        assert status == 422
        assert page.all("p", role="alert")
        assert page.form("/basket/quantity")["quantity"] == "2"

    async def test_what_is_not_known_is_refused(self, fill, database):
        made = on_sale(database, stock=10)
        status, page = await fill(f"/products/{made.code}", "/basket/add", product="nothing")
        assert status in {404, 422}
        assert page.all("p", role="alert")

    async def test_coupons_that_are_not_known_are_refused_beside_the_field(self, fill, database):
        made = on_sale(database, stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        status, page = await fill("/basket", "/basket/coupon", coupon="NOSUCH")
        assert status == 409
        assert page.form("/basket/coupon")["coupon"] == "NOSUCH"


class TestCheckout:
    async def test_a_guest_buys(self, client, fill, see, database):
        made = on_sale(database, price="1.50", stock=10)
        await fill(f"/products/{made.code}", "/basket/add", quantity="2")
        status, page = await fill(
            "/checkout", "/checkout", contact_name="Test buyer", contact_phone="+49 30 123456"
        )
        assert status == 200
        assert page.texts("h1")[0].startswith("Order ")
        assert "Test buyer" in page.text
        assert "€3.00" in page.text
        assert "There is nothing in the basket." in (await see("/basket")).text

    async def test_a_form_that_is_sent_twice_buys_once(self, client, fill, see, database):
        made = on_sale(database, stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        form = (await see("/checkout")).form("/checkout")
        form |= {"contact_name": "Test buyer", "contact_phone": "+49 30 123456"}
        kept = dict(client.cookies)
        first = await client.post("/checkout", data=form)
        client.cookies.clear()
        client.cookies.update(kept)
        again = await client.post("/checkout", data=form)
        assert first.headers["location"] == again.headers["location"]
        assert (
            value(
                database, "SELECT count(*) FROM purchase_line WHERE product_id = %(id)s", id=made.id
            )
            == 1
        )

    async def test_what_is_missing_is_said_and_what_was_typed_stays(self, fill, database):
        made = on_sale(database, stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        status, page = await fill("/checkout", "/checkout", contact_name="Test buyer")
        assert status == 422
        assert page.form("/checkout")["contact_name"] == "Test buyer"
        assert page.texts("p", id="contact_phone-wrong") == ["This is needed."]

    async def test_a_price_that_changed_meanwhile_is_said(self, fill, see, client, database):
        made = on_sale(database, price="1.50", stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        form = (await see("/checkout")).form("/checkout") | {"expected_total": "1.00"}
        form |= {"contact_name": "Test buyer", "contact_phone": "+49 30 123456"}
        answer = await client.post("/checkout", data=form)
        assert answer.status_code == 409
        assert "costs €1.50 now" in answer.text

    async def test_nobody_else_sees_the_purchase(self, client, fill, see, database):
        made = on_sale(database, stock=10)
        await fill(f"/products/{made.code}", "/basket/add")
        await fill(
            "/checkout", "/checkout", contact_name="Test buyer", contact_phone="+49 30 123456"
        )
        purchase = value(
            database, "SELECT purchase_id FROM purchase_line WHERE product_id = %(id)s", id=made.id
        )
        await see(f"/purchases/{purchase}")
        client.cookies.clear()
        await see(f"/purchases/{purchase}", 404)


class TestSenders:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.test"},
            {"Origin": "null"},
            {"Origin": "https://shop.test"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    async def test_forms_of_other_sites_are_refused(self, client, see, database, headers):
        made = product(database)
        form = (await see(f"/products/{on_sale(database, stock=5).code}")).form("/basket/add")
        answer = await client.post(
            "/basket/add", data=form | {"product": made.code}, headers=headers
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers

    async def test_forms_without_their_token_are_refused(self, client, database):
        made = on_sale(database, stock=5)
        answer = await client.post("/basket/add", data={"product": made.code, "quantity": "1"})
        assert answer.status_code == 403

    async def test_cookies_are_for_this_site_alone(self, client, see, database):
        made = on_sale(database, stock=5)
        form = (await see(f"/products/{made.code}")).form("/basket/add")
        answer = await client.post("/basket/add", data=form)
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {*answer.headers["set-cookie"].split("; ")}
