"""A read may be sent a second time when its connection died: so none of those calls what writes."""

import re

from tests.builders import rows
from tests.test_plans import STATEMENTS


def test_no_statement_that_calls_a_volatile_function_is_taken_for_a_read(database):
    query = """
        SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND p.provolatile = 'v'
    """
    volatile = {row.proname for row in rows(database, query)}
    assert {"place_purchase", "put_cart_item"} <= volatile
    called = {name: set(re.findall(r"(\w+)\s*\(", each.sql)) for name, each in STATEMENTS.items()}
    assert any(names & volatile for names in called.values())
    wrong = {
        name: names & volatile
        for name, names in called.items()
        if STATEMENTS[name].read and names & volatile
    }
    assert wrong == {}
