"""Something to sell, and carts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.builders.catalogue import product
from tests.builders.people import Person, guest_cart
from tests.builders.rows import On, insert
from tests.builders.stock import stocked


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
