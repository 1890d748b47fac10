"""Categories, as JSON."""

from pydantic import Field

from app.core.web.schema import Code, Name, Schema, omitted
from app.product.images.schemas import ImagePaths
from app.product.schemas import Listed


class NewCategory(Schema):
    """A category to be known from now on."""

    code: Code
    name: Name
    parent: Code | None = Field(default=None, description="The code of the category above it.")


class CategoryChanges(Schema):
    """What of a category changes; `active: false` withdraws it, `parent: null` makes it a root."""

    name: Name = omitted()
    parent: Code | None = omitted()
    active: bool = omitted()


class Category(Listed):
    """A node in the tree of categories, which is at most eight levels deep."""

    image: ImagePaths | None = Field(description="null where there is none.")
    parent: Code | None = Field(description="The code of the category above it; null for a root.")
