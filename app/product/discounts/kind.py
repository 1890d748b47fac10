"""What a discount is made of, what must hold between its values, and how it is read."""

from collections.abc import Mapping
from typing import Any

from app import models
from app.core.database import json_object
from app.core.web import FieldError, Invalid
from app.product.kinds import Named, columns
from app.product.statements import page_by_name, read_by_code

_JSON = json_object("""
    'code', t.code, 'name', t.name, 'rate', t.rate::text,
    'starts_on', t.starts_on, 'ends_on', t.ends_on, 'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at)""")


def check_discount(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a discount that would end before it starts."""
    if values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        raise Invalid(
            "The values do not fit together.",
            errors=[FieldError("/ends_on", "must not be before starts_on")],
        )


DISCOUNT = Named(
    name="discount",
    model=models.Discount,
    members=columns("name", "rate", "starts_on", "ends_on", "active"),
    check=check_discount,
    read=read_by_code("discount", _JSON),
    first_page=page_by_name("discount", _JSON, first=True),
    next_page=page_by_name("discount", _JSON, first=False),
)
