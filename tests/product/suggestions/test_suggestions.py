"""What a search box suggests while somebody types."""

from contextlib import closing

import psycopg2
import pytest

from app.core.database.conninfo import DEFAULT_SESSION, connection_params
from app.product.suggestions.repository import MOST_LOOKED_AT, SUGGEST
from tests.builders import insert, product, unique
from tests.support.sparse import explained

SUGGESTIONS = "/api/v1/suggestions"


def a_word():
    """Return a word of letters alone that no other test has."""
    return unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))


async def suggest(client, q):
    answer = await client.get(SUGGESTIONS, params={"q": q})
    assert answer.status_code == 200, answer.text
    return [(item["text"], item["product"]) for item in answer.json()["items"]]


class TestSuggestions:
    async def test_words_come_before_products_that_begin_so(self, client, database):
        mark = a_word()
        made = product(database, name=f"{mark.title()} bread")
        product(database, name=f"Fresh {mark}s, loose")
        assert await suggest(client, mark[:-2].upper()) == [
            (mark, None),
            (f"{mark}s", None),
            (made.name, made.code),
        ]

    async def test_what_sold_more_comes_first(self, client, database):
        mark = a_word()
        seldom, often, never = (product(database, name=f"{mark} {n}") for n in "acb")
        insert(database, "sales_rank", product_id=seldom.id, sales=1)
        insert(database, "sales_rank", product_id=often.id, sales=2)
        codes = [code for _, code in await suggest(client, mark) if code]
        assert codes == [often.code, seldom.code, never.code]

    async def test_one_of_a_name_the_best_sold_is_enough(self, client, database):
        mark = a_word()
        product(database, name=f"{mark} bread")
        best = product(database, name=f"{mark.upper()} Bread")
        insert(database, "sales_rank", product_id=best.id, sales=1)
        assert await suggest(client, f"{mark} b") == [(best.name, best.code)]

    async def test_the_whole_line_begins_a_name(self, client, database):
        mark = a_word()
        made = product(database, name=f"Crème {mark}, 1.5 %")
        assert await suggest(client, f"creme {mark[:5]}") == [(made.name, made.code)]
        assert await suggest(client, f"  CRÈME {mark}, 1.") == [(made.name, made.code)]
        assert await suggest(client, f"creme  {mark}") == []

    async def test_what_was_withdrawn_is_none(self, client, database):
        mark = a_word()
        product(database, name=f"{mark} bread", active=False)
        assert await suggest(client, f"{mark} b") == []

    async def test_four_words_and_six_products_or_more_of_what_there_is(self, client, database):
        mark = a_word()
        for letter in "abcdefgh":
            product(database, name=f"Some {mark}{letter}")
        assert [code for _, code in await suggest(client, mark)] == [None] * 8
        for letter in "abcdefgh":
            product(database, name=f"{mark} {letter}")
        found = await suggest(client, mark)
        assert [text for text, _ in found[:4]] == [f"{mark}{letter}" for letter in ["", *"abc"]]
        assert [code is None for _, code in found] == [True] * 4 + [False] * 6

    @pytest.mark.parametrize("q", ["", " ", "%", "_", "\\", "'", "&|!", "x" * 100, "ﷺ" * 100, "1"])
    async def test_never_an_error(self, client, q):
        answer = await client.get(SUGGESTIONS, params={"q": q})
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) <= 10

    async def test_a_blank_begins_nothing(self, client, database):
        product(database)
        for q in ("", "  "):
            assert await suggest(client, q) == []

    async def test_nobody_types_that_much(self, client):
        answer = await client.get(SUGGESTIONS, params={"q": "x" * 101})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/query/q"


@pytest.mark.parametrize("q", ["g", "k", "gh", "goods", "zzz", "z"])
def test_looks_at_few_words_and_names_however_many_there_are(large, q):
    parameters = connection_params(large.app_url, DEFAULT_SESSION)
    with closing(psycopg2.connect(**parameters)) as connection, connection.cursor() as cursor:
        rows, _ = explained(cursor, SUGGEST, {"q": q})
    # Words; names, with what each has sold; and the code of those that are chosen.
    assert rows <= 3 * MOST_LOOKED_AT + 10
