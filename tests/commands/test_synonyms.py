"""Synonyms as files: a file has all groups of words that mean the same."""

import pytest

from tests.builders import rows, synonyms, value

HEADING = "group,word\n"


@pytest.fixture
def take(run, write):
    """Import lines: `take("1,aubergine", "1,eggplant")` returns what the command said."""

    def call(*lines, options=()):
        content = HEADING + "".join(f"{line}\n" for line in lines)
        return run("import", "synonyms", write("s.csv", content), *options).output

    return call


@pytest.fixture
def known(fresh_database):
    """A shop that knows two groups."""
    synonyms(fresh_database, ("aubergine", "Eggplant"), ("scallion", "spring onion"))


def words(on):
    return [row.written for row in rows(on, "SELECT written FROM synonym ORDER BY number, place")]


def test_replace_the_whole_list(run, take, known, fresh_database):
    # Which number a group has, and where its lines stand, is all the same.
    lines = ("7,Schmand", "3,aubergine", "7,crème fraîche", "3,Eggplant")
    said = take(*lines, options=["--dry-run"])
    assert said == (
        "s.csv: 2 groups, 1 would be added, 1 would be removed, 1 unchanged.\n"
        "added: Schmand, crème fraîche\n"
        "removed: scallion, spring onion\n"
    )
    assert "scallion" in words(fresh_database)
    assert take(*lines) == "s.csv: 2 groups, 1 added, 1 removed, 1 unchanged.\n"
    assert words(fresh_database) == ["Schmand", "crème fraîche", "aubergine", "Eggplant"]
    assert run("export", "synonyms").stdout == (
        "group,word\n1,Schmand\n1,crème fraîche\n2,aubergine\n2,Eggplant\n"
    )
    version = "SELECT version FROM synonym_list"
    assert value(fresh_database, version) == 2
    assert take(*lines) == "s.csv: 2 groups, 0 added, 0 removed, 2 unchanged.\n"
    assert value(fresh_database, version) == 2
    noted = value(fresh_database, "SELECT detail FROM audit_log WHERE action = 'synonyms.updated'")
    assert noted == {
        "added": [["Schmand", "crème fraîche"]],
        "removed": [["scallion", "spring onion"]],
    }


def test_a_file_of_nothing_empties_it(take, known, fresh_database):
    assert take() == "s.csv: 0 groups, 0 added, 2 removed, 0 unchanged.\n"
    assert words(fresh_database) == []


def test_faults_are_said_by_line(take, known, fresh_database):
    said = take(
        "1,alone",
        "2,one",
        "2,Öne",
        "2,!",
        "2,a b c d",
        "0,zero",
        "2,",
        *(f"3,{letter}" for letter in "abcdefghijk"),
    )
    assert said.splitlines() == [
        "s.csv: group '1' has 1 of the 2 to 10 words of a group: line 2.",
        "s.csv: word 'Öne' is the same word as that of line 3: line 4.",
        "s.csv: word '!' must have a letter or a figure: line 5.",
        "s.csv: word 'a b c d' must be at most 3 words: line 6.",
        "s.csv: group '0' must be a whole number above 0: line 7.",
        "s.csv: word is empty: line 8.",
        "s.csv: group '3' has 11 of the 2 to 10 words of a group: line 9.",
        "Nothing was imported.",
    ]
    assert len(words(fresh_database)) == 4
    said = take(*(f"{n},{n} {letter}" for n in range(1, 502) for letter in "ab"))
    assert said.startswith("s.csv: there are 501 groups, and 500 at most can be.\n")
