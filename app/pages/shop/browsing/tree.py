"""The tree of categories, as shoppers walk it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.product.categories.kind import CATEGORY
from app.product.service import Catalogue

_SECONDS = 30
"""How long a worker shows the tree that it has read."""

_PAGE = 500


@dataclass(slots=True)
class Branch:
    """A category that is sold from, and those below it, by name."""

    code: str
    name: str
    image: Mapping[str, str] | None
    parent: str | None
    below: list["Branch"] = field(default_factory=list)


class Tree:
    """The categories by their codes; those under a withdrawn one are left out."""

    def __init__(self, found: Sequence[Mapping[str, Any]]) -> None:
        self._by_code = {
            each["code"]: Branch(each["code"], each["name"], each["image"], each["parent"])
            for each in found
        }
        self.roots: list[Branch] = []
        for branch in self._by_code.values():
            if branch.parent is None:
                self.roots.append(branch)
            elif above := self._by_code.get(branch.parent):
                above.below.append(branch)

    def get(self, code: str | None) -> Branch | None:
        """Return the category with that code, None where there is none."""
        return self._by_code.get(code or "")

    def path(self, code: str | None) -> list[Branch]:
        """Return the category and all above it, from the root on."""
        return [*self._upwards(code)][::-1]

    def _upwards(self, code: str | None) -> Iterator[Branch]:
        branch = self.get(code)
        while branch is not None:
            yield branch
            branch = self.get(branch.parent)


class Trees:
    """Reads the tree, and keeps it for some seconds: it stands on each page."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._tree = Tree(())
        self._good_until = 0.0

    async def read(self) -> Tree:
        """Return the tree, at most some seconds old."""
        if time.monotonic() >= self._good_until:
            self._tree = Tree([each async for each in self._categories()])
            self._good_until = time.monotonic() + _SECONDS
        return self._tree

    async def _categories(self) -> Any:
        behind: tuple[Any, ...] | None = None
        while True:
            rows = await self._catalogue.page(CATEGORY, active=True, limit=_PAGE, after=behind)
            for row in rows:
                yield orjson.loads(row[0])
            if len(rows) < _PAGE:
                return
            behind = tuple(rows[-1][1:])
