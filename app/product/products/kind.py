"""What a product is made of, what must hold between its values, and what its table refuses."""

from collections.abc import Mapping
from typing import Any

from app import models
from app.core.web import Conflict, FieldError, Invalid
from app.product.kinds import Kind, code_of, columns
from app.product.products.statements import READ_PRODUCT
from app.product.statements import id_by_code


def check_product(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a reorder level in parts of what is sold by the piece."""
    if values["unit"] == "piece" and values["reorder_level"] % 1:
        raise Invalid(
            "The values do not fit together.",
            errors=[
                FieldError("/reorder_level", "must be whole, as the product is sold by the piece")
            ],
        )


def _gtin_is_taken() -> Conflict:
    return Conflict(
        "There is a product with that gtin already.",
        code="already_exists",
        errors=[FieldError("/gtin", "is taken")],
    )


def _unit_is_in_use() -> Conflict:
    return Conflict(
        "The unit cannot change: stock of the product is counted in it.",
        code="in_use",
        errors=[FieldError("/unit", "is in use")],
    )


PRODUCT = Kind(
    name="product",
    model=models.Product,
    read=READ_PRODUCT,
    members=columns("gtin", "name", "description", "unit", "vat_rate", "reorder_level", "active")
    | {
        "image": "t.image",
        "list_price": "t.price",
        "brand": code_of("brand", "brand_id"),
        "category": code_of("category", "category_id"),
        "discount": code_of("discount", "discount_id"),
    },
    fields={"list_price": "price"},
    references={name: id_by_code(name) for name in ("brand", "category", "discount")},
    check=check_product,
    refusals={
        "product_gtin_key": _gtin_is_taken,
        "product_gtin14_key": _gtin_is_taken,
        "product_unit_in_use": _unit_is_in_use,
    },
)
