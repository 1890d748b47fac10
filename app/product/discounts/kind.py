"""What a discount is made of, what must hold between its values, and how it is read."""

from collections.abc import Mapping
from typing import Any

from app import models
from app.core.database import json_object
from app.core.web import FieldError, Invalid
from app.product.kinds import Named, columns
from app.product.statements import page_by_name, read_by_code, unknown_codes

_JSON = json_object("""
    'code', t.code, 'name', t.name, 'rate', t.rate::text, 'amount', t.amount::text, 'buy', t.buy, 'pay', t.pay,
    'price', t.price::text, 'products', t.products, 'categories', t.categories, 'brands', t.brands,
    'starts_on', t.starts_on, 'ends_on', t.ends_on, 'weekdays', t.weekdays, 'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at)""")


def check_discount(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a discount that takes off in two ways, or in none, and for one that would end before it starts."""
    errors = list(_faulty_terms(values))
    if values["ends_on"] is not None and values["ends_on"] < values["starts_on"]:
        errors.append(FieldError("/ends_on", "must not be before starts_on"))
    if errors:
        raise Invalid("The values do not fit together.", errors=errors)


def _faulty_terms(values: Mapping[str, Any]) -> list[FieldError]:
    """Return what is wrong with how a discount takes off."""
    ways = [name for name in ("rate", "amount", "pay", "price") if values[name] is not None]
    if len(ways) != 1:
        message = "must be given if there is no amount, pay or price, and only then"
        return [FieldError("/rate", message)]
    if (values["buy"] is None) != (ways[0] in {"rate", "amount"}):
        return [FieldError("/buy", "must be given with pay or price, and only then")]
    if values["pay"] is not None and values["pay"] >= values["buy"]:
        return [FieldError("/pay", "must be less than buy")]
    return []


DISCOUNT = Named(
    name="discount",
    model=models.Discount,
    members=columns(
        *("name", "rate", "amount", "buy", "pay", "price"),
        *("products", "categories", "brands"),
        *("starts_on", "ends_on", "weekdays", "active"),
    ),
    documents=frozenset({"products", "categories", "brands", "weekdays"}),
    code_lists={
        "products": unknown_codes("product"),
        "categories": unknown_codes("category"),
        "brands": unknown_codes("brand"),
    },
    check=check_discount,
    read=read_by_code("discount", _JSON),
    first_page=page_by_name("discount", _JSON, first=True),
    next_page=page_by_name("discount", _JSON, first=False),
)
