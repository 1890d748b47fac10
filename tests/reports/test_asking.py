"""How reports are asked, and as what files they come."""

import csv
import io
import zipfile

import pytest

from tests.orders.sales import invalid
from tests.reports.conftest import DAYS
from tests.reports.shop import API


class TestFiles:
    async def ask(self, figures, url):
        answer = await figures.client.get(f"{API}/reports/{url}", headers=figures.trade.staff)
        assert answer.status_code == 200, answer.text
        return answer

    async def test_csv_has_what_json_has_and_no_formula(self, figures):
        answer = await self.ask(figures, f"sales/csv?by=product&{DAYS}")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        name = "sales-product-2025-03-28-2025-04-03.csv"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        found = list(csv.DictReader(io.StringIO(answer.text)))
        said = figures.raw["sales/product"]["rows"]
        assert [row["gross"] for row in found] == [row["gross"] for row in said]
        assert {row["key"]: row["name"] for row in found}["YOGHURT"] == "'+1"
        # A number below 0 is one.
        assert {row["key"]: row["gross"] for row in found}["bottle"] == "-0.75"

    async def test_a_workbook_has_numbers_and_text(self, figures):
        answer = await self.ask(figures, f"sales/xlsx?by=brand&{DAYS}")
        assert answer.headers["Content-Disposition"].endswith('-2025-04-03.xlsx"')
        again = await self.ask(figures, f"sales/xlsx?by=brand&{DAYS}")
        assert answer.content == again.content
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            strings = book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in sheet
        assert ">=Farm<" in strings
        farm = next(row for row in figures.raw["sales/brand"]["rows"] if row["key"] == "farm")
        assert f"<v>{float(farm['gross']):g}</v>" in sheet

    @pytest.mark.parametrize(
        "url",
        [
            "vat/csv?by=day&from=2025-03-29",
            "payments/xlsx?by=till",
            "waste/csv?by=reason",
            "valuation/csv?on=2025-03-30&by=brand",
            "expiring/xlsx?days=3",
            "stock-outs/csv",
            "promotions/xlsx",
        ],
    )
    async def test_each_report_is_one(self, figures, url):
        assert (await self.ask(figures, url)).content


class TestAsked:
    async def ask(self, figures, url):
        return await figures.client.get(f"{API}/reports/{url}", headers=figures.trade.staff)

    async def test_wrong_days_are_refused(self, figures):
        for days in (
            "from=2025-03-02&to=2025-03-01",
            "from=2022-01-01&to=2025-01-01",
            "to=0001-01-01&from=0001-01-02",
        ):
            invalid(await self.ask(figures, f"sales?{days}"), "/query/from")
        assert (await self.ask(figures, "sales?from=2022-01-01&to=2024-12-31")).status_code == 200
        invalid(await self.ask(figures, "stock-outs?from=2024-01-01&to=2025-01-01"), "/query/from")
        assert (await self.ask(figures, "stock-outs?from=2024-01-01&to=2024-12-31")).is_success
        assert (await self.ask(figures, "sales?to=0001-01-01")).status_code == 200

    async def test_what_does_not_go_together_is_refused(self, figures):
        invalid(await self.ask(figures, "sales?by=hour&brand=farm"), "/query/by")
        invalid(await self.ask(figures, "vat/csv?by=product"), "/query/by")
        invalid(await self.ask(figures, "vat/csv?brand=farm"), "/query/brand")
        assert (await self.ask(figures, "nothing/csv")).status_code == 404

    async def test_so_many_rows_and_the_total_of_all(self, figures):
        found = (await self.ask(figures, f"sales?by=product&limit=2&{DAYS}")).json()
        all_of_it = figures.raw["sales/product"]
        assert found["rows"] == all_of_it["rows"][:2]
        assert (found["left_out"], found["total"]) == (3, all_of_it["total"])

    async def test_what_nobody_knows_was_never_sold(self, figures):
        found = (await self.ask(figures, f"sales?by=month&brand=nobodys&{DAYS}")).json()
        assert [row["gross"] for row in found["rows"]] == ["0.00", "0.00"]
        assert found["total"]["quantity"] is None

    async def test_the_last_thirty_days_unless_it_says(self, figures):
        found = (await self.ask(figures, "sales")).json()
        assert len(found["rows"]) == 30
        assert found["rows"][-1]["key"] == found["to"]
