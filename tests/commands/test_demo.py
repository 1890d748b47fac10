"""`demo` makes a shop worth trying, and never in production."""

from pathlib import Path

import pytest

from app.commands.demo_shop import FILES
from tests.builders import rows, value


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


def test_barcodes_are_ean_13_of_the_shops_own_prefixes(run, fresh_database):
    run("demo")
    gtins = [row.gtin for row in rows(fresh_database, "SELECT gtin FROM product")]
    assert all(len(gtin) == 13 and 20 <= int(gtin[:2]) <= 29 for gtin in gtins)
    assert len(set(gtins)) == len(gtins)


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
