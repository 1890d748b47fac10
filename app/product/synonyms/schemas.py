"""Words that mean the same to the search, as JSON."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.core.web.schema import Count, Moment, Name, Schema

Word = Annotated[Name, StringConstraints(max_length=40)]
Group = Annotated[list[Word], Field(min_length=2, max_length=10)]
Groups = Annotated[
    list[Group],
    Field(
        max_length=500,
        description="Each is a group of words; or of up to three words that belong together, with blanks between them.",
        examples=[[["aubergine", "eggplant"], ["spring onion", "scallion"]]],
    ),
]


class NewSynonyms(Schema):
    """All groups of words that mean the same from now on."""

    groups: Groups


class Synonyms(Schema):
    """The groups of words that mean the same to the search."""

    groups: Groups
    version: Count
    updated_at: Moment
