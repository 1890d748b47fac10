"""What all things of the catalogue have, as JSON."""

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import Code, Count, Moment, Name, Schema


class ListQuery(PageQuery):
    """Which brands, categories or discounts to list, by name."""

    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")


class Listed(Schema):
    """What all things of the catalogue have."""

    code: Code
    name: Name
    active: bool = Field(description="`false` once it is withdrawn.")
    version: Count
    created_at: Moment
    updated_at: Moment
