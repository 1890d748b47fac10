"""Carts, as JSON."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.core.web.schema import (
    Code,
    Date,
    Moment,
    Money,
    Name,
    Quantity,
    QuantityOrZero,
    Schema,
    Sku,
    Text,
    Total,
)
from app.orders.schemas import LineDiscount, Offer, Unit, VatOfRate
from app.product.barcodes.reading import LONGEST

CouponRefusal = Literal[
    "ended", "not_started", "used_up", "used_by_you", "below_minimum", "nothing_to_reduce"
]

Barcode = Annotated[
    Text,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="What a scanner read: all that `GET /api/v1/barcodes/{code}` reads.",
        examples=["4006381333931"],
    ),
]


class CartProduct(Schema):
    """A product, in short."""

    code: Sku
    name: Name
    unit: Unit


class ItemDeposit(Schema):
    """The deposit on so many pieces, beside their price."""

    code: Code
    name: Name
    amount: Money = Field(description="On one piece, VAT included.")
    total: Total


class CartItem(Schema):
    """So much of a product in a cart, at today's price; or what a label says that prints its price."""

    id: int = Field(description="The line's.")
    offer: Offer
    best_before: Date | None = Field(description="The day that is on reduced goods.")
    product: CartProduct
    quantity: Quantity
    list_price: Money = Field(description="What one unit costs without a discount, VAT included.")
    unit_price: Money = Field(
        description="The price of one unit today, VAT included; of a multi-buy, the list price, whatever the total is."
    )
    discount: LineDiscount | None = Field(description="What makes it less; never two.")
    label_price: Money | None = Field(
        description="The price that a label prints, which is charged then."
    )
    total: Total = Field(description="Without the deposit.")
    deposit: ItemDeposit | None
    available: QuantityOrZero = Field(description="What of the product could be bought now.")


class CartCoupon(Schema):
    """The coupon that a cart will redeem, and what it takes off."""

    code: str = Field(examples=["SPRING10"])
    name: Name
    reduction: Total = Field(description="What it takes off the goods, today.")
    refused: CouponRefusal | None = Field(
        description="Why it takes nothing off, and checkout would refuse it; null where it does."
    )
    minimum: Money = Field(description="What the goods must cost at least.")


class Cart(Schema):
    """What somebody means to buy. Nothing is promised before checkout, neither price nor stock."""

    id: UUID
    status: Literal["open", "checked_out"]
    currency: str
    items: list[CartItem]
    coupon: CartCoupon | None
    total: Total = Field(
        description="Of all items and the deposits on them, less the coupon, VAT included."
    )
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


class AddedItem(Schema):
    """A product, by its code or by what a scanner read, and how much of it comes into the cart."""

    product: Sku | None = Field(default=None, description="The product's code.")
    barcode: Barcode | None = None
    best_before: Date | None = Field(
        default=None, description="Of a product's reduced goods: the day that is on them."
    )
    quantity: Quantity | None = Field(
        default=None,
        description="Times what the barcode is on; 1 unless given. It must be given where a barcode says too little, as of what"
        " is sold by weight, and left out where a label says how much it is.",
    )


class ItemQuantity(Schema):
    """How much of a product is to be in the cart; whole for what is sold by the piece."""

    quantity: Quantity
