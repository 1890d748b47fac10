"""Something to sell, and carts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.builders.catalogue import product
from tests.builders.people import Person, guest_cart
from tests.builders.rows import On, insert, rows
from tests.builders.stock import allocated, stocked


def on_sale(
    on: On,
    *,
    stock: str | int | None = 10,
    expires_on: date | None = None,
    price: str | Decimal = "2.50",
    **more: Any,
) -> Any:
    """Insert a product with that much in stock (None: no lot at all); `more` is what product() takes."""
    made = product(on, price, **more)
    if stock is not None:
        stocked(on, made, stock, expires_on=expires_on)
    return made


def filled_cart(
    on: On, *items: tuple[Any, str | int | Decimal], owner: Person | None = None, hours: float = 1
) -> Any:
    """Insert a guest's cart, or its `owner`'s, with (product, quantity) in it; `headers` open it."""
    if owner is None:
        made = guest_cart(on, hours=hours)
    else:
        ends = datetime.now(UTC) + timedelta(hours=hours)
        made = insert(on, "cart", customer_id=owner.customer_id, expires_at=ends)
        made.headers = owner.headers
    for wanted, quantity in items:
        insert(on, "cart_item", cart_id=made.id, product_id=wanted.id, quantity=quantity)
    return made


def placed(
    on: On, *promises: tuple[Any, str | int | Decimal], paid: str | int | Decimal = 0, **more: Any
) -> Any:
    """Insert a purchase that waits, promised so much of lots (rows, each of a product of its own).

    A unit costs 1.00; so much of it is paid. `more` are its columns.
    """
    cart = guest_cart(on)
    rows(on, "UPDATE cart SET status = 'checked_out' WHERE id = %(id)s", id=cart.id)
    columns = {
        "cart_id": cart.id,
        "token_hash": cart.token_hash,
        "contact_name": "Test",
        "currency": "EUR",
        "total": sum(Decimal(quantity) for _, quantity in promises),
        "vat_total": 0,
        "pay_by": datetime.now(UTC) + timedelta(hours=1),
    }
    made = insert(on, "purchase", **columns | more)
    for lot, quantity in promises:
        _promise(on, made, lot, Decimal(quantity))
    if Decimal(paid):
        insert(on, "payment", purchase_id=made.id, kind="payment", method="card", amount=paid)
    return made


def _promise(on: On, purchase: Any, lot: Any, quantity: Decimal) -> None:
    line = insert(
        on,
        "purchase_line",
        purchase_id=purchase.id,
        product_id=lot.product_id,
        code=f"p{lot.product_id}",
        name="Test",
        unit="piece",
        quantity=quantity,
        price=1,
        discount_rate=0,
        unit_price=1,
        vat_rate=0,
        total=quantity,
        vat_amount=0,
    )
    insert(on, "allocation", purchase_line_id=line.id, stock_id=lot.id, quantity=quantity)
    allocated(on, lot, quantity)
