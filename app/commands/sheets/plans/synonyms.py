"""Words that mean the same to the search: a file has all of them. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg2 import extensions

from app.commands.sheets.checking import Content, Line
from app.commands.sheets.faults import Fault, SheetError
from app.product.synonyms.schemas import FEWEST_WORDS, MOST_GROUPS, MOST_WORDS
from app.product.synonyms.service import faults

Groups = list[list[str]]


@dataclass(frozen=True, slots=True)
class Rewording:
    """All groups that there are to be, and those that there are, in the list of that version."""

    groups: Groups
    before: Groups
    version: int


def compare_synonyms(cursor: extensions.cursor, content: Content) -> Rewording:
    """Return the groups of a file, in the order in which they begin there. Raises SheetError with all that is wrong."""
    groups: dict[int, list[Line]] = defaultdict(list)
    for line in content.lines:
        groups[line.values["group"]].append(line)
    found = [*content.faults, *_faults_of_groups(groups), *_faults_of_words(cursor, groups)]
    if found:
        raise SheetError(found)
    cursor.execute("SELECT version FROM synonym_list")
    (version,) = cursor.fetchone() or (0,)
    cursor.execute(
        "SELECT array_agg(written ORDER BY place) FROM synonym GROUP BY number ORDER BY number"
    )
    before = [words for (words,) in cursor.fetchall()]
    return Rewording([_words(lines) for lines in groups.values()], before, version)


def _words(lines: Sequence[Line]) -> list[str]:
    return [line.values["word"] for line in lines]


def _faults_of_groups(groups: dict[int, list[Line]]) -> Iterator[Fault]:
    for group, lines in groups.items():
        if not FEWEST_WORDS <= len(lines) <= MOST_WORDS:
            says = f"has {len(lines)} of the {FEWEST_WORDS} to {MOST_WORDS} words of a group"
            yield Fault(lines[0].number, says, "group", group)
    if len(groups) > MOST_GROUPS:
        yield Fault(0, f"there are {len(groups)} groups, and {MOST_GROUPS} at most can be")


def _faults_of_words(cursor: extensions.cursor, groups: dict[int, list[Line]]) -> Iterator[Fault]:
    lines = [line for of_group in groups.values() for line in of_group]
    cursor.execute(
        "SELECT search_words(w.written) FROM unnest(%s::text[]) WITH ORDINALITY AS w (written, place) ORDER BY w.place",
        (_words(lines),),
    )
    plain = [words for (words,) in cursor.fetchall()]
    for place, message in faults([f"that of line {line.number}" for line in lines], plain):
        yield Fault(lines[place].number, message, "word", lines[place].values["word"])
