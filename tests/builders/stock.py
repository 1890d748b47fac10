"""Suppliers, invoice requests, and stock."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.builders.rows import On, insert, rows, unique


def supplier(on: On, **more: Any) -> Any:
    """Insert a supplier; `more` are its columns."""
    code = more.pop("code", None) or unique("supplier")
    return insert(on, "supplier", **{"code": code, "name": f"Test {code}", **more})


def article(on: On, supplier: Any, product: Any, **more: Any) -> Any:
    """Have a supplier sell a product (rows: their ids count), at 0.5000 unless `more` columns say otherwise."""
    columns = {"supplier_id": supplier.id, "product_id": product.id, "unit_cost": "0.5000", **more}
    return insert(on, "supplier_article", **columns)


def stocked(
    on: On,
    product: Any,
    quantity: str | int | Decimal,
    *,
    expires_on: date | None = None,
    unit_cost: str | Decimal = "0.5000",
    supplier: Any = None,
) -> Any:
    """Receive a new lot of a product (a row: its `id` counts), and return the lot's row.

    `expires_on` may lie in the past: that is how a test gets expired stock.
    """
    lot = insert(
        on,
        "stock",
        product_id=product.id,
        supplier_id=supplier.id if supplier else None,
        unit_cost=unit_cost,
        expires_on=expires_on,
    )
    insert(
        on,
        "stock_movement",
        kind="receipt",
        product_id=product.id,
        stock_id=lot.id,
        quantity=quantity,
        reason="opening stock",
    )
    return stock_of(on, lot)


def stock_of(on: On, lot: Any) -> Any:
    """Return the lot's row as it is now."""
    (row,) = rows(on, "SELECT * FROM stock WHERE id = %(id)s", id=lot.id)
    return row


def level_of(on: On, product: Any) -> Any:
    """Return the product's sums as they are now: on_hand, allocated, expired, available."""
    (row,) = rows(on, "SELECT * FROM availability WHERE product_id = %(id)s", id=product.id)
    return row


def allocated(on: On, lot: Any, quantity: str | int | Decimal) -> None:
    """Promise some of a lot to nobody in particular, in the lot and in its product's level."""
    rows(
        on,
        "WITH lot AS (UPDATE stock SET allocated = allocated + %(quantity)s WHERE id = %(id)s)"
        " UPDATE stock_level SET allocated = allocated + %(quantity)s"
        " WHERE product_id = %(product)s",
        id=lot.id,
        product=lot.product_id,
        quantity=quantity,
    )


def invoice_request(
    on: On, *lines: tuple[Any, str | int | Decimal, str | Decimal], **more: Any
) -> Any:
    """Insert an open invoice request with a line for each (product, quantity, unit cost)."""
    if "supplier_id" not in more:
        more["supplier_id"] = supplier(on).id
    made = insert(on, "invoice_request", **{"code": unique("IR"), **more})
    for product, quantity, unit_cost in lines:
        insert(
            on,
            "invoice_request_line",
            invoice_request_id=made.id,
            product_id=product.id,
            quantity=quantity,
            unit_cost=unit_cost,
        )
    return made
