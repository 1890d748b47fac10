"""What `export` writes, `import` takes: into the same shop as no change, into an empty one as the same shop."""

import csv

import pytest

from app.commands.demo_shop import FILES
from app.commands.exporting import QUERIES
from tests.builders import category, product, rows


@pytest.mark.parametrize("kind", QUERIES)
def test_an_export_is_no_change_to_the_shop_that_it_came_from(run, tmp_path, kind):
    assert run("demo").exit_code == 0
    path = tmp_path / f"{kind}.csv"
    exported = run("export", kind, path)
    assert exported.exit_code == 0, exported.output
    with (FILES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        count = len(list(csv.DictReader(file)))
    assert exported.output == f"{count} {kind}.\n"
    again = run("import", kind, path)
    assert again.output == f"{kind}.csv: {count} rows, 0 created, 0 changed, {count} unchanged.\n"


def test_goes_to_standard_output_with_a_heading_even_without_rows(run):
    result = run("export", "brands")
    assert result.stdout == "code,name\n"


def test_leaves_out_what_was_withdrawn(run, fresh_database):
    shelf = category(fresh_database)
    kept = product(fresh_database, category=shelf)
    gone = product(fresh_database, category=shelf)
    rows(fresh_database, "UPDATE product SET active = false WHERE id = %(id)s", id=gone.id)
    written = run("export", "products").stdout
    assert kept.code in written
    assert gone.code not in written


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
