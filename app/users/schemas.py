"""What lists of people are asked."""

from pydantic import Field

from app.core.web.paging import PageQuery


class PeopleQuery(PageQuery):
    """The query of a list of people."""

    q: str | None = Field(
        None, min_length=1, max_length=100, description="A part of the name or the e-mail address."
    )
    active: bool = Field(default=True, description="Those who may log in, or those who may not.")
