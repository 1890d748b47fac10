"""The kinds of things in the catalogue: what each is made of, and how it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import models
from app.core.database import Statement
from app.product.rules import check_discount, check_product
from app.product.statements import (
    BRAND_JSON,
    CATEGORY_JSON,
    DISCOUNT_JSON,
    READ_PRODUCT,
    id_by_code,
    lock_by_code,
    page_by_name,
    read_by_code,
)


def _no_rule(_: Mapping[str, Any]) -> None:
    """Let any values pass."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """A kind of thing with a code.

    `members` maps what can change of it, by the API's names, to SQL for the value as the API shows
    it; `fields` are the model's names where they differ; `references` maps members that hold a
    code to the statement that finds its id. `check` raises Invalid for values, of all members, that
    do not fit together.
    """

    name: str
    model: type[models.Row]
    read: Statement
    members: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, Statement] = field(default_factory=dict)
    check: Callable[[Mapping[str, Any]], None] = _no_rule
    lock: Statement = field(init=False)

    def __post_init__(self) -> None:
        lock = lock_by_code(self.name, ", ".join(self.members.values()))
        object.__setattr__(self, "lock", lock)


@dataclass(frozen=True, kw_only=True, eq=False)
class Named(Kind):
    """A kind that is listed by name: there are few of each."""

    first_page: Statement
    next_page: Statement


def _code_of(table: str, key: str) -> str:
    return f"(SELECT r.code FROM {table} r WHERE r.id = t.{key})"  # noqa: S608 - both are ours


def _columns(*names: str) -> dict[str, str]:
    return {name: f"t.{name}" for name in names}


BRAND = Named(
    name="brand",
    model=models.Brand,
    members=_columns("name", "active"),
    read=read_by_code("brand", BRAND_JSON),
    first_page=page_by_name("brand", BRAND_JSON, first=True),
    next_page=page_by_name("brand", BRAND_JSON, first=False),
)

CATEGORY = Named(
    name="category",
    model=models.Category,
    members=_columns("name", "active") | {"parent": _code_of("category", "parent_id")},
    references={"parent": id_by_code("category")},
    read=read_by_code("category", CATEGORY_JSON),
    first_page=page_by_name("category", CATEGORY_JSON, first=True),
    next_page=page_by_name("category", CATEGORY_JSON, first=False),
)

DISCOUNT = Named(
    name="discount",
    model=models.Discount,
    members=_columns("name", "rate", "starts_on", "ends_on", "active"),
    check=check_discount,
    read=read_by_code("discount", DISCOUNT_JSON),
    first_page=page_by_name("discount", DISCOUNT_JSON, first=True),
    next_page=page_by_name("discount", DISCOUNT_JSON, first=False),
)

PRODUCT = Kind(
    name="product",
    model=models.Product,
    read=READ_PRODUCT,
    members=_columns("gtin", "name", "description", "unit", "vat_rate", "reorder_level", "active")
    | {
        "list_price": "t.price",
        "brand": _code_of("brand", "brand_id"),
        "category": _code_of("category", "category_id"),
        "discount": _code_of("discount", "discount_id"),
    },
    fields={"list_price": "price"},
    references={name: id_by_code(name) for name in ("brand", "category", "discount")},
    check=check_product,
)
