"""The functions and views of the database whose texts in force are files: one each, in the folder of whoever needs it.

`migrate` creates anew those whose text has changed. Behind a function its file may have its triggers. Each says itself in its COMMENT which text it has, so that no dump,
restore or roll-back parts the two. Of two texts the one of the higher edition is the newer.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

DIRECTORY = Path(__file__).resolve().parents[2]
"""Below it are the files: all that end in .sql but for those in `migrations`."""

MARKS = r"""
    SELECT description, CASE classoid WHEN 'pg_proc'::regclass THEN 'FUNCTION ' || objoid::regprocedure
        ELSE 'VIEW ' || objoid::regclass END
    FROM pg_description
    WHERE objoid >= 16384 -- below are PostgreSQL's own
        AND classoid IN ('pg_proc'::regclass, 'pg_class'::regclass) AND objsubid = 0
        AND description ~ '^\w+, edition \d+, text [0-9a-f]+$'
    """
"""Reads the marks that are in the database, and which function or view has each."""

_FORM = re.compile(
    r"-- edition (?P<edition>[1-9]\d*)\n"
    r"(?:--.*\n)*CREATE OR REPLACE (?P<kind>FUNCTION|VIEW) (?P<name>[a-z_0-9]+)\b"
)
_SAYS = re.compile(r"(\w+), edition (\d+), text ([0-9a-f]+)")
_COMMENT = re.compile(r"--.*")
_WORD = re.compile(r"\w+")
# Of several functions with one name, the one that this transaction has made.
_MADE = {
    "FUNCTION": "SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc"
    " WHERE proname = %s AND xmin = pg_current_xact_id()::xid",
    "VIEW": "SELECT 'VIEW ' || to_regclass(%s)",
}


class Mark(NamedTuple):
    """What a function or view in the database says of its text."""

    edition: int
    text: str


NOBODYS = "0"
"""The text of a mark after a roll-back: whichever version migrates next puts its own in force."""


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
        return frozenset(_WORD.findall(_COMMENT.sub("", self.text))) - {self.name}

    def is_older_than(self, mark: Mark) -> bool:
        """Say whether what is in force is of a later version of the shop."""
        return mark.edition > self.edition and mark.text != NOBODYS


def definitions(directory: Path = DIRECTORY) -> list[Definition]:
    """Return those in `directory` and below, none before one that it needs.

    Raises ValueError for a file of another form, for two of one name, and for a ring of them.
    """
    migrations = directory / "migrations"
    files = (path for path in directory.rglob("*.sql") if migrations not in path.parents)
    found: dict[str, Definition] = {}
    for path in sorted(files):
        one = _read(path)
        if one.name in found:
            raise ValueError(f"{path}: another file has {one.name} too")
        found[one.name] = one
    order = TopologicalSorter({name: one.words & found.keys() for name, one in found.items()})
    return [found[name] for name in order.static_order()]


def _read(path: Path) -> Definition:
    text = path.read_text(encoding="utf-8")
    form = _FORM.match(text)
    if form is None or form["name"] != path.stem:
        raise ValueError(
            f"{path} must begin with `-- edition N` and then CREATE OR REPLACE a FUNCTION or VIEW of its name"
        )
    return Definition(form["name"], form["kind"], int(form["edition"]), text)


def marks(rows: Iterable[tuple[str, str]]) -> dict[str, Mark]:
    """Return the marks by name, of what MARKS has read."""
    found = {}
    for comment, _ in rows:
        ((name, edition, text),) = _SAYS.findall(comment)
        found[name] = Mark(int(edition), text)
    return found


def changed(there: Mapping[str, Mark], ours: Iterable[Definition]) -> Iterator[Definition]:
    """Yield those that the database does not have, or with another text that is not later."""
    for one in ours:
        mark = there.get(one.name)
        if mark is None or not (mark.text == one.mark.text or one.is_older_than(mark)):
            yield one


def create(cursor: Cursor, definition: Definition) -> None:
    """Put a text in force, within the caller's transaction. Raises psycopg2.Error."""
    cursor.execute(definition.text)
    cursor.execute(_MADE[definition.kind], (definition.name,))
    ((made,),) = cursor.fetchall()
    _say(cursor, made, definition.name, definition.mark)


def give_up(cursor: Cursor) -> None:
    """Have all texts be nobody's, within the caller's transaction. Servers that go by their editions serve on."""
    cursor.execute(MARKS)
    for comment, made in cursor.fetchall():
        ((name, edition, _),) = _SAYS.findall(comment)
        _say(cursor, made, name, Mark(edition, NOBODYS))


def _say(cursor: Cursor, made: str, name: str, mark: Mark) -> None:
    said = sql.Literal(f"{name}, edition {mark.edition}, text {mark.text}")
    cursor.execute(sql.SQL("COMMENT ON {} IS {}").format(sql.SQL(made), said))
