"""What counting costs does not grow with the shop: no plan of it reads the whole of a table that does."""

from contextlib import closing

import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.product.facets.schemas import FACETS
from app.product.products.facets import counting, kept
from app.product.products.shape import FILTERS
from tests.test_plans import faults, left_out, plan, subsets, wanted


@pytest.fixture
def cursor(large):
    """A cursor in a session like the app's."""
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as made:
        yield made


@pytest.mark.parametrize("q", [None, "fresh milk"], ids=["all", "found"])
def test_what_is_counted_is_read_from_an_index(cursor, q):
    # What is looked up by a product's id is so in one way: asked for together, or not at all.
    for some in subsets([name for name in FILTERS if name not in {"allergen_free", "diets"}]):
        names = (*some, "allergen_free", "diets") if "in_stock" in some else some
        statement, _ = counting(wanted(names, q, "name"), FACETS)
        root = plan(cursor, statement)
        assert faults(root) == [], names
        assert q or left_out(root) == [], names
        assert not q or "product_search" in str(root), names


@pytest.mark.parametrize("facets", list(subsets(FACETS))[1:])
def test_what_was_counted_is_read_from_an_index(cursor, facets):
    assert faults(plan(cursor, kept(frozenset(facets)))) == []
    assert faults(plan(cursor, counting(wanted((), None, "name"), facets)[0])) == []
