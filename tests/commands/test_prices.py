"""Prices of days to come, as files: what a file says of a product is all that is planned for it."""

import pytest

from tests.builders import category, clerk, coming_price, product, rows, value
from tests.support.workbooks import workbook

HEADING = "product,starts_on,list_price\n"
PLANNED = "SELECT p.code, c.starts_on::text AS day, c.price::text, c.login_id FROM coming_price c JOIN product p ON p.id = c.product_id ORDER BY 1, 2"


@pytest.fixture
def shop(fresh_database):
    """A shop with milk, butter and salt; somebody planned two prices of milk and one of salt."""
    shelf = category(fresh_database)
    somebody = clerk(fresh_database).login_id
    made = {
        code: product(fresh_database, code=code, category=shelf)
        for code in ("milk", "butter", "salt")
    }
    for code, day in (("milk", "2037-01-01"), ("milk", "2037-02-01"), ("salt", "2037-01-01")):
        coming_price(fresh_database, made[code], day, "1.29", somebody)
    return made


@pytest.fixture
def take(run, write):
    """Import lines: `take("milk,2037-01-01,1.29")` returns what the command said."""

    def call(*lines, options=()):
        content = HEADING + "".join(f"{line}\n" for line in lines)
        return run("import", "prices", write("p.csv", content), *options).output

    return call


def plans(on):
    return [(row.code, row.day, row.price, row.login_id is None) for row in rows(on, PLANNED)]


SALT = ("salt", "2037-01-01", "1.29", False)


def test_replace_what_was_planned_for_the_products_of_the_file(take, shop, fresh_database):
    lines = ("milk,2037-01-01,1.29", "milk,1.3.2037,1.39", "butter,2037-01-01,2")
    said = take(*lines, options=["--dry-run"])
    assert said == (
        "p.csv: 2 products, 2 would be planned anew, 0 unchanged.\n"
        "line 2, milk: 1.29 from 2037-01-01, 1.29 from 2037-02-01 -> 1.29 from 2037-01-01, 1.39 from 2037-03-01\n"
        "line 4, butter: nothing -> 2.00 from 2037-01-01\n"
    )
    assert len(plans(fresh_database)) == 3
    assert take(*lines) == "p.csv: 2 products, 2 planned anew, 0 unchanged.\n"
    assert plans(fresh_database) == [
        ("butter", "2037-01-01", "2.00", True),
        # What stays as it is, stays his who said so.
        ("milk", "2037-01-01", "1.29", False),
        ("milk", "2037-03-01", "1.39", True),
        SALT,
    ]
    assert take(*lines) == "p.csv: 2 products, 0 planned anew, 2 unchanged.\n"
    noted = rows(
        fresh_database,
        "SELECT subject, detail FROM audit_log WHERE action = 'product.prices_planned' ORDER BY id",
    )
    assert [(row.subject, row.detail) for row in noted] == [
        ("product:milk", {"2037-01-01": "1.29", "2037-03-01": "1.39"}),
        ("product:butter", {"2037-01-01": "2.00"}),
    ]


def test_another_price_of_a_day_is_of_who_said_it(take, shop, fresh_database):
    take("salt,2037-01-01,1.49")
    assert plans(fresh_database)[-1] == ("salt", "2037-01-01", "1.49", True)


def test_come_from_a_workbook_too(run, write, shop, fresh_database):
    book = workbook(
        {"Prices": [["product", "starts_on", "list_price"], ["butter", "2037-01-01", 1.5]]}
    )
    assert "1 planned anew" in run("import", "prices", write("p.xlsx", book)).output
    assert plans(fresh_database)[0] == ("butter", "2037-01-01", "1.50", True)


def test_what_is_due_stays_and_comes_into_force(take, shop, fresh_database):
    coming_price(fresh_database, shop["milk"], "2020-01-01", "0.99")
    take("milk,2037-01-01,1.29")
    assert [row[1] for row in plans(fresh_database) if row[0] == "milk"] == [
        "2020-01-01",
        "2037-01-01",
    ]
    rows(fresh_database, "SELECT begin_day(10)")
    assert value(fresh_database, "SELECT price::text FROM product WHERE code = 'milk'") == "0.99"


def test_faults_are_said_by_line(take, shop, fresh_database):
    before = plans(fresh_database)
    said = take(
        "milk,2020-01-01,1",
        "milk,2037-01-01,1",
        "milk,2037-01-01,2",
        "bread,2037-01-01,1",
        "butter,2037-01-01,0",
        "butter,,1",
        *(f"salt,{day}.1.2037,1" for day in range(1, 22)),
    )
    assert said.splitlines() == [
        "p.csv: starts_on '2020-01-01' of the product milk must be a day to come: line 2.",
        "p.csv: starts_on '2037-01-01' of the product milk is there twice: line 4.",
        "p.csv: product 'bread' is not known: line 5.",
        "p.csv: list_price '0' must be a price above 0 with two decimals at most, like 1.29: line 6.",
        "p.csv: starts_on is empty: line 7.",
        "p.csv: product 'salt' has 21 prices to come, and a product has 20 at most: line 28.",
        "Nothing was imported.",
    ]
    assert plans(fresh_database) == before
