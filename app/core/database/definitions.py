"""The functions and views of the database whose texts in force are files: one each, in the folder of whoever needs it.

`migrate` creates anew those whose text has changed. Each says itself in its COMMENT which text it has: what comes without
one, as from a dump that was restored without comments, has a text that nobody knows. Of two texts the one of the higher
edition is the newer. Behind a function its file may have its triggers.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).resolve().parents[2]
"""Below it are the files: all that end in .sql but for those in `migrations`."""

_SAID = r"(\w+), edition (\d+), text ([0-9a-f]+)"

MARKS = f"""
    SELECT d.description, 'FUNCTION ' || p.oid::regprocedure
    FROM pg_proc p
    JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
    WHERE p.pronamespace = 'public'::regnamespace AND d.description ~ '^{_SAID}$'
    UNION ALL
    SELECT d.description, 'VIEW ' || c.oid::regclass
    FROM pg_class c
    JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v' AND d.description ~ '^{_SAID}$'
    """  # noqa: S608 - ours
"""Reads the marks that are in the database, and which function or view has each."""

_FORM = re.compile(
    r"-- edition (?P<edition>[1-9]\d*)\n"
    r"(?:--.*\n)*CREATE OR REPLACE (?P<kind>FUNCTION|VIEW) (?P<name>[a-z_0-9]+)\b"
)
_ENDS = re.compile(r"^\s*(?:COMMIT|ROLLBACK)\s*;", re.MULTILINE | re.IGNORECASE)
_COMMENT = re.compile(r"--.*")
_WORD = re.compile(r"\w+")


class Mark(NamedTuple):
    """What a function or view in the database says of its text."""

    edition: int
    text: str

    def comment(self, name: str) -> str:
        """Return how the function or view of that name says it."""
        return f"{name}, edition {self.edition}, text {self.text}"


NOBODYS = "0"
"""The text of a mark where it is not known which text is in force: whoever has another one may replace it."""


@dataclass(frozen=True)
class Definition:
    """A function or view as a file has it."""

    name: str
    kind: str
    edition: int
    text: str

    @cached_property
    def mark(self) -> Mark:
        """What the one in the database says that has this text."""
        return Mark(self.edition, hashlib.sha256(self.text.encode()).hexdigest()[:16])

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of its text, comments left out: among them, what it calls and reads."""
        return frozenset(_WORD.findall(_COMMENT.sub("", self.text).lower())) - {self.name}

    def is_older_than(self, mark: Mark) -> bool:
        """Say whether what is in force is of a later version of the shop."""
        return mark.edition > self.edition and mark.text != NOBODYS


def definitions(directory: Path = DIRECTORY) -> list[Definition]:
    """Return those in `directory` and below, none before one that it needs.

    Raises ValueError for a file of another form, for two of one name, and for a ring of them.
    """
    found = _all_in(directory)
    order = TopologicalSorter({name: one.words & found.keys() for name, one in found.items()})
    try:
        return [found[name] for name in order.static_order()]
    except CycleError as error:
        raise ValueError(f"These name each other in a ring: {', '.join(error.args[1])}") from None


def editions(directory: Path = DIRECTORY) -> dict[str, int]:
    """Return which edition of each this code was written for, by name. Raises ValueError as definitions() does for files."""
    return {name: one.edition for name, one in _all_in(directory).items()}


def _all_in(directory: Path) -> dict[str, Definition]:
    migrations = directory / "migrations"
    files = (
        path
        for path in directory.rglob("*.sql")
        if migrations not in path.parents and not path.name.startswith(".")
    )
    found: dict[str, Definition] = {}
    for path in sorted(files):
        one = _read(path)
        if one.name in found:
            raise ValueError(f"{path}: another file has {one.name} too")
        found[one.name] = one
    return found


def _read(path: Path) -> Definition:
    text = path.read_text(encoding="utf-8")
    form = _FORM.match(text)
    if form is None or form["name"] != path.stem:
        raise ValueError(
            f"{path} must begin with `-- edition N` and then CREATE OR REPLACE a FUNCTION or VIEW of its name"
        )
    if _ENDS.search(text):
        raise ValueError(f"{path} must not end the transaction that it is applied in")
    return Definition(form["name"], form["kind"], int(form["edition"]), text)


def said(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Mark, str]]:
    """Yield the name, the mark, and what has it, of each row that MARKS has read."""
    for comment, made in rows:
        ((name, edition, text),) = re.findall(_SAID, comment)
        yield name, Mark(int(edition), text), made


def marks(rows: Iterable[tuple[str, str]]) -> dict[str, Mark]:
    """Return the marks by name, of what MARKS has read."""
    found: dict[str, Mark] = {}
    for name, mark, _ in said(rows):
        # Of two with one name, as an old one may be taken for the new one, what is known to be the file's.
        found[name] = max(found.get(name, mark), mark)
    return found


def changed(there: Mapping[str, Mark], ours: Iterable[Definition]) -> Iterator[Definition]:
    """Yield those that the database does not have, or with another text that is not later."""
    for one in ours:
        mark = there.get(one.name)
        if mark is None or not (mark.text == one.mark.text or one.is_older_than(mark)):
            yield one
