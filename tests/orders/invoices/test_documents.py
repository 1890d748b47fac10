"""Invoices: made at hand-over, numbered without gaps, read by whoever may read the purchase."""

import asyncio
import uuid

import pytest

from app.orders.invoices.schemas import Document
from tests.builders import (
    as_clerk,
    as_customer,
    as_guest,
    customer,
    deposit,
    filled_cart,
    on_sale,
    placed,
    rows,
    stocked,
    value,
)
from tests.orders.sales import bought, check_out, collect, conflict, invalid, pay, sold

API = "/api/v1"
BUYER = {"name": "Müller & Söhne", "address": ["Am Weg 3", "10115 Berlin"], "vat_id": "DE136695976"}


async def listed(client, database, purchase):
    url = f"{API}/purchases/{purchase['id']}/documents"
    answer = await client.get(url, headers=as_clerk(database))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def invoice_of(client, database, purchase):
    (short,) = await listed(client, database, purchase)
    answer = await client.get(f"{API}/documents/{short['number']}", headers=as_clerk(database))
    assert answer.status_code == 200, answer.text
    Document.model_validate_json(answer.content)
    assert short.items() <= answer.json().items()
    return answer.json()


class TestInvoice:
    async def test_is_made_at_hand_over_and_says_what_was_charged(self, client, database):
        bottle = deposit(database, amount="0.25", vat_rate="0.1900")
        milk = on_sale(database, price="1.19", vat_rate="0.0700", deposit=bottle)
        ham = on_sale(database, price="19.99", unit="kg", vat_rate="0.1900")
        purchase = await bought(client, database, (milk, 3), (ham, "0.505"))
        assert await listed(client, database, purchase) == []
        await pay(client, database, purchase)
        handed_over = (await collect(client, database, purchase)).json()
        found = await invoice_of(client, database, purchase)
        assert (found["kind"], found["corrects"], found["buyer"]) == ("invoice", None, None)
        assert (found["purchase"], found["purchase_number"]) == (purchase["id"], purchase["number"])
        assert (found["total"], found["vat"]) == (purchase["total"], purchase["vat"])
        assert found["issued_at"] == handed_over["collected_at"]
        assert [(line["line"], line["quantity"], line["total"]) for line in found["lines"]] == [
            (line["id"], line["quantity"], line["total"]) for line in purchase["lines"]
        ]
        assert [line["kind"] for line in found["lines"]] == ["goods", "goods", "deposit"]

    async def test_is_not_made_of_what_is_cancelled(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        url = f"{API}/purchases/{purchase['id']}/cancel"
        await client.post(url, json={"reason": "gone"}, headers=as_clerk(database))
        assert await listed(client, database, purchase) == []

    async def test_keeps_the_seller_of_its_time(self, client, database):
        first = await sold(client, database, (on_sale(database), 1))
        before = await invoice_of(client, database, first)
        assert before["seller"] == {"name": "Online Grocery", "address": [], "vat_id": None}
        rows(
            database,
            """UPDATE shop SET seller = '{"name": "Ł", "address": ["a", "b"], "vat_id": "1"}'""",
        )
        second = await sold(client, database, (on_sale(database), 1))
        rows(
            database,
            """UPDATE shop SET seller = '{"name": "Online Grocery", "address": [], "vat_id": null}'""",
        )
        found = await invoice_of(client, database, second)
        assert found["seller"] == {"name": "Ł", "address": ["a", "b"], "vat_id": "1"}
        assert await invoice_of(client, database, first) == before


class TestNumbers:
    async def test_have_no_gaps_whatever_fails_and_whoever_sells_at_once(self, client, database):
        milk = on_sale(database, stock=40)
        made = [await bought(client, database, (milk, 1)) for _ in range(8)]
        for purchase in made[:6]:
            await pay(client, database, purchase)
        # The last two are not paid for: they are refused, and take no number.
        answers = await asyncio.gather(*(collect(client, database, each) for each in made * 2))
        assert sorted(answer.status_code for answer in answers) == [200] * 6 + [409] * 10
        query = """
            SELECT s.last, (SELECT array_agg(d.number ORDER BY d.number) FROM document d
                            WHERE (d.series, d.year) = (s.series, s.year)) AS numbers
            FROM document_series s WHERE s.series = 'web'
        """
        for row in rows(database, query):
            assert row.numbers == list(range(1, row.last + 1))

    async def test_begin_anew_each_year_of_the_shops_time_zone(self, client, database):
        purchase = await sold(client, database, (on_sale(database), 1))
        found = await invoice_of(client, database, purchase)
        year = value(database, "SELECT extract(year FROM now() AT TIME ZONE 'Europe/Berlin')::text")
        assert found["number"].startswith(f"web-{year}-")
        assert found["issued_on"].startswith(year)

    @pytest.mark.parametrize("number", ["web-2026-1", "web-2026-0000001", "web-99999-000001", "x"])
    async def test_of_nothing(self, client, database, number):
        for path in (number, f"{number}/pdf"):
            answer = await client.get(f"{API}/documents/{path}", headers=as_clerk(database))
            assert answer.status_code == 404


class TestWho:
    async def test_the_buyer_and_staff_and_nobody_else(self, client, database):
        buyer = customer(database)
        purchase = await bought(client, database, (on_sale(database), 1), owner=buyer)
        await pay(client, database, purchase)
        await collect(client, database, purchase)
        number = (await invoice_of(client, database, purchase))["number"]
        paths = [
            f"{API}/documents/{number}",
            f"{API}/documents/{number}/pdf",
            f"{API}/purchases/{purchase['id']}/documents",
        ]
        for path in paths:
            assert (await client.get(path, headers=buyer.headers)).status_code == 200
            for stranger in (as_customer(database), as_guest(database)):
                assert (await client.get(path, headers=stranger)).status_code == 404

    async def test_a_guest_with_the_token_of_the_cart(self, client, database):
        cart = filled_cart(database, (on_sale(database), 1))
        purchase = (await check_out(client, cart)).json()
        await pay(client, database, purchase)
        await collect(client, database, purchase)
        url = f"{API}/purchases/{purchase['id']}/invoice"
        answer = await client.post(url, json=BUYER, headers=cart.headers)
        assert answer.status_code == 201
        assert (
            await client.get(answer.headers["Location"], headers=cart.headers)
        ).json() == answer.json()
        assert (await client.post(url, json=BUYER, headers=as_guest(database))).status_code == 404


class TestBuyer:
    async def test_is_named_once_and_nothing_else_changes(self, client, database):
        purchase = await sold(client, database, (on_sale(database), 1))
        before = await invoice_of(client, database, purchase)
        url = f"{API}/purchases/{purchase['id']}/invoice"
        answer = await client.post(url, json=BUYER, headers=as_clerk(database))
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{API}/documents/{before['number']}"
        assert answer.json() == {**before, "buyer": BUYER}
        again = await client.post(url, json={"name": "Else"}, headers=as_clerk(database))
        conflict(again, "buyer_named")
        assert (await invoice_of(client, database, purchase))["buyer"] == BUYER

    async def test_needs_an_invoice(self, client, database):
        purchase = await bought(client, database, (on_sale(database), 1))
        url = f"{API}/purchases/{purchase['id']}/invoice"
        conflict(await client.post(url, json=BUYER, headers=as_clerk(database)), "not_invoiced")
        url = f"{API}/purchases/{uuid.UUID(int=0)}/invoice"
        assert (await client.post(url, json=BUYER, headers=as_clerk(database))).status_code == 404

    async def test_wrong_values(self, client, database):
        url = f"{API}/purchases/{uuid.UUID(int=0)}/invoice"
        body = {"name": " ", "address": ["a"] * 7, "vat_id": "x" * 33}
        invalid(
            await client.post(url, json=body, headers=as_clerk(database)),
            "/name",
            "/address",
            "/vat_id",
        )


class TestPdf:
    async def test_is_the_same_file_each_time(self, client, database):
        purchase = await sold(client, database, (on_sale(database, name="Żółć"), 2))
        invoice = await invoice_of(client, database, purchase)
        number = invoice["number"]
        url = f"{API}/documents/{number}/pdf"
        first, second = [await client.get(url, headers=as_clerk(database)) for _ in range(2)]
        assert first.headers["Content-Type"] == "application/pdf"
        assert first.headers["Content-Disposition"] == f'inline; filename="{number}.pdf"'
        assert first.content.startswith(b"%PDF-")
        assert first.content == second.content
        made_at = "".join(filter(str.isdigit, invoice["issued_at"]))[:14]
        assert f"/CreationDate (D:{made_at}".encode() in first.content


@pytest.mark.parametrize(("total", "zone"), [(1, "Etc/GMT+12"), (0, "Etc/GMT-14")])
def test_is_made_whoever_hands_over(fresh_database, total, zone):
    """A server of the version before knows of no documents, and so the database makes them; also of what was free then."""
    rows(fresh_database, "UPDATE shop SET time_zone = %(zone)s", zone=zone)
    lot = stocked(fresh_database, on_sale(fresh_database, stock=None), 1)
    purchase = placed(fresh_database, (lot, 1), total=total)
    if total == 0:
        rows(
            fresh_database,
            """
            ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_charged_check;
            UPDATE purchase_line SET price = 0, unit_price = 0, total = 0
            """,
        )
    rows(fresh_database, "UPDATE purchase SET status = 'collected', collected_at = now()")
    query = "SELECT *, (issued_at AT TIME ZONE %(zone)s)::date AS today FROM document"
    (made,) = rows(fresh_database, query, zone=zone)
    assert (made.purchase_id, made.total) == (purchase.id, total)
    assert (made.issued_on, made.year) == (made.today, made.today.year)
