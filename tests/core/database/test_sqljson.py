"""JSON that PostgreSQL makes is written as all other JSON of the shop: without blanks."""

import json

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.database import json_array, json_object


@pytest.fixture(scope="module")
def ask(database):
    connection = psycopg2.connect(database.app_url)

    def run(sql, **values):
        with connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT {sql}", values)
            return cursor.fetchone()[0]

    yield run
    connection.close()


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def test_an_object_of_all_kinds(ask):
    text = ask(
        json_object(
            """'number', 7, 'text', 'it''s (so), or not'::text, 'none', NULL::text, 'yes', 1 < 2,
            'day', date '2026-02-28', 'id', '00000000-0000-0000-0000-000000000001'::uuid,
            'nested', coalesce(nullif(3, 3), (SELECT greatest(1, 2)))""",
            part=json_object("'a', 1"),
        )
    )
    assert text == compact(
        {
            "number": 7,
            "text": "it's (so), or not",
            "none": None,
            "yes": True,
            "day": "2026-02-28",
            "id": "00000000-0000-0000-0000-000000000001",
            "nested": 2,
            "part": {"a": 1},
        }
    )


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text(ask, text):
    assert json.loads(ask(json_object("'text', %(text)s::text"), text=text)) == {"text": text}


def test_an_array_in_order_and_an_empty_one(ask):
    item = json_object("'n', n")
    rows = "(SELECT {} FROM generate_series(1, {}) AS n)"
    assert ask(rows.format(json_array(item, "n DESC"), 2)) == '[{"n":2},{"n":1}]'
    assert ask(rows.format(json_array(item, "n"), 0)) == "[]"
