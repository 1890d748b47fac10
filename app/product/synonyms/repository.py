"""Statements about words that mean the same."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Sequence

from app.core.database import Manager, Statement, json_array
from app.product.repository import Found

_GROUPS = f"""(
    SELECT {json_array("g.words", "g.number")}
    FROM (SELECT s.number, {json_array("to_json(s.written)::text", "s.place")} AS words FROM synonym s GROUP BY s.number) g)"""

READ = Statement(
    f"""
    SELECT concat('{{"groups":', {_GROUPS}, ',"version":', l.version, ',"updated_at":"', rfc3339(l.updated_at), '"}}'), l.version
    FROM synonym_list l
    """,
    read=True,
)
LOCK = Statement(f"SELECT l.version, {_GROUPS} FROM synonym_list l FOR NO KEY UPDATE OF l")
PLAIN = Statement(
    "SELECT search_words(w.written) FROM unnest(%(written)s::text[]) WITH ORDINALITY AS w (written, place) ORDER BY w.place",
    read=True,
)
CLEAR = Statement("DELETE FROM synonym")
FILL = Statement(
    """
    INSERT INTO synonym (words, written, number, place)
    SELECT * FROM unnest(%(words)s::text[], %(written)s::text[], %(numbers)s::int[], %(places)s::int[])
    """
)
STAMP = Statement("UPDATE synonym_list SET one = true")


class SynonymRepository:
    """The one list of synonyms in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self) -> Found:
        """Return the list."""
        return Found(*(await self._manager.fetch(READ))[0])

    async def lock(self) -> tuple[int, str]:
        """Return the list's version and the JSON of its groups; nobody else changes it until the transaction's end."""
        ((version, groups),) = await self._manager.fetch(LOCK)
        return version, groups

    async def plain(self, written: Sequence[str]) -> list[str]:
        """Return each of these as the search reads it: words with blanks between them."""
        return [words for (words,) in await self._manager.fetch(PLAIN, written=list(written))]

    async def replace(self, groups: Sequence[Sequence[str]], plain: Sequence[str]) -> None:
        """Have these groups, as they were written, be all there are; `plain` is what plain() returns for all their words."""
        await self._manager.run(CLEAR)
        await self._manager.run(
            FILL,
            words=list(plain),
            written=[word for group in groups for word in group],
            numbers=[number for number, group in enumerate(groups) for _ in group],
            places=[place for group in groups for place, _ in enumerate(group)],
        )
        await self._manager.run(STAMP)
