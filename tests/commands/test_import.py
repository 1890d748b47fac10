"""`import` takes all of a file or nothing, and says where each wrong value stands."""

import pytest

from tests.builders import insert, rows, value

BRANDS = "code,name\nfarm,Höfgut\n"
CATEGORIES = "code,name,parent\nfood,Food,\ndairy,Dairy,food\n"
PRODUCTS = (
    "code,gtin,name,description,brand,category,unit,list_price,vat_rate,discount,reorder_level\n"
    'milk,2100500000109,"Milk, whole","From ""our"" cows",farm,dairy,piece,1.29,0.0700,,12\n'
    "carrots,,Carrots,,,food,kg,1.80,0.0700,,2.500\n"
)


@pytest.fixture
def write(tmp_path):
    """Write a file and return its path."""

    def make(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def catalogue(run, write):
    """A shop with a brand and categories."""
    for kind, content in (("brands", BRANDS), ("categories", CATEGORIES)):
        result = run("import", kind, write(f"{kind}.csv", content))
        assert result.exit_code == 0, result.output


def versions(on):
    return rows(on, "SELECT code, version, updated_at FROM product ORDER BY code")


class TestGoodFiles:
    def test_products_are_taken_as_they_stand(self, run, write, catalogue, fresh_database):
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

    def test_a_second_run_changes_nothing(self, run, write, catalogue, fresh_database):
        path = write("p.csv", PRODUCTS)
        run("import", "products", path)
        before = versions(fresh_database)
        result = run("import", "products", path)
        assert result.output == "p.csv: 2 rows, 0 created, 0 changed, 2 unchanged.\n"
        assert versions(fresh_database) == before

    def test_what_changed_in_the_file_changes_in_the_shop(
        self, run, write, catalogue, fresh_database
    ):
        run("import", "products", write("p.csv", PRODUCTS))
        changed = PRODUCTS.replace("1.29", "1.39").replace(",farm,", ",,")
        result = run("import", "products", write("p.csv", changed))
        assert result.output == "p.csv: 2 rows, 0 created, 1 changed, 1 unchanged.\n"
        (milk,) = rows(fresh_database, "SELECT price, brand_id FROM product WHERE code = 'milk'")
        assert (str(milk.price), milk.brand_id) == ("1.39", None)

    def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle(self, run, write, catalogue):
        content = PRODUCTS.replace("\n", "\r\n").encode("utf-8-sig")
        result = run("import", "products", write("p.csv", content))
        assert result.exit_code == 0, result.output

    def test_suppliers_and_discounts(self, run, write):
        suppliers = (
            "code,name,email,phone,address\ndairy,Dairy Co,,+49 40 66969 110,Main Street 1\n"
        )
        discounts = "code,name,rate,starts_on,ends_on\nten,Ten off,0.1000,2026-01-01,\n"
        for kind, content in (("suppliers", suppliers), ("discounts", discounts)):
            path = write(f"{kind}.csv", content)
            assert "1 created" in run("import", kind, path).output
            assert "1 unchanged" in run("import", kind, path).output

    def test_opening_stock_is_received_once(self, run, write, catalogue, fresh_database):
        run("import", "products", write("p.csv", PRODUCTS))
        stock = "product,quantity,unit_cost,expires_in_days\nmilk,10,0.8000,30\nmilk,5,0.7500,\ncarrots,2.5,0.9,3\n"
        path = write("stock.csv", stock)
        assert run("import", "stock", path).output == "stock.csv: 3 rows, 3 lots received.\n"
        assert run("import", "stock", path).output == "stock.csv: 3 rows, 0 lots received.\n"
        assert str(value(fresh_database, "SELECT sum(on_hand) FROM stock")) == "17.500"
        assert run("verify").exit_code == 0


class TestBadFiles:
    @pytest.mark.parametrize(
        ("old_new", "fault"),
        [
            (("1.29", "1,29"), "line 2: does not have as many cells"),
            (("1.29", "-1.29"), "line 2, list_price: must be a string with a decimal number"),
            (("1.29", "NaN"), "line 2, list_price: "),
            (
                ("2100500000109", "2100500000108"),
                "line 2, gtin: must be a GTIN: its check digit is wrong",
            ),
            ((",dairy,", ",diary,"), "line 2, category: "),
            ((",farm,", ",firm,"), "line 2, brand: "),
            ((",piece,", ",box,"), "line 2, unit: "),
            ((",kg,", ",piece,"), "line 3, reorder_level: must be whole"),
            (("carrots,,Carrots", "carrots,,"), "line 3, name: must not be empty"),
            (("carrots,", "milk,"), "line 3, code: milk stands on line 2 already"),
            (("list_price", "price"), "line 1, price: is not a column of this kind of file"),
            (("list_price", "price"), "line 1, list_price: is missing"),
            (("carrots,,", "carrots,2100500000109,"), "gtin"),
            ((",Carrots,", ",Carrots\x0b2,"), "line 3, name: must not contain control"),
        ],
    )
    def test_each_wrong_value_is_named_and_nothing_is_taken(
        self, run, write, catalogue, fresh_database, old_new, fault
    ):
        result = run("import", "products", write("p.csv", PRODUCTS.replace(*old_new)))
        assert result.exit_code == 1
        assert fault in result.output
        assert result.output.endswith("Nothing was imported.\n")
        assert value(fresh_database, "SELECT count(*) FROM product") == 0

    def test_one_gtin_in_several_lengths_is_refused_and_who_has_it_named(
        self, run, write, catalogue, fresh_database
    ):
        content = (
            "code,name,category,unit,list_price,vat_rate,gtin\n"
            "s-80,Cheap cola,dairy,piece,1.29,0.07,012345678905\n"
            "s-81,Dear caviar,dairy,piece,99.00,0.07,0012345678905\n"
            "s-82,Third,dairy,piece,1.29,0.07,00012345678905\n"
        )
        result = run("import", "products", write("p.csv", content))
        assert result.exit_code == 1
        assert "line 3, gtin: is that of the product s-80" in result.output
        assert value(fresh_database, "SELECT count(*) FROM product") == 0

    def test_all_faults_are_told_at_once(self, run, write, catalogue):
        bad = PRODUCTS.replace("1.29", "x").replace("1.80", "y").replace("0.0700,,12", "7,,12")
        result = run("import", "products", write("p.csv", bad))
        for place in ("line 2, list_price", "line 2, vat_rate", "line 3, list_price"):
            assert place in result.output

    def test_only_line_feeds_are_counted_as_lines(self, run, write, catalogue):
        bad = PRODUCTS.replace("Milk, whole", "Milk,\u2028whole").replace("1.80", "y")
        result = run("import", "products", write("p.csv", bad))
        for place in ("line 2, name", "line 3, list_price"):
            assert place in result.output

    def test_unknown_references_of_several_rows_are_told_at_once(self, run, write, catalogue):
        bad = PRODUCTS.replace(",dairy,", ",diary,").replace(",food,", ",fodo,")
        result = run("import", "products", write("p.csv", bad))
        assert "line 2, category" in result.output
        assert "line 3, category" in result.output

    def test_unknown_references_are_told_along_with_values_that_are_wrong_by_themselves(
        self, run, write, catalogue
    ):
        bad = PRODUCTS.replace("1.29", "x").replace(",,food,", ",nobody,fodo,")
        result = run("import", "products", write("p.csv", bad))
        assert "line 2, list_price" in result.output
        assert "line 3, brand" in result.output
        assert "line 3, category" in result.output

    def test_a_gtin_of_another_product_in_the_shop(self, run, write, catalogue, fresh_database):
        category = value(fresh_database, "SELECT id FROM category LIMIT 1")
        columns = {"code": "other", "name": "Other", "unit": "piece", "price": 1, "vat_rate": 0}
        insert(fresh_database, "product", category_id=category, gtin="2100500000109", **columns)
        result = run("import", "products", write("p.csv", PRODUCTS))
        assert result.exit_code == 1
        assert "line 2, gtin" in result.output

    def test_a_line_number_counts_line_breaks_in_cells(self, run, write, catalogue):
        broken = PRODUCTS.replace("cows", "cows,\nboth").replace("1.80", "x")
        result = run("import", "products", write("p.csv", broken))
        assert "line 4, list_price" in result.output

    @pytest.mark.parametrize(
        "content", [b"code,name\nfarm,H\xf6fgut\n", b'code,name\nfarm,"Farm\n', b""]
    )
    def test_what_is_no_csv_in_utf_8(self, run, write, content):
        result = run("import", "brands", write("b.csv", content))
        assert result.exit_code == 1
        assert "Nothing was imported." in result.output

    def test_a_file_that_is_not_there(self, run, tmp_path):
        assert run("import", "brands", tmp_path / "none.csv").exit_code == 2

    def test_stock_of_an_unknown_product(self, run, write):
        stock = "product,quantity,unit_cost\nmilk,10,0.8000\n"
        result = run("import", "stock", write("s.csv", stock))
        assert "s.csv line 2, product: " in result.output
