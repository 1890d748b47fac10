"""What a markdown is made of, and how it is read."""

from app import models
from app.core.database import json_object
from app.core.web import Conflict, FieldError, Problem
from app.product.kinds import Named, code_of, columns
from app.product.statements import id_by_code, page_by_name, read_by_code

_JSON = json_object(f"""
    'code', t.code, 'name', t.name, 'category', {code_of("category", "category_id")}, 'days_left', t.days_left,
    'rate', t.rate::text, 'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at)""")


def _is_there_already() -> Problem:
    return Conflict(
        "The category has a rule for as many days already.",
        code="already_exists",
        errors=[FieldError("/days_left", "has a rule in this category")],
    )


MARKDOWN = Named(
    name="markdown",
    model=models.Markdown,
    members=columns("name", "days_left", "rate", "active")
    | {"category": code_of("category", "category_id")},
    references={"category": id_by_code("category")},
    refusals={"markdown_days_key": _is_there_already},
    read=read_by_code("markdown", _JSON),
    first_page=page_by_name("markdown", _JSON, first=True),
    next_page=page_by_name("markdown", _JSON, first=False),
)
