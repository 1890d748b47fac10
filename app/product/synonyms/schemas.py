"""Words that mean the same to the search, as JSON."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.core.web.schema import Count, Moment, Name, Schema

FEWEST_WORDS, MOST_WORDS = 2, 10
"""How many words a group has."""

MOST_GROUPS = 500

Word = Annotated[Name, StringConstraints(max_length=40)]
Group = Annotated[list[Word], Field(min_length=FEWEST_WORDS, max_length=MOST_WORDS)]
Groups = Annotated[
    list[Group],
    Field(
        max_length=MOST_GROUPS,
        description="Each is a group of words; or of up to three words that belong together, with blanks between them.",
        examples=[[["aubergine", "eggplant"], ["spring onion", "scallion"]]],
    ),
]


class NewSynonyms(Schema):
    """All groups of words that mean the same from now on."""

    groups: Groups


class WordInFile(Schema):
    """A word of a group, as a file says it."""

    group: int = Field(ge=1, description="Words of one number mean the same, whichever it is")
    word: Word = Field(description="In one group only; or up to three that belong together")


class Synonyms(Schema):
    """The groups of words that mean the same to the search."""

    groups: Groups
    version: Count
    updated_at: Moment
