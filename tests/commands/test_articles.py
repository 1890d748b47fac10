"""What suppliers sell, as files: a row is what one of them says of a product, and others keep what they said."""

import threading
from contextlib import closing

import psycopg2
import pytest

from tests.builders import article, category, product, rows, supplier, value

HEADING = "supplier,product,article_number,pack,unit_cost,least_quantity,preferred"
SOLD = """
    SELECT s.code || ' ' || p.code AS what, a.article_number, a.pack::float, a.unit_cost::text, a.least_quantity::float, a.preferred
    FROM supplier_article a JOIN supplier s ON s.id = a.supplier_id JOIN product p ON p.id = a.product_id
    ORDER BY p.code, s.code"""
NOTED = "SELECT subject, detail FROM audit_log WHERE action = 'supplier.article_put' ORDER BY id"


@pytest.fixture
def shop(fresh_database):
    """A shop with milk by the piece and cheese by kilogram; the dairy sells both, and is preferred for milk."""
    shelf = category(fresh_database)
    milk = product(fresh_database, code="milk", category=shelf)
    cheese = product(fresh_database, code="cheese", category=shelf, unit="kg")
    dairy = supplier(fresh_database, code="dairy")
    supplier(fresh_database, code="trade")
    article(fresh_database, dairy, milk, article_number="4711", pack="6", preferred=True)
    article(fresh_database, dairy, cheese, unit_cost="8")


@pytest.fixture
def take(run, write, shop):
    """Import lines: `take("dairy,milk,…")` returns what the command said."""

    def call(*lines, heading=HEADING, options=()):
        content = "".join(f"{line}\n" for line in (heading, *lines))
        return run("import", "articles", write("a.csv", content), *options).output

    return call


def sold(on):
    return [tuple(vars(row).values()) for row in rows(on, SOLD)]


CHEESE = ("dairy cheese", None, 1, "8.0000", 0, False)
MILK = ("dairy milk", "4711", 6, "0.5000", 0, True)


def test_add_and_change_and_take_over_who_is_preferred(take, fresh_database):
    lines = ('trade,milk,M 1,12,"0,4567",24,yes', "dairy,cheese,,2.5,8,,")
    said = take(*lines, options=["--dry-run"])
    assert said == (
        "a.csv: 2 rows, 1 would be created, 1 would be changed, 0 unchanged.\n"
        "line 3, cheese of dairy: pack '1.000' -> '2.500'\n"
        "line 2, milk of trade: new\n"
    )
    assert sold(fresh_database) == [CHEESE, MILK]
    assert take(*lines) == "a.csv: 2 rows, 1 created, 1 changed, 0 unchanged.\n"
    assert sold(fresh_database) == [
        ("dairy cheese", None, 2.5, "8.0000", 0, False),
        ("dairy milk", "4711", 6, "0.5000", 0, False),
        ("trade milk", "M 1", 12, "0.4567", 24, True),
    ]
    assert take(*lines) == "a.csv: 2 rows, 0 created, 0 changed, 2 unchanged.\n"
    noted = rows(fresh_database, NOTED)
    assert [(row.subject, row.detail["product"]) for row in noted] == [
        ("supplier:trade", "milk"),
        ("supplier:dairy", "cheese"),
    ]
    assert noted[0].detail == {
        "product": "milk",
        "article_number": "M 1",
        "pack": "12.000",
        "unit_cost": "0.4567",
        "least_quantity": "24.000",
        "preferred": True,
    }


@pytest.mark.parametrize(
    ("heading", "lines", "milk"),
    [
        ("supplier,product,unit_cost", ["dairy,milk,0.6"], [(*MILK[:3], "0.6000", *MILK[4:])]),
        (
            "supplier,product,article_number,pack,preferred",
            ["dairy,milk,,,"],
            [("dairy milk", None, 1, "0.5000", 0, False)],
        ),
        (
            "supplier,product,unit_cost,preferred",
            ["trade,milk,1,yes", "dairy,milk,2,no"],
            [
                ("dairy milk", "4711", 6, "2.0000", 0, False),
                ("trade milk", None, 1, "1.0000", 0, True),
            ],
        ),
    ],
)
def test_what_has_no_column_stays_and_an_empty_cell_clears(
    take, fresh_database, heading, lines, milk
):
    assert "Error" not in take(*lines, heading=heading)
    assert sold(fresh_database) == [CHEESE, *milk]


def test_faults_are_said_by_line(take, fresh_database):
    before = sold(fresh_database)
    said = take(
        "nobody,bread,,,1,,",
        "dairy,milk,,1.5,1,0.5,",
        "dairy,cheese,,1.5,1,,",
        "dairy,cheese,,,1,,",
        "dairy,milk, 4711 ,0,,,",
        "trade,milk,ä,,-1,,maybe",
        f"trade,milk,{'1' * 41},,1,,yes",
    )
    number = "must be 1 to 40 letters A-Z, figures and signs, or blanks between them"
    assert said.splitlines() == [
        "a.csv: supplier 'nobody' is not known: line 2.",
        "a.csv: product 'bread' is not known: line 2.",
        "a.csv: pack '1.500' of the product milk must be whole: it is sold by the piece: line 3.",
        "a.csv: least_quantity '0.500' of the product milk must be whole: it is sold by the piece: line 3.",
        "a.csv: product 'cheese of dairy' is there 2 times: lines 4 and 5.",
        "a.csv: pack '0' must be a quantity above 0 like 12 or 2.5, with three decimals at most: line 6.",
        "a.csv: unit_cost is empty: line 6.",
        f"a.csv: article_number 'ä' {number}: line 7.",
        "a.csv: unit_cost '-1' must be a cost like 0.8345, without VAT, with four decimals at most: line 7.",
        "a.csv: preferred 'maybe' must be yes or no: line 7.",
        f"a.csv: article_number '{'1' * 41}' {number}: line 8.",
        "Nothing was imported.",
    ]
    assert sold(fresh_database) == before


def test_one_supplier_of_a_product_is_preferred(take, fresh_database):
    said = take("dairy,milk,,,1,,yes", "trade,milk,,,1,,yes", "trade,cheese,,,1,,yes")
    assert said == (
        "a.csv: preferred 'yes' is said of 2 suppliers of the product milk, and one can be preferred: lines 2 and 3.\n"
        "Nothing was imported.\n"
    )


def test_what_is_new_needs_a_cost(take):
    said = take("dairy,milk,yes", "trade,milk,no", heading="supplier,product,preferred")
    assert said == (
        "a.csv: product 'milk of trade' is not in the shop yet, and to add it the file needs unit_cost too: line 3.\n"
        "Nothing was imported.\n"
    )


def test_waits_for_who_says_it_by_the_api_of_the_same_product(take, fresh_database):
    results = []
    with (
        closing(psycopg2.connect(fresh_database.app_url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT FROM product WHERE code = 'milk' FOR NO KEY UPDATE")
        thread = threading.Thread(target=lambda: results.append(take("trade,milk,,,1,,yes")))
        thread.start()
        while not value(fresh_database, "SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert thread.is_alive()
        cursor.execute("UPDATE supplier_article SET pack = 12")
        connection.commit()
        thread.join()
    assert results == ["a.csv: 1 row, 1 created, 0 changed, 0 unchanged.\n"]
    preferred = "SELECT s.code FROM supplier_article a JOIN supplier s ON s.id = a.supplier_id WHERE a.preferred"
    assert [row.code for row in rows(fresh_database, preferred)] == ["trade"]
