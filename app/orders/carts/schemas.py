"""Carts, as JSON."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.web.schema import (
    Moment,
    Money,
    Name,
    Quantity,
    QuantityOrZero,
    Schema,
    Sku,
    Total,
)
from app.orders.schemas import Unit, VatOfRate


class CartProduct(Schema):
    """A product, in short."""

    code: Sku
    name: Name
    unit: Unit


class CartItem(Schema):
    """So much of a product in a cart, at today's price."""

    product: CartProduct
    quantity: Quantity
    unit_price: Money = Field(description="The price of one unit today, VAT included.")
    total: Total
    available: QuantityOrZero = Field(description="What of the product could be bought now.")


class Cart(Schema):
    """What somebody means to buy. Nothing is promised before checkout, neither price nor stock."""

    id: UUID
    status: Literal["open", "checked_out"]
    currency: str
    items: list[CartItem]
    total: Total
    vat_total: Total = Field(
        description="The VAT within the total, as checkout would charge it now."
    )
    vat: list[VatOfRate] = Field(description="The VAT by rate, the lowest rate first.")
    created_at: Moment
    expires_at: Moment = Field(description="When an open cart ends, unless it is used.")
    purchase: UUID | None = Field(description="The purchase that was made from it.")


class OpenedCart(Cart):
    """A new cart."""

    token: str | None = Field(
        default=None,
        description="Opens a guest's cart, and for some time the purchase made from it; shown this once.",
    )


class ItemQuantity(Schema):
    """How much of a product is to be in the cart; whole for what is sold by the piece."""

    quantity: Quantity
