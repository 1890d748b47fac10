"""`import` takes all of a right file: what a column says is so afterwards, and what no column says stays as it is."""

import pytest

from tests.builders import category, product, rows, stocked, supplier, value
from tests.support.workbooks import workbook

PRODUCTS = (
    "code,gtin,name,description,brand,category,unit,list_price,vat_rate,discount,reorder_level\n"
    'milk,2100500000109,"Milk, whole","From ""our"" cows",farm,dairy,piece,1.29,0.0700,,12\n'
    "carrots,,Carrots,,,food,kg,1.80,0.0700,,2.500\n"
)
AUDITED = "SELECT action, subject, detail FROM audit_log WHERE action LIKE 'product.%%' ORDER BY id"


@pytest.fixture
def goods(run, write, catalogue):
    """A shop with milk and carrots."""
    result = run("import", "products", write("goods.csv", PRODUCTS))
    assert result.exit_code == 0, result.output


def versions(on):
    return rows(on, "SELECT code, version, updated_at FROM product ORDER BY code")


def of_milk(on, *columns):
    (row,) = rows(on, f"SELECT {', '.join(columns)} FROM product WHERE code = 'milk'")
    return tuple(vars(row).values())


class TestProducts:
    def test_are_taken_as_they_stand(self, run, write, catalogue, fresh_database):
        result = run("import", "products", write("p.csv", PRODUCTS))
        assert result.output == "p.csv: 2 rows, 2 created, 0 changed, 0 unchanged.\n"
        (milk,) = rows(
            fresh_database,
            "SELECT p.name, p.description, p.gtin, p.price, b.code AS brand, c.code AS category, p.reorder_level"
            " FROM product p JOIN brand b ON b.id = p.brand_id JOIN category c ON c.id = p.category_id",
        )
        assert (milk.name, milk.description, milk.gtin) == (
            "Milk, whole",
            'From "our" cows',
            "2100500000109",
        )
        assert (str(milk.price), milk.brand, milk.category) == ("1.29", "farm", "dairy")
        assert str(milk.reorder_level) == "12.000"

    def test_a_second_run_changes_nothing(self, run, write, goods, fresh_database):
        before = versions(fresh_database)
        result = run("import", "products", write("p.csv", PRODUCTS))
        assert result.output == "p.csv: 2 rows, 0 created, 0 changed, 2 unchanged.\n"
        assert versions(fresh_database) == before

    def test_an_absent_column_stays_and_an_empty_cell_clears(
        self, run, write, goods, fresh_database
    ):
        prices = "code,list_price,brand\nmilk,1.39,farm\n"
        result = run("import", "products", write("p.csv", prices))
        assert result.output == "p.csv: 1 row, 0 created, 1 changed, 0 unchanged.\n"
        columns = ("price::text", "gtin", "description", "reorder_level::int", "brand_id IS NULL")
        kept = ("1.39", "2100500000109", 'From "our" cows', 12)
        assert of_milk(fresh_database, *columns) == (*kept, False)
        cleared = "code,brand,gtin,description,reorder_level\nmilk,,,,\n"
        run("import", "products", write("p.csv", cleared))
        assert of_milk(fresh_database, *columns) == ("1.39", None, "", 0, True)

    def test_can_be_withdrawn_and_come_back(self, run, write, goods, fresh_database):
        for cell, active in (("no", False), ("YES", True)):
            run("import", "products", write("p.csv", f"code,active\nmilk,{cell}\n"))
            assert of_milk(fresh_database, "active") == (active,)

    def test_are_found_by_the_search_afterwards(self, run, write, goods, fresh_database):
        run("import", "products", write("p.csv", "code,name\nmilk,Buttermilk\n"))
        run("import", "brands", write("b.csv", "code,name\nfarm,Sonnenhof\n"))
        known = {row.word for row in rows(fresh_database, "SELECT word FROM product_word")}
        assert {"milk", "carrots", "buttermilk", "sonnenhof"} <= known
        found = "SELECT count(*) FROM product WHERE search @@ to_tsquery('simple', %(word)s)"
        assert value(fresh_database, found, word="buttermilk & sonnenhof") == 1

    def test_each_has_a_level_of_stock(self, run, goods, fresh_database):
        assert value(fresh_database, "SELECT count(*) FROM stock_level") == 2
        assert run("verify").exit_code == 0

    async def test_the_audit_log_gets_what_the_api_writes(self, run, write, goods, fresh_database):
        created = rows(fresh_database, AUDITED)[1]
        assert (created.action, created.subject) == ("product.created", "product:carrots")
        assert created.detail == {
            "gtin": None,
            "plu": None,
            "other_barcodes": [],
            "name": "Carrots",
            "description": "",
            "brand": None,
            "category": "food",
            "discount": None,
            "deposit": None,
            "unit": "kg",
            "list_price": "1.80",
            "vat_rate": "0.0700",
            "reorder_level": "2.500",
            "net_quantity": None,
            "net_unit": None,
            "ingredients": "",
            "allergens": {},
            "diets": [],
            "nutrition": None,
            "food_business": "",
            "origin": "",
            "storage": "",
            "alcohol": None,
            "min_age": None,
            "shelf_life_days": None,
            "active": True,
        }
        run("import", "products", write("p.csv", "code,list_price,brand\nmilk,1.39,\n"))
        run("import", "products", write("p.csv", "code,active\nmilk,no\n"))
        changed, withdrawn = rows(fresh_database, AUDITED)[2:]
        assert (changed.action, changed.detail) == (
            "product.updated",
            {"list_price": {"old": "1.29", "new": "1.39"}, "brand": {"old": "farm", "new": None}},
        )
        assert withdrawn.action == "product.withdrawn"

    def test_a_workbook(self, run, write, catalogue):
        content = workbook(
            {
                "P": [
                    ["Code", "Name", "Category", "Unit", "List price", "VAT rate"],
                    ["b", "Butter", "dairy", "Piece", 1.29, 0.07],
                ]
            }
        )
        result = run("import", "products", write("p.xlsx", content))
        assert result.output == "p.xlsx: 1 row, 1 created, 0 changed, 0 unchanged.\n"


class TestDryRun:
    def test_says_what_would_change_and_changes_nothing(self, run, write, goods, fresh_database):
        before = versions(fresh_database)
        content = (
            PRODUCTS.replace("1.29", "1.39").replace(",farm,", ",,") + "b,,B,,,food,kg,1,0,,\n"
        )
        result = run("import", "products", write("p.csv", content), "--dry-run")
        assert result.output == (
            "p.csv: 3 rows, 1 would be created, 1 would be changed, 1 unchanged.\n"
            "line 2, milk: brand 'farm' -> nothing, list_price '1.29' -> '1.39'\n"
            "line 4, b: new\n"
        )
        assert versions(fresh_database) == before

    def test_names_no_more_than_people_read(self, run, write):
        content = "code,name\n" + "".join(f"b-{n},B\n" for n in range(60))
        lines = run("import", "brands", write("b.csv", content), "--dry-run").output.splitlines()
        assert len(lines) == 52
        assert lines[-1] == "… and 10 more."

    def test_of_stock(self, run, write, goods, fresh_database):
        path = write("s.csv", "product,quantity,unit_cost\nmilk,10,0.8\n")
        assert run("import", "stock", path, "--dry-run").output == (
            "s.csv: 1 row, 1 lot would be received.\n"
        )
        assert value(fresh_database, "SELECT count(*) FROM stock") == 0


class TestOtherKinds:
    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            (
                "suppliers",
                "code,name,email,phone,address\ndairy,Dairy Co,,+49 40 66969 110,Main Street 1\n",
            ),
            ("discounts", "code,name,rate,starts_on,ends_on\nten,Ten off,0.1000,2026-01-01,\n"),
        ],
    )
    def test_are_taken_once(self, run, write, kind, content):
        path = write(f"{kind}.csv", content)
        assert "1 created" in run("import", kind, path).output
        assert "1 unchanged" in run("import", kind, path).output

    def test_categories_come_in_any_order(self, run, write, fresh_database):
        content = "code,name,parent\nquark,Quark,dairy\ndairy,Dairy,food\nfood,Food,\n"
        assert "3 created" in run("import", "categories", write("c.csv", content)).output
        # Upside down.
        turned = "code,parent\nquark,\ndairy,quark\nfood,dairy\n"
        assert "3 changed" in run("import", "categories", write("c.csv", turned)).output
        tree = "SELECT c.code, p.code AS parent FROM category c LEFT JOIN category p ON p.id = c.parent_id ORDER BY c.id"
        assert [(row.code, row.parent) for row in rows(fresh_database, tree)] == [
            ("food", "dairy"),
            ("dairy", "quark"),
            ("quark", None),
        ]


class TestStock:
    CONTENT = "product,quantity,unit_cost,expires_in_days\nmilk,10,0.8000,30\nmilk,5,0.7500,\ncarrots,2.5,0.9,3\n"

    def test_is_received_once_and_what_is_left_out_is_said(self, run, write, goods, fresh_database):
        path = write("stock.csv", self.CONTENT)
        assert run("import", "stock", path).output == "stock.csv: 3 rows, 3 lots received.\n"
        assert run("import", "stock", path).output == (
            "stock.csv: 3 rows, 0 lots received.\n"
            "3 lots left out, because these products had stock before: milk, carrots.\n"
        )
        assert str(value(fresh_database, "SELECT sum(on_hand) FROM stock")) == "17.500"
        assert run("verify").exit_code == 0

    def test_each_row_is_a_lot_with_its_receipt(self, run, write, goods, fresh_database):
        by = supplier(fresh_database)
        content = f"product,supplier,quantity,unit_cost\nmilk,{by.code},3,0.9210\nmilk,,5,1\n"
        assert run("import", "stock", write("s.csv", content)).exit_code == 0
        found = rows(
            fresh_database,
            "SELECT s.supplier_id, s.on_hand::int, s.unit_cost::text, m.kind, m.reason, m.quantity::int, m.login_id"
            " FROM stock s JOIN stock_movement m ON m.stock_id = s.id ORDER BY s.id",
        )
        moved = ("receipt", "opening stock")
        assert [tuple(vars(row).values()) for row in found] == [
            (by.id, 3, "0.9210", *moved, 3, None),
            (None, 5, "1.0000", *moved, 5, None),
        ]

    def test_expires_on_a_day_or_so_many_days_from_today(self, run, write, goods, fresh_database):
        content = "product,quantity,unit_cost,expires_in_days,expires_on\nmilk,1,1,0,\ncarrots,1,1,,2037-12-31\n"
        assert run("import", "stock", write("s.csv", content)).exit_code == 0
        days = "SELECT expires_on = CURRENT_DATE AS today, expires_on::text FROM stock ORDER BY id"
        milk, carrots = rows(fresh_database, days)
        assert milk.today
        assert carrots.expires_on == "2037-12-31"

    def test_is_not_added_to_stock_that_came_otherwise(self, run, write, fresh_database):
        known = product(fresh_database, category=category(fresh_database))
        stocked(fresh_database, known, 3)
        content = f"product,quantity,unit_cost\n{known.code},10,0.80\n"
        assert f"had stock before: {known.code}." in (
            run("import", "stock", write("s.csv", content)).output
        )
