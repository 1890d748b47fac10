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
from app.product.barcodes.schemas import Barcode
from app.product.food.schemas import MinAge

CouponRefusal = Literal[
    "ended", "not_started", "used_up", "used_by_you", "below_minimum", "nothing_to_reduce"
]

LineProblem = Literal["withdrawn", "not_whole", "not_reduced", "out_of_stock"]

Substitute = Annotated[
    bool,
    Field(
        description="Whether something like it is welcome, where it is out. As it was unless given; of a new line, it is not."
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
    min_age: MinAge | None = Field(description="The age that its buyer must have.")
    substitute: bool = Field(description="Whether something like it is welcome, where it is out.")
    deposit: ItemDeposit | None
    available: QuantityOrZero = Field(description="What of the product could be bought now.")
    problems: list[LineProblem] = Field(
        description="Why checkout would refuse it: what is `withdrawn` counts in no sum; of what is `out_of_stock`, all lines"
        " of the product want more than is `available`; `not_reduced` are reduced goods that are none any more; what is"
        " `not_whole` is sold by the piece now."
    )


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
    ready: bool = Field(
        description="Whether checkout would take it now, from whom it takes for old enough: there is something in it, no line"
        " has `problems`, and no coupon is `refused`."
    )
    currency: str
    items: list[CartItem]
    coupon: CartCoupon | None
    total: Total = Field(
        description="Of all items that are not withdrawn, and the deposits on them, less the coupon, VAT included."
    )
    ceiling: Total = Field(
        description="What it may come to when it is picked, as what is weighed may be more than was ordered."
    )
    vat_total: Total = Field(
        description="The VAT within the total, as checkout would charge it now."
    )
    vat: list[VatOfRate] = Field(description="The VAT by rate, the lowest rate first.")
    min_age: MinAge | None = Field(description="The age that checkout wants confirmed.")
    created_at: Moment
    expires_at: Moment = Field(description="When an open cart ends, unless it is used.")
    purchase: UUID | None = Field(description="The purchase that was made from it.")


class OpenedCart(Cart):
    """A new cart, or the customer's open one."""

    token: str | None = Field(
        default=None,
        description="Opens a guest's cart, and for some time the purchase made from it; shown this once.",
    )


class CartClaim(Schema):
    """The token that came with a guest's cart."""

    token: Annotated[Text, Field(min_length=1, max_length=100)]


class CartChange(Schema):
    """What of a line in a guest's cart did not come into the customer's."""

    product: Sku
    wanted: Quantity
    got: QuantityOrZero
    why: Literal["withdrawn", "not_whole", "not_reduced", "too_much", "cart_full"] = Field(
        description="`too_much` is more than a cart may have of a product, `cart_full` a line more than it holds."
    )


class ClaimedCart(Cart):
    """A customer's cart, with what a guest's had in it."""

    changes: list[CartChange] = Field(description="What was left out, wholly or in part.")


class LinePatch(Schema):
    """What to change of a line."""

    substitute: Substitute


class NamedItem(Schema):
    """A product, by its code or by what a scanner read, and how much of it."""

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


class AddedItem(NamedItem):
    """A product, by its code or by what a scanner read, and how much of it comes into the cart."""

    substitute: Substitute | None = None


class ItemQuantity(Schema):
    """How much of a product is to be in the cart; whole for what is sold by the piece."""

    quantity: Quantity
    substitute: Substitute | None = None
