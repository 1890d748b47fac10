"""What `export` writes, `import` takes: into the same shop as no change, into an empty one as the same shop."""

import re
from collections.abc import Iterator

import pytest
from psycopg2.extras import Json

from app.commands.sheets.kinds import SHEETS
from tests.builders import (
    article,
    brand,
    category,
    coming_price,
    coupon,
    customer,
    deposit,
    discount,
    product,
    rows,
    stocked,
    supplier,
    synonyms,
    today,
)

NASTY = (
    "=1+1",
    "+49 40 1",
    "-5 %",
    "@home",
    "'=quoted",
    "''+twice",
    "O'Neill",
    'Pizza 12" "big"',
    "a,b;c",
    "Łódź & Höfgut",
    "NULL",
    "\\N",
)

NUMBERS = (None, "0047 11", "-4711", "=47", "'=11", "+49", "1E5", "@4", '"6"', "4,7", "1.50", "\\N")


FOOD = {
    "ingredients": "Oats, 5 % salt;\n=water",
    "allergens": Json({"gluten": "contains", "nuts": "may_contain"}),
    "diets": ["vegan", "halal"],
    "nutrition": Json(
        dict.fromkeys(("energy_kj", "energy_kcal"), "40")
        | dict.fromkeys(("fat", "saturates", "carbohydrate", "sugars", "protein", "salt"), "1.5")
        | dict.fromkeys(("fibre", "starch", "polyols", "mono_unsaturates", "polyunsaturates"))
    ),
    "origin": "-Poland",
    "alcohol": "4.9",
    "min_age": 18,
    "shelf_life_days": 30,
}
OTHERS = {3: [("96385074", 1)], 4: [("4006381333931", 6), ("04006381333948", 1)]}


@pytest.fixture
def empty(cluster, make_settings) -> Iterator:
    """Call a command on another, empty shop."""
    from app.factory import create_app

    other = cluster.clone("fresh_other_shop")
    app = create_app(make_settings(other))
    runner = app.test_cli_runner()
    yield lambda *arguments: runner.invoke(args=list(map(str, arguments)))
    app.portal.close()
    cluster.drop(other.name)


SUPPLIER = {
    "phone": "+49 40 1234",
    "address": "Weg 1\n20097 Hamburg",
    "lead_days": 2,
    "delivery_days": Json(["tuesday", "friday"]),
    "least_order": "50.00",
}


def sold_to_us(on, one, place, first, second):
    """Have both suppliers sell a product, the first one by a number that is hard to write."""
    article(on, first, one, article_number=NUMBERS[place], preferred=place % 2 > 0)
    article(on, second, one, pack="6", unit_cost="0.1234", least_quantity="12")


@pytest.fixture
def everything(fresh_database):
    """A shop with something of each kind, in each state, and names that are hard to write."""
    shelf = category(fresh_database, name=NASTY[0])
    below = category(fresh_database, code="0-below", parent=shelf, active=False)
    brands = [brand(fresh_database, name=name) for name in NASTY]
    brand(fresh_database, active=False)
    off = discount(fresh_database, ends_on="2020-02-01", active=False)
    by = supplier(fresh_database, **SUPPLIER)
    former = supplier(fresh_database, active=False, email="a@b.example")
    for place, name in enumerate(NASTY):
        customer(fresh_database, name=name, address=name, active=bool(place % 2))
    coupon(fresh_database, rate="0.1", uses=5, ends_on="2030-01-01")
    coupon(
        fresh_database,
        single_use=True,
        excluded_brands=[brands[0].code, brands[1].code],
        excluded_categories=[shelf.code],
    )
    synonyms(fresh_database, NASTY[:7], NASTY[7:])
    for place, made in enumerate(brands):
        one = product(
            fresh_database,
            code=f"P_{place}.x",
            category=below if place % 2 else shelf,
            brand=made,
            discount=off if place % 3 else None,
            deposit=deposit(fresh_database, "0.08") if place == 4 else None,
            **(FOOD if place % 2 else {}),
            active=bool(place % 2),
            description="\tone\ntwo\\ " if place % 2 else " ",
            reorder_level="2.500" if place != 4 else "2",
            unit="kg" if place != 4 else "piece",
            gtin="00012345678905" if place == 3 else None,
            plu=[None, "4011", "00012", None][place % 4] if place < 4 else None,
            other_barcodes=OTHERS.get(place, ()),
        )
        coming_price(fresh_database, one, "2037-01-01", "1.29")
        coming_price(fresh_database, one, "2038-01-01", f"{place}.5")
        sold_to_us(fresh_database, one, place, by, former)
        stocked(fresh_database, one, "1.250" if place != 4 else 1, unit_cost="0.1234", supplier=by)
        stocked(fresh_database, one, 3, expires_on=today(fresh_database))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_opens_no_account_twice(run, everything, tmp_path, ending):
    path = tmp_path / f"customers.{ending}"
    assert run("export", "customers", path).exit_code == 0
    assert ", 0 accounts opened." in run("import", "customers", path).output


def exported(run):
    """What a shop has, as CSV on standard output."""
    return {kind: run("export", kind).stdout for kind in SHEETS}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_fills_an_empty_shop_with_the_same_byte_for_byte(run, empty, everything, tmp_path, ending):
    for kind in SHEETS:
        path = tmp_path / f"{kind}.{ending}"
        assert run("export", kind, path).exit_code == 0
        result = empty("import", kind, path)
        assert result.exit_code == 0, result.output
        assert any(
            word in result.output for word in ("0 changed", "received", "opened", "0 unchanged")
        )
    assert exported(empty) == exported(run)
    assert empty("verify").exit_code == 0


@pytest.mark.parametrize("ending", ["csv", "XLSX"])
@pytest.mark.parametrize("kind", [kind for kind in SHEETS if kind not in {"stock", "customers"}])
def test_is_no_change_to_the_shop_that_it_came_from(run, everything, tmp_path, kind, ending):
    path = tmp_path / f"{kind}.{ending}"
    assert run("export", kind, path).exit_code == 0
    again = run("import", kind, path)
    assert re.search(r", 0 (created, 0 changed|planned anew|added, 0 removed), ", again.output)


def test_says_what_a_product_is_found_by(run, everything, fresh_database):
    _, *lines = run("export", "products").stdout.splitlines()
    assert [line.split(",")[:4] for line in lines if line.startswith(("P_1.", "P_3.", "P_4."))] == [
        ["P_1.x", "", "4011", ""],
        ["P_3.x", "00012345678905", "", "96385074"],
        ["P_4.x", "", "", "4006381333931*6 04006381333948"],
    ]


def test_goes_to_standard_output_with_a_heading_even_without_rows(run):
    assert run("export", "brands").stdout == "code,name,active\n"


def test_says_what_was_withdrawn(run, fresh_database):
    brand(fresh_database, code="kept", name="Kept")
    brand(fresh_database, code="gone", name="Gone", active=False)
    assert run("export", "brands").stdout == "code,name,active\ngone,Gone,no\nkept,Kept,yes\n"


def test_a_spreadsheet_finds_no_formula(run, fresh_database):
    brand(fresh_database, code="b", name='=HYPERLINK("http://evil.example")')
    assert run("export", "brands").stdout.splitlines()[1] == (
        """b,"'=HYPERLINK(""http://evil.example"")",yes"""
    )


def test_stock_is_what_is_on_hand(run, fresh_database):
    milk = product(fresh_database, code="milk", category=category(fresh_database))
    stocked(fresh_database, milk, 5, unit_cost="0.75")
    day = today(fresh_database)
    stocked(fresh_database, milk, 7, unit_cost="0.5", expires_on=day)
    assert run("export", "stock").stdout == (
        "product,supplier,quantity,unit_cost,expires_on\n"
        f"milk,,5.000,0.7500,\nmilk,,7.000,0.5000,{day}\n"
    )


def test_writes_parents_before_their_children(run, fresh_database):
    root = category(fresh_database, code="z-root")
    child = category(fresh_database, code="a-child", parent=root)
    category(fresh_database, code="0-grandchild", parent=child)
    lines = run("export", "categories").stdout.splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == ["z-root", "a-child", "0-grandchild"]


def test_more_rows_than_are_fetched_at_once(run, fresh_database):
    rows(
        fresh_database,
        "INSERT INTO brand (code, name) SELECT 'brand-' || n, 'Brand' FROM generate_series(1, 4001) n",
    )
    assert len(run("export", "brands").stdout.splitlines()) == 4002
