"""Sales at the counter: one call, and everything is as after a checkout, a payment and a hand-over."""

from typing import Any

import pytest

from tests.builders import (
    as_clerk,
    category,
    clerk,
    coupon,
    deposit,
    discount,
    gtin,
    level_of,
    markdown,
    on_sale,
    rows,
    today,
    unique,
    value,
)
from tests.orders.counter.counting import SALES, ask, line, opened, report, sell
from tests.orders.sales import at_once, conflict, invalid, read


def kinds(receipt: Any) -> list[tuple[str, ...]]:
    """Return the lines of a receipt, in short."""
    return [
        (each["kind"], each["product"] or each["deposit"], each["quantity"], each["total"])
        for each in receipt["lines"]
    ]


class TestSale:
    async def test_is_invoiced_paid_and_taken_along(self, client, database):
        session = await opened(client, database)
        bottle = deposit(database, "0.25", vat_rate="0.1900")
        milk = on_sale(database, price="1.19", gtin=gtin(database), vat_rate="0.0700")
        cola = on_sale(database, price="2.00", deposit=bottle, vat_rate="0.1900")
        scanned = {"barcode": milk.gtin}
        found = await sell(
            client,
            database,
            scanned,
            line(cola, "2"),
            {**scanned, "quantity": "2"},
            deposits_returned=[{"deposit": bottle.code, "quantity": "6"}],
            till=session["till"],
            payments=[{"method": "cash", "tendered": "10.00"}],
        )
        assert kinds(found) == [
            ("goods", milk.code, "3.000", "3.57"),
            ("goods", cola.code, "2.000", "4.00"),
            ("deposit", bottle.code, "2.000", "0.50"),
            ("deposit_return", bottle.code, "6.000", "-1.50"),
        ]
        assert [(v["rate"], v["gross"], v["net"], v["vat"]) for v in found["vat"]] == [
            ("0.0700", "3.57", "3.34", "0.23"),
            ("0.1900", "3.00", "2.52", "0.48"),
        ]
        (paid,) = found["payments"]
        assert (paid["amount"], paid["tendered"], paid["change"]) == ("6.57", "10.00", "3.43")
        assert (found["total"], found["till"]) == ("6.57", session["till"])
        assert found["number"].startswith(f"{session['till']}-")
        document = await client.get(
            f"/api/v1/documents/{found['number']}", headers=as_clerk(database)
        )
        assert document.json() == {
            k: v for k, v in found.items() if k not in {"till", "coupon", "payments"}
        }

    async def test_leaves_a_purchase_and_no_cart(self, client, database):
        milk = on_sale(database, price="1.00", stock=10)
        answer = await ask(client, database, line(milk, "3"))
        purchase = await read(client, database, {"id": answer.json()["purchase"]})
        assert answer.headers["Location"].endswith(purchase["id"])
        assert (purchase["status"], purchase["contact_name"]) == ("collected", None)
        assert (purchase["due"], purchase["payments"]) == ("0.00", answer.json()["payments"])
        assert answer.json()["number"].startswith("web")
        level = level_of(database, milk)
        assert (level.on_hand, level.allocated) == (7, 0)
        assert value(database, "SELECT count(*) FROM cart WHERE status = 'sale'") == 0

    async def test_is_done_once(self, client, database):
        milk = on_sale(database, stock=10)
        headers = {**as_clerk(database), "Idempotency-Key": unique("key")}
        body = {"lines": [line(milk)]}
        first, second = [await client.post(SALES, json=body, headers=headers) for _ in range(2)]
        assert second.json() == first.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        assert level_of(database, milk).on_hand == 9


class TestPrices:
    async def test_are_those_of_a_basket(self, client, database):
        day, dairy = today(database), category(database)
        markdown(database, "0.5000", 1, category=dairy)
        offer = discount(database, rate=None, buy=3, pay=2)
        milk = on_sale(database, price="1.00", discount=offer)
        yoghurt = on_sale(database, price="2.00", category=dairy, expires_on=day)
        made = coupon(database, amount="1.00")
        found = await sell(
            client,
            database,
            line(milk, "3"),
            line(yoghurt, best_before=str(day)),
            coupon=made.code.upper(),
            expected_total="2.00",
        )
        assert [each["total"] for each in found["lines"]] == ["1.33", "0.67"]
        assert found["lines"][0]["discount"]["code"] == offer.code
        assert found["lines"][1]["best_before"] == str(day)
        assert found["coupon"]["reduction"] == "1.00"
        assert value(database, "SELECT used FROM coupon WHERE id = %(id)s", id=made.id) == 1
        again = await ask(client, database, line(milk), coupon="NEVER-SEEN")
        assert conflict(again, "coupon_refused")["reason"] == "unknown"
        alone = {"deposits_returned": [{"deposit": deposit(database).code, "quantity": "1"}]}
        answer = await ask(client, database, **alone, coupon=made.code)
        assert conflict(answer, "coupon_refused")["reason"] == "nothing_to_reduce"

    async def test_of_a_day_that_reduces_nothing_are_refused(self, client, database):
        milk = on_sale(database, expires_on=today(database))
        answer = await ask(client, database, line(milk, best_before=str(today(database))))
        assert conflict(answer, "not_reduced")["items"] == [{"product": milk.code}]

    async def test_that_changed_are_refused(self, client, database):
        answer = await ask(client, database, line(on_sale(database)), expected_total="2.49")
        assert conflict(answer, "price_changed")["total"] == "2.50"

    async def test_wait_for_a_look_at_the_age(self, client, database):
        wine, who = on_sale(database, min_age=18), clerk(database)
        answer = await ask(client, database, line(wine))
        assert conflict(answer, "age_not_checked")["min_age"] == 18
        body = {"lines": [line(wine)], "age_checked": True}
        found = await client.post(SALES, json=body, headers=who.headers)
        checked = "SELECT age_checked_by FROM purchase WHERE id = %(id)s"
        assert value(database, checked, id=found.json()["purchase"]) == who.login_id


class TestPayments:
    async def test_may_be_several(self, client, database):
        payments = [{"method": "card", "amount": "4.00", "reference": "slip"}, {"method": "cash"}]
        found = await sell(client, database, line(on_sale(database), "2"), payments=payments)
        paid = [(each["method"], each["amount"], each["reference"]) for each in found["payments"]]
        assert paid == [("card", "4.00", "slip"), ("cash", "1.00", "")]

    @pytest.mark.parametrize(
        "payments",
        [
            [{"method": "card", "amount": "4.99"}],
            [{"method": "card", "amount": "5.01"}],
            [{"method": "card", "amount": "6.00"}, {"method": "cash"}],
        ],
        ids=["too little", "too much", "no rest"],
    )
    async def test_come_to_the_total(self, client, database, payments):
        milk = on_sale(database, stock=10)
        answer = await ask(client, database, line(milk, "2"), payments=payments)
        assert conflict(answer, "payments_mismatch")["total"] == "5.00"
        assert level_of(database, milk).on_hand == 10

    async def test_that_are_wrong_are_named(self, client, database):
        milk, cash = line(on_sale(database)), {"method": "cash"}
        invalid(await ask(client, database, milk, payments=[cash, cash]), "/payments/1/amount")
        little = {**cash, "tendered": "2.49"}
        invalid(await ask(client, database, milk, payments=[little]), "/payments/0/tendered")
        card = {"method": "card", "tendered": "5.00"}
        invalid(await ask(client, database, milk, payments=[card]), "/payments/0/tendered")

    async def test_are_not_taken_at_a_closed_till(self, client, database):
        milk = on_sale(database, stock=10)
        conflict(await ask(client, database, line(milk), till=unique("till")), "till_closed")
        # Nor is anything handed over there that bottles have paid.
        bottles = [{"deposit": deposit(database, "2.50").code, "quantity": "1"}]
        body = {"deposits_returned": bottles, "till": unique("till")}
        conflict(await ask(client, database, line(milk), **body), "till_closed")
        assert (await sell(client, database, line(milk), deposits_returned=bottles))[
            "payments"
        ] == []
        assert level_of(database, milk).on_hand == 9


class TestBottles:
    async def test_alone_are_paid_out(self, client, database):
        session, bottle = await opened(client, database), deposit(database, "0.25")
        found = await sell(
            client,
            database,
            till=session["till"],
            deposits_returned=[{"deposit": bottle.code, "quantity": each} for each in ("4", "6")],
        )
        assert kinds(found) == [("deposit_return", bottle.code, "10.000", "-2.50")]
        (paid,) = found["payments"]
        assert (paid["kind"], paid["method"], paid["amount"]) == ("refund", "cash", "2.50")
        assert found["vat"] == [
            {"rate": "0.1900", "gross": "-2.50", "net": "-2.10", "vat": "-0.40"}
        ]
        assert (await report(client, database, session))["expected"] == "97.50"
        pdf = await client.get(
            f"/api/v1/documents/{found['number']}/pdf", headers=as_clerk(database)
        )
        assert pdf.content.startswith(b"%PDF")

    async def test_have_paid_for_what_comes_back_later(self, client, database):
        milk, bottle = on_sale(database, price="1.00"), deposit(database, "0.75")
        given = [{"deposit": bottle.code, "quantity": "2"}]
        found = await sell(client, database, line(milk), deposits_returned=given)
        assert found["total"] == "-0.50"
        url = f"/api/v1/purchases/{found['purchase']}/refunds"

        async def refund(each: Any) -> Any:
            back = {"line": each["line"], "quantity": "1", "goods": "none"}
            body = {"reason": "sour", "lines": [back]}
            return await client.post(url, json=body, headers=as_clerk(database))

        goods, returned = found["lines"]
        invalid(await refund(returned), "/lines/0/line")
        answer = await refund(goods)
        assert (answer.status_code, answer.json()["amount"]) == (201, "1.00"), answer.text
        (paid,) = answer.json()["payments"]
        assert (paid["method"], paid["amount"]) == ("cash", "1.00")
        conflict(await refund(goods), "return_above_sold")

    async def test_are_whole_and_known(self, client, database):
        wrong = {"deposit": deposit(database).code, "quantity": "1.5"}
        answer = await ask(client, database, deposits_returned=[wrong])
        invalid(answer, "/deposits_returned/0/quantity")
        known = {"deposit": deposit(database).code, "quantity": "1"}
        unknown = {"deposit": unique("deposit"), "quantity": "1"}
        answer = await ask(client, database, deposits_returned=[known, known, unknown])
        invalid(answer, "/deposits_returned/2/deposit")


class TestRefused:
    async def test_lines_are_named(self, client, database):
        milk = on_sale(database, unit="piece")
        invalid(await ask(client, database), "/lines")
        for wrong, pointer in (
            ({"product": "nothing"}, "product"),
            ({"barcode": "4006381333931"}, "barcode"),
            ({"barcode": "4006381333932"}, "barcode"),
            ({}, "barcode"),
            (line(milk, "0.5"), "quantity"),
            (line(milk, "999999"), "quantity"),
            ({"product": on_sale(database, unit="kg").code}, "quantity"),
        ):
            answer = await ask(client, database, line(milk), line(on_sale(database)), wrong)
            place = 0 if wrong.get("product") == milk.code else 2
            invalid(answer, f"/lines/{place}/{pointer}")

    async def test_what_is_withdrawn_is_not_sold(self, client, database):
        gone = on_sale(database, active=False)
        answer = await ask(client, database, line(gone))
        assert conflict(answer, "withdrawn")["items"] == [{"product": gone.code}]

    async def test_two_who_want_a_single_use_of_a_coupon(self, client, database):
        milk, made = on_sale(database), coupon(database, uses=1)
        answers = await at_once(
            *(ask(client, database, line(milk), coupon=made.code) for _ in range(3))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
        used = rows(database, "SELECT used FROM coupon WHERE id = %(id)s", id=made.id)
        assert used[0].used == 1
