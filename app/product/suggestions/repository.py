"""The one statement that finds what begins with something."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement, TurnsManager, json_array, json_object

MOST_LOOKED_AT = 300
"""At how many words and at how many names it looks, in the order of the alphabet, to choose from."""

MOST = 10
WORDS_FIRST = 4
"""How many words come before products' names; more of them only where there are not enough names."""

_SUGGESTION = json_object("'text', s.text, 'product', s.product")

# Made once: each takes longer than a look at a row.
_WORDS = "(SELECT words FROM typed)"
_LINE = "(SELECT line FROM typed)"

# Both are read from an index in its order, from where what was typed would be.
SUGGEST = Statement(
    f"""
    WITH typed AS MATERIALIZED (SELECT search_words(%(q)s) AS words, plain_text(ltrim(%(q)s)) AS line),
    word (text, place) AS (
        SELECT w.word, row_number() OVER (ORDER BY length(w.word), w.word) FROM (
            SELECT w.word FROM product_word w WHERE w.word ~>=~ {_WORDS}
            ORDER BY w.word USING ~<~ LIMIT {MOST_LOOKED_AT}) w
        WHERE starts_with(w.word, {_WORDS})),
    name (text, id, place) AS (
        SELECT n.name, n.id, row_number() OVER (ORDER BY n.sales DESC, n.plain, n.id) FROM (
            SELECT DISTINCT ON (n.plain) n.*, coalesce(r.sales, 0) AS sales FROM (
                SELECT p.id, p.name, plain_text(p.name) AS plain FROM product p
                WHERE p.active AND plain_text(p.name) >= {_LINE}
                ORDER BY p.active, plain_text(p.name), p.id LIMIT {MOST_LOOKED_AT}) n
            LEFT JOIN LATERAL (SELECT r.sales FROM sales_rank r WHERE r.product_id = n.id LIMIT 1) r ON true
            WHERE starts_with(n.plain, {_LINE})
            ORDER BY n.plain, r.sales DESC NULLS LAST, n.id) n),
    chosen (text, id, part, place) AS (
        SELECT w.text, NULL::bigint, CASE WHEN w.place <= {WORDS_FIRST} THEN 0 ELSE 2 END, w.place FROM word w
        UNION ALL
        SELECT n.text, n.id, 1, n.place FROM name n
        ORDER BY 3, 4 LIMIT {MOST}),
    s (text, product, part, place) AS (
        SELECT c.text, (SELECT p.code FROM product p WHERE p.id = c.id), c.part, c.place FROM chosen c)
    SELECT concat('{{"items":', {json_array(_SUGGESTION, "s.part, s.place")}, '}}') FROM s
    """,
    read=True,
)


class SuggestionRepository:
    """What the catalogue of a Manager begins with; its reads take turns, as anybody may ask, at each letter."""

    def __init__(self, lists: TurnsManager) -> None:
        self._lists = lists

    async def suggest(self, typed: str) -> str:
        """Return the JSON of what begins with what was typed, which is not blank."""
        found: str = await self._lists.fetch_value(SUGGEST, q=typed)
        return found
