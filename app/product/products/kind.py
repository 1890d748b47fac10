"""What a product is made of, what must hold between its values, and what its table refuses."""

from collections.abc import Mapping
from typing import Any

from app import models
from app.core.database import TransactionConflict
from app.core.web import Conflict, FieldError, Invalid
from app.product.kinds import Kind, code_of, columns
from app.product.products.barcodes import faults
from app.product.products.statements import READ_PRODUCT
from app.product.statements import id_by_code


def check_product(values: Mapping[str, Any]) -> None:
    """Raise Invalid for a reorder level in parts of what is sold by the piece, what only pieces have, and what faults() finds."""
    errors = list(faults(values))
    if values["unit"] == "piece" and values["reorder_level"] % 1:
        errors.append(
            FieldError("/reorder_level", "must be whole, as the product is sold by the piece")
        )
    if values["unit"] != "piece":
        errors += [
            FieldError(f"/{member}", "must be null, as the product is not sold by the piece")
            for member in ("deposit", "net_quantity")
            if values[member] is not None
        ]
    if (values["net_quantity"] is None) != (values["net_unit"] is None):
        errors.append(FieldError("/net_unit", "must be given with net_quantity, and only then"))
    if errors:
        raise Invalid("The values do not fit together.", errors=errors)


def _somebody_was_faster() -> TransactionConflict:
    """Return what has all of it tried again: the repository then finds the other product, and names it."""
    return TransactionConflict("another product got the same barcode or PLU meanwhile")


def _unit_is_in_use() -> Conflict:
    return Conflict(
        "The unit cannot change: stock of the product, what is asked of suppliers, how they sell it or a count is in it.",
        code="in_use",
        errors=[FieldError("/unit", "is in use")],
    )


PRODUCT = Kind(
    name="product",
    model=models.Product,
    read=READ_PRODUCT,
    members=columns(
        *("gtin", "plu", "other_barcodes", "name", "description", "unit", "vat_rate"),
        *("reorder_level", "active"),
        *("net_quantity", "net_unit", "ingredients", "allergens", "diets", "nutrition"),
        *("food_business", "origin", "storage", "alcohol", "min_age", "shelf_life_days"),
    )
    | {
        "image": "t.image",
        "list_price": "t.price",
        "brand": code_of("brand", "brand_id"),
        "category": code_of("category", "category_id"),
        "discount": code_of("discount", "discount_id"),
        "deposit": code_of("deposit", "deposit_id"),
    },
    fields={"list_price": "price"},
    references={name: id_by_code(name) for name in ("brand", "category", "discount", "deposit")},
    documents=frozenset({"allergens", "diets", "nutrition", "other_barcodes"}),
    check=check_product,
    refusals={
        "product_gtin_key": _somebody_was_faster,
        "product_gtin14_key": _somebody_was_faster,
        "product_plu_key": _somebody_was_faster,
        "barcode_pkey": _somebody_was_faster,
        "product_unit_in_use": _unit_is_in_use,
    },
)
