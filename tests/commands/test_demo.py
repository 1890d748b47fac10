"""`demo` makes a shop worth trying, and never in production."""

import csv
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from app.commands.demo_shop import FILES
from app.commands.pictures.drawing import EDGE, drawn
from local.environments import ROOT
from tests.builders import insert, level_of, rows, stored_image, today, value
from tests.support.pictures import opened


def test_fills_the_shop_and_changes_nothing_when_run_again(run, fresh_database):
    first = run("demo")
    assert first.exit_code == 0, first.output
    assert "clerk@demo.example" in first.output
    counts = "SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM stock), (SELECT max(version) FROM product)"
    before = rows(fresh_database, counts)
    assert value(fresh_database, "SELECT count(*) FROM product") >= 150
    assert run("demo").exit_code == 0
    assert rows(fresh_database, counts) == before
    assert run("verify").exit_code == 0


def test_if_empty_fills_an_empty_shop(run, fresh_database):
    assert "Demo logins" in run("demo", "--if-empty").output
    assert value(fresh_database, "SELECT count(*) FROM product") >= 150


def test_if_empty_leaves_a_shop_alone_that_is_in_use(run, fresh_database):
    run("create-admin", "owner@shop.example")
    result = run("demo", "--if-empty")
    assert result.exit_code == 0
    assert result.output == "The shop is in use already: it gets no demo goods.\n"
    assert value(fresh_database, "SELECT count(*) FROM product") == 0
    assert value(fresh_database, "SELECT count(*) FROM login") == 1


LOTS = "SELECT * FROM stock WHERE product_id = %(id)s ORDER BY id"
ON_SALE = "SELECT count(*) FROM availability WHERE available > 0"


def grow_old(database, days):
    """Make a shop as it is when nobody has come for so many days."""
    rows(
        database,
        "UPDATE stock SET expires_on = expires_on - %(days)s, received_at = received_at - make_interval(days => %(days)s)",
        days=days,
    )


def move(database, lot, **what):
    insert(database, "stock_movement", product_id=lot.product_id, stock_id=lot.id, **what)


@pytest.mark.parametrize("options", [[], ["--if-empty"]])
def test_goods_that_have_expired_come_again(run, fresh_database, options):
    run("demo")
    fresh = value(fresh_database, ON_SALE)
    grow_old(fresh_database, 400)
    assert value(fresh_database, ON_SALE) < fresh / 2
    assert "fresh lots received" in run("demo", *options).output
    assert value(fresh_database, ON_SALE) == fresh
    assert "fresh lots received" not in run("demo", *options).output
    assert run("verify").exit_code == 0


def test_what_somebody_delivered_or_bought_does_not_come_again(run, fresh_database):
    run("demo")
    delivered, sold_out = rows(
        fresh_database,
        "SELECT product_id AS id FROM stock WHERE expires_on IS NOT NULL GROUP BY product_id ORDER BY 1 LIMIT 2",
    )
    for lot in rows(fresh_database, LOTS, id=delivered.id)[:1]:
        move(fresh_database, lot, kind="receipt", quantity=1)
    for lot in rows(fresh_database, LOTS, id=sold_out.id):
        move(fresh_database, lot, kind="waste", quantity=-lot.on_hand, reason="eaten")
    assert run("demo", "--if-empty").exit_code == 0
    assert level_of(fresh_database, sold_out).on_hand == 0
    on_hand = level_of(fresh_database, delivered).on_hand
    grow_old(fresh_database, 1000)
    assert run("demo", "--if-empty").exit_code == 0
    assert level_of(fresh_database, delivered).on_hand == on_hand


def test_never_in_a_shop_of_the_owners(run, fresh_database):
    """Not even of goods that came with the demo's files."""
    for kind in ("brands", "categories", "discounts", "deposits", "products", "suppliers", "stock"):
        assert run("import", kind, FILES / f"{kind}.csv").exit_code == 0
    grow_old(fresh_database, 1000)
    lots = value(fresh_database, "SELECT count(*) FROM stock")
    assert run("demo", "--if-empty").output.startswith("The shop is in use already")
    assert run("demo").exit_code == 0
    assert value(fresh_database, "SELECT count(*) FROM stock") == lots


def test_discounts_run_and_end_relative_to_the_day(run, fresh_database):
    run("demo")
    days = rows(
        fresh_database,
        "SELECT starts_on - %(today)s AS starts, ends_on - %(today)s AS ends FROM discount ORDER BY starts_on, code",
        today=today(fresh_database),
    )
    assert [(row.starts, row.ends) for row in days] == [(-59, -32), *[(-31, None)] * 6, (59, 89)]


def test_barcodes_are_ean_13_of_the_shops_own_prefixes(run, fresh_database):
    run("demo")
    gtins = [row.gtin for row in rows(fresh_database, "SELECT gtin FROM product")]
    assert all(len(gtin) == 13 and 20 <= int(gtin[:2]) <= 29 for gtin in gtins)
    assert len(set(gtins)) == len(gtins)


SHOWN = {
    "2814011012505": ("bananas", "weight_label", "1.250", None),
    "2214011703494": ("bananas", "price_label", None, "3.49"),
    "4011": ("bananas", "plu", None, None),
    "12100500000106": ("milk-whole-1l", "gtin", "12.000", None),
    "010210050000010917270131": ("milk-whole-1l", "gs1", "1.000", None),
    "(01)02100500000109(17)270131": ("milk-whole-1l", "gs1", "1.000", None),
    "https://id.gs1.org/01/02100500000109?17=270131": ("milk-whole-1l", "gs1", "1.000", None),
}


def test_what_docs_barcodes_md_shows_can_be_scanned(run, fresh_database, make_settings):
    from app.factory import create_app

    run("demo")
    page = (ROOT / "docs" / "barcodes.md").read_text(encoding="utf-8")
    app = create_app(make_settings(fresh_database))
    for code, meant in SHOWN.items():
        assert f"`{code}`" in page or f"/{code}\n" in page
        said = app.test_client().get(f"/api/v1/barcodes/{quote(code, safe='')}").get_json()
        found = (said["product"]["code"], said["kind"], said["quantity"], said["price"])
        assert found == meant
    app.portal.close()


def test_everything_has_a_picture_and_keeps_another_one(run, fresh_database):
    run("demo")
    shown = "SELECT image, count(*) FROM {} GROUP BY image"
    of_categories = rows(fresh_database, shown.format("category"))
    of_products = rows(fresh_database, shown.format("product"))
    assert len(of_categories) >= 40
    assert {row.image for row in of_products} <= {row.image for row in of_categories} - {None}
    large = value(fresh_database, "SELECT large FROM image LIMIT 1")
    assert opened(bytes(large)).size == (EDGE, EDGE)
    # Somebody chooses another one.
    chosen = stored_image(fresh_database).hash
    other = "UPDATE product SET image = %(chosen)s WHERE code = 'apples-elstar'"
    rows(fresh_database, other, chosen=chosen)
    run("demo")
    kept = "SELECT image FROM product WHERE code = 'apples-elstar'"
    assert value(fresh_database, kept) == chosen


def test_each_drawing_is_of_categories_and_each_category_has_one():
    named = [name for names, _ in drawn(FILES / "pictures.txt") for name in names]
    with (FILES / "categories.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(named) == sorted(row["code"] for row in csv.DictReader(file))


def test_a_shape_that_is_none_is_said(tmp_path):
    text = tmp_path / "pictures.txt"
    text.write_text("colour red #FF0000\npicture a red\ncube red 1 2 3 4\n")
    with pytest.raises(ValueError, match="cube is no shape"):
        list(drawn(text))


def read(kind):
    with (FILES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_product_has_a_supplier_who_asks_less_than_it_brings():
    brings = {
        row["code"]: Decimal(row["list_price"]) / (1 + Decimal(row["vat_rate"]))
        for row in read("products")
    }
    articles = read("articles")
    assert all(Decimal(row["unit_cost"]) < brings[row["product"]] for row in articles)
    preferred = [row["product"] for row in articles if row["preferred"] == "yes"]
    assert sorted(preferred) == sorted(brings)


def test_is_refused_in_production(fresh_database, make_settings):
    from app.factory import create_app

    settings = make_settings(
        fresh_database,
        env="production",
        secret="b7Qz0vKc3xWm9rTf2yLh8pNd5sGj1aUe",
        database={
            "url": f"{fresh_database.app_url}&sslmode=disable",
            "owner_url": f"{fresh_database.owner_url}&sslmode=disable",
        },
    )
    result = create_app(settings).test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 1
    assert "Production has no demo shop" in result.output
    assert value(fresh_database, "SELECT count(*) FROM product") == 0


@pytest.mark.parametrize("name", sorted(path.name for path in Path(FILES).glob("*.csv")))
def test_its_files_are_plain_utf_8(name):
    content = (FILES / name).read_bytes()
    content.decode("utf-8")
    assert b"\r" not in content
    assert content.endswith(b"\n")
