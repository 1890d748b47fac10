"""`tidy` renews what the search goes by, in steps."""

from tests.builders import product, rows, value


def test_tidy_has_those_found_that_were_there_before(run, fresh_database):
    made = product(fresh_database, name="Bar", ingredients="Sugar, hazelnuts")
    product(fresh_database, name="Water")
    rows(fresh_database, "UPDATE product SET search_with_ingredients = NULL")
    rows(fresh_database, "DELETE FROM product_word")
    assert "1 product made findable by its ingredients," in run("tidy").output
    before = "SELECT id, version FROM product WHERE search_with_ingredients @@ 'hazelnuts'"
    assert [(row.id, row.version) for row in rows(fresh_database, before)] == [(made.id, 1)]
    words = "SELECT count(*) FROM product_word WHERE word IN ('sugar', 'hazelnuts')"
    assert value(fresh_database, words) == 2
    assert "0 products made findable by their ingredients," in run("tidy").output
