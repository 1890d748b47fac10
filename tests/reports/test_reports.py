"""What reports say is what happened, by whatever it is asked, and whether days were summed up or not."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from app.commands.consistency import breaches, snapshot
from app.reports import schemas
from tests.builders import rows
from tests.reports.shop import signed

CENT = Decimal("0.01")
MODELS = {
    "sales": schemas.SalesReport,
    "vat": schemas.VatReport,
    "payments": schemas.PaymentsReport,
    "waste": schemas.WasteReport,
    "valuation": schemas.ValuationReport,
    "stock-outs": schemas.StockOutsReport,
    "promotions": schemas.PromotionsReport,
}


def sums(found: Any, key: Any, amount: Any) -> dict[Any, Decimal]:
    """Return the sums of amounts by key, in cents, those of nothing left out."""
    made: dict[Any, Decimal] = defaultdict(Decimal)
    for row in found:
        made[key(row)] += amount(row)
    cents = {key: amount.quantize(CENT, ROUND_HALF_UP) for key, amount in made.items()}
    return {key: amount for key, amount in cents.items() if amount}


def said(report: Any, cell: str, key: str = "key") -> dict[Any, Decimal]:
    """Return what a report's rows say in a cell, those of nothing left out."""
    found = {row[key]: Decimal(row[cell]) for row in report["rows"]}
    return {key: amount for key, amount in found.items() if amount}


def day(row: Any) -> str:
    return row.day


def whole(row: Any) -> Decimal:
    return signed(row, row.total)


@pytest.fixture(params=["raw", "summed"])
def reports(request, figures):
    """What was said before days were summed up, and behind that."""
    return getattr(figures, request.param)


class TestSales:
    @pytest.mark.parametrize("by", ["day", "hour"])
    def test_by_time_are_the_documents_and_the_lots(self, figures, reports, by):
        found, happened = reports[f"sales/{by}"], figures.happened
        when = lambda row: getattr(row, by)  # noqa: E731 - a name for it
        sold = [row for row in happened.moved if row.kind in {"sale", "return"}]
        assert said(found, "gross") == sums(happened.documents, when, whole)
        assert said(found, "vat") == sums(happened.documents, when, lambda d: signed(d, d.vat))
        assert said(found, "cost") == sums(sold, when, lambda m: -m.cost)
        invoices = [each for each in happened.documents if each.kind == "invoice"]
        assert said(found, "purchases") == sums(invoices, when, lambda _: Decimal(1))

    def test_of_all_days_have_a_row_each(self, reports):
        found = reports["sales/day"]["rows"]
        assert [row["key"] for row in found] == [
            *(f"2025-03-{day}" for day in (28, 29, 30, 31)),
            *(f"2025-04-0{day}" for day in (1, 2, 3)),
        ]
        assert (found[0]["gross"], found[0]["margin_share"], found[0]["purchases"]) == (
            "0.00",
            None,
            0,
        )
        assert [row["key"] for row in reports["sales/week"]["rows"]] == ["2025-W13", "2025-W14"]
        assert [row["key"] for row in reports["sales/month"]["rows"]] == ["2025-03", "2025-04"]
        assert [row["key"] for row in reports["sales/hour"]["rows"]] == [
            f"{h:02d}" for h in range(24)
        ]

    def test_by_thing_are_the_lines_and_the_lots(self, figures, reports):
        lines = figures.happened.lines
        sold = [row for row in figures.happened.moved if row.kind in {"sale", "return"}]
        for by, key in {"product": "code", "category": "category", "brand": "brand"}.items():
            of = lambda row, key=key: getattr(row, key)  # noqa: E731 - a name for it
            assert said(reports[f"sales/{by}"], "gross") == sums(lines, of, whole)
            assert said(reports[f"sales/{by}"], "cost") == sums(sold, of, lambda m: -m.cost)
        by_supplier = sums(sold, lambda m: m.supplier, lambda m: -m.cost)
        assert said(reports["sales/supplier"], "cost") == by_supplier
        quantities = {row["key"]: row["quantity"] for row in reports["sales/product"]["rows"]}
        # Nine bottles came back, of six that went.
        assert quantities == {
            "CHEESE": "1.579",
            "SOAP": "7.000",
            "MILK": "2.000",
            "YOGHURT": "3.000",
            "bottle": "-3.000",
        }

    def test_by_thing_have_no_row_of_what_only_came(self, reports):
        for by, key in (("product", "SALT"), ("brand", "mill"), ("supplier", "east")):
            assert key not in {row["key"] for row in reports[f"sales/{by}"]["rows"]}

    def test_by_thing_are_of_what_was_sold_alone(self, reports):
        found = {row["key"]: row for row in reports["sales of two months"]["rows"]}
        assert sorted(found) == ["CHEESE", "MILK", "SOAP", "YOGHURT", "bottle"]
        (home,) = reports["home of two months by category"]["rows"]
        assert (home["quantity"], home["unit"]) == (found["SOAP"]["quantity"], "piece")

    def test_come_to_the_same_by_whatever_they_are_summed_up(self, reports):
        totals = []
        for name, found in reports.items():
            if name.startswith("sales/"):
                for cell in ("gross", "vat", "net"):
                    rows_ = sum(Decimal(row[cell]) for row in found["rows"])
                    assert rows_ == Decimal(found["total"][cell]), (name, cell)
                names = ("gross", "vat", "net", "cost", "margin", "margin_share")
                totals.append([found["total"][cell] for cell in names])
        assert all(total == totals[0] for total in totals)

    def test_of_whole_months_are_their_sums(self, figures, reports):
        lines = figures.happened.lines
        whole_months = reports["sales of two months"]
        assert said(whole_months, "gross") == sums(lines, lambda row: row.code, whole)
        assert whole_months["total"] == reports["sales/product"]["total"]

    def test_of_a_line_of_two_suppliers_are_shared_out_by_quantity(self, reports):
        # Five milk for 5.36 behind the coupon, three of them north's; VAT 0.35; then two for 2.14 and two for 2.14 came back.
        found = reports["south's milk"]["rows"]
        assert [
            (row["quantity"], row["gross"], row["vat"], row["cost"]) for row in (found[1], found[3])
        ] == [
            ("2.000", "2.14", "0.14", "1.23"),
            ("-1.000", "-0.53", "-0.04", "0.00"),
        ]
        assert [row["key"] for row in reports["farm's food by supplier"]["rows"]] == [
            "north",
            "south",
        ]

    def test_of_some_goods_are_theirs(self, figures, reports):
        lines = [row for row in figures.happened.lines if row.category == "dairy"]
        assert said(reports["food by day"], "gross") == sums(lines, day, whole)
        assert reports["food by day"]["total"]["purchases"] is None


class TestOthers:
    def test_vat_is_the_documents(self, figures, reports):
        vat = figures.happened.vat
        for cell in ("gross", "vat"):
            amount = lambda row, cell=cell: signed(row, getattr(row, cell))  # noqa: E731 - a name for it
            assert said(reports["vat/rate"], cell, "rate") == sums(vat, lambda v: v.rate, amount)
            by_day = sums(vat, lambda v: (v.day, v.rate), amount)
            found = {(r["key"], r["rate"]): Decimal(r[cell]) for r in reports["vat/day"]["rows"]}
            assert {key: value for key, value in found.items() if value} == by_day

    @pytest.mark.parametrize("by", ["method", "day", "hour", "till"])
    def test_payments_are_the_books(self, figures, reports, by):
        for cell, kind in {"taken": "payment", "given_back": "refund"}.items():
            paid = [row for row in figures.happened.paid if row.kind == kind]
            made = sums(paid, lambda row: (getattr(row, by), row.method), lambda row: row.amount)
            found = {
                (r["key"], r["method"]): Decimal(r[cell]) for r in reports[f"payments/{by}"]["rows"]
            }
            assert {key: value for key, value in found.items() if value} == made

    def test_waste_is_the_ledgers(self, figures, reports):
        wasted = [row for row in figures.happened.moved if row.kind == "waste"]
        for by, key in {
            "day": "day",
            "reason": "reason",
            "product": "code",
            "supplier": "supplier",
        }.items():
            made = sums(wasted, lambda row, key=key: getattr(row, key), lambda row: -row.cost)
            assert said(reports[f"waste/{by}"], "cost") == made

    def test_what_is_on_hand_is_all_that_moved(self, figures, reports):
        before = [row for row in figures.happened.moved if row.day <= "2025-03-31"]
        for by, key in {
            "product": "code",
            "category": "category",
            "brand": "brand",
            "supplier": "supplier",
        }.items():
            made = sums(before, lambda row, key=key: getattr(row, key), lambda row: row.cost)
            assert said(reports[f"valuation/{by}"], "cost") == made
        assert reports["valuation/before"]["rows"] == []

    async def test_what_is_on_hand_now_is_in_the_lots(self, figures):
        found = await figures.read("valuation?by=product")
        made = sums(figures.happened.moved, lambda row: row.code, lambda row: row.cost)
        assert said(found, "cost") == made

    async def test_what_expires(self, figures):
        found = await figures.read("expiring?days=1&by=category")
        assert [(r["key"], r["quantity"], r["cost"]) for r in found["rows"]] == [
            ("dairy", "6.000", "1.88")
        ]
        schemas.ExpiringReport.model_validate(found, strict=False)
        by_day = await figures.read("expiring?days=1")
        assert by_day["total"] == found["total"]
        assert (await figures.read("expiring?days=0"))["rows"] == []

    def test_what_was_out(self, reports):
        # Four soaps, one more, and one that came back: one a day on four days. On 2 April the last three went.
        (found,) = reports["stock-outs"]["rows"]
        assert (found["key"], found["days_out"], found["sold"], found["lost"]) == (
            "SOAP",
            2,
            "7.000",
            "1.000",
        )
        # Seven went for 12.01.
        assert found["lost_gross"] == "1.72"

    def test_what_promotions_took_off(self, reports):
        found = {row["kind"]: row for row in reports["promotions"]["rows"]}
        # Four soaps as three, of which one came back; and three as two, 2.49 and 0.62 less than of the list.
        assert {
            kind: (row["lines"], row["quantity"], row["taken_off"]) for kind, row in found.items()
        } == {
            "multi_buy": (2, "6.000", "4.36"),
            "discount": (2, "1.579", "3.16"),
            "reduced": (1, "3.000", "1.32"),
            "coupon": (3, "7.000", "1.18"),
        }
        assert (found["discount"]["gross"], found["discount"]["cost"]) == ("28.41", "14.74")
        assert {row["kind"] for row in reports["promotions on food"]["rows"]} == {
            "discount",
            "reduced",
            "coupon",
        }


class TestSums:
    def test_say_what_was_said_without_them(self, figures):
        assert figures.summed == figures.raw

    def test_answers_are_as_described(self, figures):
        for name, found in figures.raw.items():
            model = MODELS.get(name.partition("/")[0].partition(" ")[0])
            if model:
                model.model_validate(found)

    def test_are_consistent(self, figures):
        with snapshot(figures.database.owner_url) as cursor:
            assert breaches(cursor) == []

    @pytest.mark.parametrize(
        ("statement", "row"),
        [
            (
                "UPDATE product_day SET cost = cost + 0.01 WHERE deposit = '' AND quantity > 0",
                "product_day ",
            ),
            ("UPDATE product_day SET on_hand = on_hand + 1 WHERE quantity = 0", "product_day "),
            (
                "DELETE FROM product_day WHERE deposit = 'bottle'",
                "product_day 0 2025-03-29 0 bottle",
            ),
            (
                "UPDATE product_month SET gross = 0 WHERE deposit <> ''",
                "product_month 2025-03-01 0 0 bottle",
            ),
            ("UPDATE sold_hour SET purchases = 9 WHERE hour = 23", "sold_hour 2025-03-29 23"),
            ("UPDATE vat_day SET vat = vat + 0.01 WHERE rate = 0.07", "vat_day 2025-03-29 0.0700"),
            (
                "INSERT INTO paid_hour VALUES ('2025-03-28', 1, '', 'cash', 1, 0, 0)",
                "paid_hour 2025-03-28 1  cash",
            ),
            (
                "UPDATE promoted_day SET taken_off = 0 WHERE kind = 'coupon'",
                "promoted_day 2025-03-29 coupon spring",
            ),
        ],
    )
    def test_that_are_wrong_are_named(self, figures, owner, statement, row):
        owner.execute(statement)
        found = breaches(owner)
        rule = f"{row.split()[0]} has the sums of what happened"
        assert any(each.rule == rule and each.row.startswith(row) for each in found)

    def test_follow_what_a_lot_cost(self, figures, owner):
        cost = "SELECT sum(cost) FROM product_day WHERE product_id = %s"
        milk = [figures.trade.goods.milk.id]
        owner.execute(cost, milk)
        before = owner.fetchone()
        correct = "SELECT correct_lot(id, %s, 'wrong note', NULL) FROM stock WHERE product_id = %s"
        owner.execute(correct, ['{"unit_cost": "0.1111"}', *milk])
        owner.execute(cost, milk)
        assert owner.fetchone() < before
        assert breaches(owner) == []

    def test_begin_again_where_a_lot_was_somebody_elses(self, figures, owner):
        lot = "SELECT min(stock_id) FROM stock_movement WHERE product_id = %s AND at > '2025-03-29'"
        correct = f"SELECT correct_lot(({lot}), '{{\"supplier\": null}}', 'wrong note', NULL)"
        owner.execute(correct, [figures.trade.goods.milk.id])
        owner.execute("SELECT day < '2025-04-03' FROM summed_until")
        assert owner.fetchone() == (True,)
        assert breaches(owner) == []

    def test_are_only_of_days_that_are_over(self, figures, owner):
        owner.execute("UPDATE summed_until SET day = CURRENT_DATE - 1")
        owner.execute("SELECT sum_up_day()")
        assert owner.fetchone() == (False,)

    def test_nobody_writes_but_their_function(self, figures):
        allowed = rows(
            figures.database,
            "SELECT t.name FROM unnest(ARRAY['summed_until', 'product_day', 'sold_hour', 'vat_day', 'paid_hour', 'promoted_day'])"
            " AS t (name) WHERE has_table_privilege('ogs_app', t.name, 'INSERT, UPDATE, DELETE')",
        )
        assert allowed == []
