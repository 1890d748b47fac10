"""What a category is made of, how it is read, and what the tree refuses."""

from app import models
from app.core.database import json_object
from app.core.web import FieldError, Invalid
from app.product.images.statements import paths
from app.product.kinds import Named, code_of, columns
from app.product.statements import id_by_code, page_by_name, read_by_code

_JSON = json_object(f"""
    'code', t.code, 'name', t.name, 'image', {paths("t.image")}::json,
    'parent', (SELECT above.code FROM category above WHERE above.id = t.parent_id),
    'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at)""")  # noqa: S608 - all are ours


def _misplaced() -> Invalid:
    return Invalid(
        "The category does not fit there.",
        errors=[FieldError("/parent", "must not lie below it, nor on the eighth level")],
    )


CATEGORY = Named(
    name="category",
    model=models.Category,
    members=columns("name", "image", "active") | {"parent": code_of("category", "parent_id")},
    references={"parent": id_by_code("category")},
    refusals={"category_tree": _misplaced},
    read=read_by_code("category", _JSON),
    first_page=page_by_name("category", _JSON, first=True),
    next_page=page_by_name("category", _JSON, first=False),
)
