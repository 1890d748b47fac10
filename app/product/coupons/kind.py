"""What a coupon is made of, what must hold between its values, and how it is read."""

from collections.abc import Mapping
from typing import Any

from app import models
from app.core.database import json_object
from app.core.web import Conflict, FieldError, Invalid, Problem
from app.product.kinds import Named, columns
from app.product.statements import page_by_name, read_by_code, unknown_codes

_JSON = json_object("""
    'code', t.code, 'name', t.name, 'rate', t.rate::text, 'amount', t.amount::text, 'minimum', t.minimum::text,
    'starts_on', t.starts_on, 'ends_on', t.ends_on, 'uses', t.uses, 'uses_each', t.uses_each,
    'single_use', t.single_use, 'excluded_products', t.excluded_products,
    'excluded_categories', t.excluded_categories, 'excluded_brands', t.excluded_brands, 'used', t.used,
    'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at)""")


def check_coupon(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a coupon of a rate and an amount, or of neither, and for one that would end before it starts."""
    errors = []
    if (values["rate"] is None) == (values["amount"] is None):
        errors.append(FieldError("/amount", "must be given if there is no rate, and only then"))
    if values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        errors.append(FieldError("/ends_on", "must not be before starts_on"))
    if errors:
        raise Invalid("The values do not fit together.", errors=errors)


def _is_used_more() -> Problem:
    return Conflict(
        "It was redeemed more often already.",
        code="in_use",
        errors=[FieldError("/uses", "must not be less than how often it was used")],
    )


COUPON = Named(
    name="coupon",
    model=models.Coupon,
    members=columns(
        *("name", "rate", "amount", "minimum", "starts_on", "ends_on", "uses", "uses_each"),
        *("single_use", "excluded_products", "excluded_categories", "excluded_brands", "active"),
    ),
    documents=frozenset({"excluded_products", "excluded_categories", "excluded_brands"}),
    code_lists={
        "excluded_products": unknown_codes("product"),
        "excluded_categories": unknown_codes("category"),
        "excluded_brands": unknown_codes("brand"),
    },
    check=check_coupon,
    refusals={"coupon_used_up": _is_used_more},
    read=read_by_code("coupon", _JSON),
    first_page=page_by_name("coupon", _JSON, first=True),
    next_page=page_by_name("coupon", _JSON, first=False),
)
