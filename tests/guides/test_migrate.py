"""docs/migrate.md, followed to the letter: its queries on the seed's tables, its commands on an empty shop."""

import re
import shlex
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from app.factory import create_app
from local.environments import ROOT
from tests.builders import rows, value

GUIDE = (ROOT / "docs" / "migrate.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "examples" / "migrate"
SEED = Path(__file__).with_name("seed.sql")
FLASK = "flask --app main "
COPY = re.compile(r"^\\copy (.+) TO '(.+)' CSV HEADER$", re.MULTILINE)


def blocks(kind, chapter=""):
    """Return what stands in the blocks of a kind, of all chapters or of the one that begins so."""
    chapters = GUIDE.split("\n## ")
    text = "\n".join(found for found in chapters if found.startswith(chapter))
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def follow(fresh_database, make_settings, tmp_path, monkeypatch):
    """Do the commands of a chapter where its files are, and return what each of them said."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLES, tmp_path / "examples" / "migrate")
    app = create_app(make_settings(fresh_database))
    runner = app.test_cli_runner()

    def call(chapter):
        said = []
        for content in blocks("toml", chapter):
            name = content.partition("\n")[0].removeprefix("# ")
            Path(name).write_text(content, encoding="utf-8")
        for line in "".join(blocks("sh", chapter)).splitlines():
            if not line.startswith(FLASK):
                subprocess.run(["sh", "-c", line], check=True)
                continue
            result = runner.invoke(args=shlex.split(line.removeprefix(FLASK)))
            assert result.exit_code == 0, (line, result.output)
            said.append(result.output)
        assert runner.invoke(args=["verify"]).exit_code == 0
        return said

    yield call
    app.portal.close()


def food(on):
    """Return what the products are said to be, in their order."""
    query = "SELECT trim_scale(net_quantity) || ' ' || net_unit AS amount, ingredients, allergens FROM product ORDER BY id"
    return [tuple(vars(row).values()) for row in rows(on, query)]


def test_the_queries_make_the_files_of_the_seed(fresh_database, tmp_path):
    copies = COPY.findall("".join(blocks("sql")))
    assert {name for _, name in copies} == {path.name for path in (EXAMPLES / "seed").iterdir()}
    with (
        closing(psycopg2.connect(fresh_database.owner_url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(SEED.read_text(encoding="utf-8"))
        for what, name in copies:
            with (tmp_path / name).open("wb") as file:
                cursor.copy_expert(f"COPY {what} TO STDOUT CSV HEADER", file)
            made = (tmp_path / name).read_text(encoding="utf-8")
            assert made == (EXAMPLES / "seed" / name).read_text(encoding="utf-8")


def test_the_seed_application(follow, fresh_database):
    follow("The seed")
    found = rows(
        fresh_database,
        "SELECT p.code, b.code AS brand, c.code AS category, unit, p.price::text, vat_rate::text, d.code AS discount"
        " FROM product p LEFT JOIN brand b ON b.id = brand_id JOIN category c ON c.id = category_id"
        " LEFT JOIN discount d ON d.id = discount_id ORDER BY p.id",
    )
    assert [tuple(vars(row).values()) for row in found] == [
        ("MILK-1L", "br-01", "dairy", "piece", "1.29", "0.0700", "ten"),
        ("GOUDA", "br-02", "dairy", "kg", "12.90", "0.0700", None),
        ("CIDER", None, "fruit", "litre", "3.30", "0.0700", "half"),
    ]
    rates = rows(fresh_database, "SELECT code, rate::text FROM discount ORDER BY id")
    assert [(row.code, row.rate) for row in rates] == [("ten", "0.1000"), ("half", "0.5000")]
    lots = rows(fresh_database, "SELECT on_hand::int, unit_cost::text FROM stock ORDER BY id")
    assert [(lot.on_hand, lot.unit_cost) for lot in lots] == [(40, "0.8100"), (7, "8.4000")]
    assert value(fresh_database, "SELECT name FROM customer") == "Ada Lovelace"


def test_open_food_facts(follow, fresh_database):
    follow("Open Food Facts")
    found = rows(
        fresh_database,
        "SELECT p.code, gtin, p.name, b.name AS brand, c.code AS category, p.price::text, vat_rate::text"
        " FROM product p JOIN brand b ON b.id = brand_id JOIN category c ON c.id = category_id ORDER BY p.id",
    )
    assert [tuple(vars(row).values()) for row in found] == [
        ("3017620422003", "3017620422003", 'Hazelnut "spread"', "Ferrero", "sweets", "2.99", "0.0700"),
        ("5449000000996", "5449000000996", "Cola", "Coca-Cola", "beverages", "0.99", "0.1900"),
    ]  # fmt: skip
    assert food(fresh_database) == [
        ("400 g", "Sugar, palm oil, hazelnuts", {"milk": "contains", "nuts": "contains"}),
        ("330 ml", "Water, sugar", {}),
    ]


def test_a_spreadsheet_and_a_mapping_of_ones_own(follow, fresh_database):
    said = follow("A spreadsheet")
    assert [said[-1]] == blocks("text")
    assert food(fresh_database) == [
        (None, "Milch, Salz, Lab", {"milk": "contains"}),
        ("500 g", "Magermilch", {"milk": "contains", "nuts": "may_contain"}),
        ("0.75 l", "Apfelsaft, Wasser", {}),
        (None, "", {}),
    ]
    follow("A mapping")
    found = rows(
        fresh_database,
        "SELECT p.code, c.code AS category, unit, p.price::text, vat_rate::text, coalesce(sum(on_hand), 0)::text AS there"
        " FROM product p JOIN category c ON c.id = category_id LEFT JOIN stock s ON s.product_id = p.id"
        " GROUP BY p.id, c.id ORDER BY p.id",
    )
    assert [tuple(vars(row).values()) for row in found] == [
        ("1001", "kaese-quark", "kg", "12.90", "0.0700", "3.500"),
        ("1002", "kaese-quark", "piece", "0.99", "0.0700", "24.000"),
        ("1003", "getraenke", "piece", "1.19", "0.1900", "1200.000"),
        ("1004", "obst", "kg", "2.99", "0.0700", "0"),
        ("pl-7", "kaese-quark", "kg", "29.90", "0.0500", "0"),
        ("pl-8", "kaese-quark", "litre", "3.49", "0.0500", "0"),
    ]
