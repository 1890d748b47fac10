"""A file with other headings is taken as if it had ours; what the mapping leaves out or assumes is said."""

import pytest

from tests.builders import category, product, rows, supplier, value
from tests.support.workbooks import workbook

HEADING = "Artikelnummer;EAN;Bezeichnung;Marke;Warengruppe;Einheit;VK-Preis;MwSt;Mindestbestand"
BUTTER = "B-1;4006040126423;Butter;;Käse;Stk;1.234,50 €;7 %;12"
CONTENT = f"{HEADING}\n{BUTTER}\n"
STORED = "SELECT p.code, gtin, p.name, c.code AS category, unit, price::text, vat_rate::text FROM product p JOIN category c ON c.id = category_id"
ASKED = ("B-1", "4006040126423", "Butter", "kaese", "piece", "1234.50", "0.0700")


def stored(on):
    return [tuple(vars(row).values()) for row in rows(on, STORED)]


class TestProducts:
    @pytest.mark.parametrize(
        "content",
        [
            CONTENT,
            CONTENT.replace(";", "\t"),
            CONTENT.encode("utf-16"),
            CONTENT.encode("cp1252"),
            f"{CONTENT};;;;;;;;\n;;;;;;;;\n",
            CONTENT.replace(";", "; "),
            CONTENT.replace("VK-Preis", "vk preis").replace("MwSt", "Steuersatz"),
            CONTENT.replace("Artikelnummer", "SKU").replace("7 %", "ermäßigt"),
            CONTENT.replace("7 %", "0,07").replace("1.234,50 €", '"EUR 1234,5"'),
            workbook({"P": [HEADING.split(";"), [*BUTTER.split(";")[:6], 1234.5, 0.07, 12]]}),
            workbook({"P": [HEADING.split(";"), [*BUTTER.split(";")[:6], 1234.5, 7, "12"]]}),
        ],
    )
    def test_are_the_same_however_they_are_written(self, take, groceries, fresh_database, content):
        result = take("products", content)
        assert "p.csv: 1 row, 1 created, 0 changed, 0 unchanged.\n" in result.output
        assert stored(fresh_database) == [ASKED]
        assert "1 unchanged" in take("products", content).output

    def test_numbers_of_a_workbook_have_no_thousands(self, take, groceries, fresh_database):
        row = ["B-1", 4006040126423, "Butter", None, "Käse", "kg", 1.5, 0.07, 1.125]
        assert "1 created" in take("products", workbook({"P": [HEADING.split(";"), row]})).output
        found = rows(fresh_database, "SELECT gtin, price::text, reorder_level::text FROM product")
        assert [vars(row) for row in found] == [
            {"gtin": "4006040126423", "price": "1.50", "reorder_level": "1.125"}
        ]

    @pytest.mark.parametrize(
        ("price", "level", "said"),
        [
            ("12,90", "1.250", "1 created"),
            ("12.90", "12", "1 created"),
            ("12.90", "1.250", "Mindestbestand '1.250' may be 1.250 or 1250: write one of the two"),
        ],
    )
    def test_what_contradicts_the_mapping_is_not_guessed(self, take, groceries, price, level, said):
        content = CONTENT.replace("1.234,50 €;7 %;12", f"{price} €;7 %;{level}")
        assert said in take("products", content).output

    def test_what_they_refer_to_comes_from_the_same_file(self, take, run, fresh_database):
        content = CONTENT.replace("Butter;;", "Butter;Höfgut;") + BUTTER.replace(
            "B-1;4006040126423;Butter;;", "B-2;;Quark;HÖFGUT;"
        )
        said = take("brands", content).output
        assert "p.csv: Not read: 'Artikelnummer', 'EAN', " in said
        assert "p.csv: Left out: 1 row of what stood further up.\n" in said
        assert "1 row, 1 created" in said
        assert "1 created" in take("categories", content).output
        assert "2 created" in take("products", content).output
        assert rows(fresh_database, "SELECT code, name FROM brand")[0].name == "Höfgut"

    def test_what_suppliers_sell_does_too_once_for_all_lots(self, take, fresh_database):
        product(fresh_database, code="B-1", category=category(fresh_database))
        supplier(fresh_database, code="molkerei-nord")
        article = "B-1;Molkerei Nord;47-11;6;0,83 €;x;"
        content = (
            "SKU;Lieferant;Bestellnummer;VPE;EK;Hauptlieferant;Bestand\n"
            f"{article}3\n{article}4\nB-2;;;;1,00 €;;5\n"
        )
        said = take("articles", content).output
        assert "Left out: 1 row with nothing under Lieferant or EK.\n" in said
        assert "Left out: 1 row of what stood further up.\n" in said
        assert "1 row, 1 created" in said
        kept = "SELECT article_number, pack::text, unit_cost::text, preferred FROM supplier_article"
        assert [tuple(vars(row).values()) for row in rows(fresh_database, kept)] == [
            ("47-11", "6.000", "0.8300", True)
        ]


class TestDefaults:
    MAPPING = """
        [products.columns]
        code = "SKU"
        name = { from = "Titel" }
        category = { from = "Gruppe", default = "dairy" }
        unit = { default = "piece" }
        list_price = "Preis"
        vat_rate = { default = 0.07 }
    """

    def test_what_the_file_does_not_say_is_for_new_things_alone(
        self, take, catalogue, fresh_database
    ):
        shelf = category(fresh_database, code="kept")
        product(fresh_database, code="old", category=shelf, vat_rate="0.1900", unit="kg")
        result = take("products", "SKU,Titel,Preis\nold,Old,2\nnew,New,3\n", self.MAPPING)
        assert result.output == (
            "p.csv: Not in the file, and taken from the mapping for what is new: category 'dairy', unit 'piece',"
            " vat_rate '0.07'.\n"
            "p.csv: 2 rows, 1 created, 1 changed, 0 unchanged.\n"
        )
        assert [(row[0], *row[3:]) for row in sorted(stored(fresh_database))] == [
            ("new", "dairy", "piece", "3.00", "0.0700"),
            ("old", "kept", "kg", "2.00", "0.1900"),
        ]

    def test_an_empty_cell_is_filled(self, take, catalogue, fresh_database):
        content = "SKU,Titel,Preis,Gruppe\na,A,1,\nb,B,1,food\n"
        assert "2 created" in take("products", content, self.MAPPING).output
        assert [row[3] for row in sorted(stored(fresh_database))] == ["dairy", "food"]

    def test_one_that_names_nothing(self, take, run, write):
        result = take("products", "SKU,Titel,Preis\na,A,1\nb,B,1\n", self.MAPPING)
        assert "p.csv: category 'dairy' is not known: lines 2 and 3.\n" in result.output


class TestLeftOut:
    def test_rows_without_what_is_needed(self, take, groceries, fresh_database):
        for code in "abcde":
            product(fresh_database, code=code, category=category(fresh_database))
        heading = "Artikelnummer;Bestand;EK;MHD;Regal\n"
        content = (
            f"{heading}a;3;0,92 €;31.12.37;1\nb;0,000;1;;1\nc;-2;1;;1\nd;;;;\ne;1;1;31.12.2037;\n"
        )
        assert take("stock", content).output == (
            "p.csv: Not read: 'Regal'.\n"
            "p.csv: Left out: 3 rows with nothing under Bestand.\n"
            "p.csv: 2 rows, 2 lots received.\n"
        )
        lots = "SELECT expires_on::text AS day, unit_cost::text AS cost FROM stock ORDER BY id"
        assert [(lot.day, lot.cost) for lot in rows(fresh_database, lots)] == [
            ("2037-12-31", "0.9200"),
            ("2037-12-31", "1.0000"),
        ]

    def test_columns_that_nothing_is_said_of(self, take, groceries):
        content = "".join(f"{line};x;x\n" for line in CONTENT.splitlines())
        content = content.replace("Mindestbestand;x;x", "Mindestbestand;Regal;EK")
        result = take("products", content)
        assert result.output == (
            "p.csv: column 'Regal' is not in the mapping (--ignore-unknown leaves it out): line 1.\n"
            "Nothing was imported.\n"
        )
        result = take("products", content, "de", "--ignore-unknown")
        assert result.output.startswith("p.csv: Not read: 'Regal', 'EK'.\n")

    def test_hundreds_of_them_are_not_all_named(self, take):
        more = "\t".join(f"{name}_100g" for name in range(200))
        cells = "\t".join("x" * 200)
        content = f'code\tbrands\t{more}\n1\t"Best" brand, Other\t{cells}\n'
        result = take("brands", content, "open-food-facts")
        assert "'17_100g', '18_100g' and 181 more.\n" in result.output
        assert "1 created" in result.output


class TestWriting:
    COLUMNS = "[brands.columns]\ncode = 'Kod'\nname = 'Nazwa'\n"

    def test_an_encoding_that_nothing_tells(self, take, fresh_database):
        mapping = f"[file]\nencoding = 'cp1250'\n{self.COLUMNS}"
        result = take("brands", "Kod,Nazwa\nlodz,Łódź\n".encode("cp1250"), mapping)
        assert result.output == "p.csv: 1 row, 1 created, 0 changed, 0 unchanged.\n"
        assert value(fresh_database, "SELECT name FROM brand") == "Łódź"

    def test_a_separator_that_nobody_guesses(self, take):
        mapping = f"[file]\ndelimiter = '|'\n{self.COLUMNS}"
        assert "1 created" in take("brands", "Kod|Nazwa\na,b|A\n".replace(",", ""), mapping).output

    def test_two_columns_of_one_name(self, take):
        result = take("brands", "Kod,Nazwa,nazwa\na,A,B\n", self.COLUMNS)
        assert result.output.startswith("p.csv: column 'nazwa' is there 2 times: line 1.")


class TestCommand:
    def test_a_mapping_that_is_not_there(self, take):
        assert take("brands", "code\n", "nope").output.startswith("Error: There is no mapping nope")

    def test_a_kind_that_it_says_nothing_of(self, take):
        said = take("discounts", "code\n").output
        assert said.startswith("Error: de.toml says nothing of discounts, only of brands, ")

    def test_a_password_is_never_shown_nor_kept(self, take, fresh_database):
        content = "code,name,password\nX,,secret-1\nY,Ypsilon,secret-2\n"
        for option in ((), ("--ignore-unknown",), ("--dry-run", "--ignore-unknown")):
            assert "secret" not in take("brands", content, "seed", *option).output
        assert not value(fresh_database, "SELECT count(*) FROM brand")
