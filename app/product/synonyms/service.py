"""What staff says of words that mean the same."""

from collections.abc import Iterator, Sequence

import orjson

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import FieldError, Invalid
from app.core.web.conditional import check_version
from app.product.repository import Found
from app.product.synonyms.repository import SynonymRepository

MOST_TOGETHER = 3
"""Of how many words one is made at most: the search looks for so many next to each other."""


def faults(places: Sequence[str], plain: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with words that are `plain` to the search: of the how manieth, and what.

    `places` says of each where it stands.
    """
    known: dict[str, str] = {}
    for number, (place, words) in enumerate(zip(places, plain, strict=True)):
        if not words:
            yield number, "must have a letter or a figure"
        elif len(words.split()) > MOST_TOGETHER:
            yield number, f"must be at most {MOST_TOGETHER} words"
        elif words in known:
            yield number, f"is the same word as {known[words]}"
        known.setdefault(words, place)


class SynonymList:
    """The one list of synonyms. Changes are noted in the audit log, and take effect at once."""

    def __init__(self, manager: Manager, repository: SynonymRepository, audit: AuditTrail) -> None:
        self._manager = manager
        self._repository = repository
        self._audit = audit

    async def read(self) -> Found:
        """Return the list."""
        return await self._repository.read()

    async def replace(
        self, groups: list[list[str]], *, expected: int | None, by: int | None
    ) -> Found:
        """Have these be all groups, and return the list; what is so already is no change.

        Raises PreconditionFailed unless its version is `expected` (None: any), and Invalid for what the search cannot
        look for, and for a word that is there twice.
        """
        plain = await self._repository.plain([word for group in groups for word in group])
        places = [f"/groups/{n}/{m}" for n, group in enumerate(groups) for m, _ in enumerate(group)]
        if found := list(faults(places, plain)):
            errors = [FieldError(places[number], message) for number, message in found]
            raise Invalid("The words cannot be synonyms.", errors=errors)

        async def work() -> Found:
            version, found = await self._repository.lock()
            check_version(version, expected)
            before = orjson.loads(found)
            if before != groups:
                await self._repository.replace(groups, plain)
                detail = {
                    "added": [group for group in groups if group not in before],
                    "removed": [group for group in before if group not in groups],
                }
                await self._audit.record(by, "synonyms.updated", "synonyms", detail)
            return await self._repository.read()

        return await self._manager.transaction(work)
