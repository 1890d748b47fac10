"""Sales at the counter, as JSON."""

from decimal import Decimal

from pydantic import Field, field_validator

from app.core.web.schema import (
    Code,
    PositiveMoney,
    Quantity,
    Schema,
    SignedTotal,
    Text,
    wrong,
)
from app.orders.carts.schemas import NamedItem
from app.orders.coupons.schemas import TypedCode
from app.orders.invoices.schemas import Document
from app.orders.purchases.schemas import (
    Method,
    Payment,
    RedeemedCoupon,
    Reference,
    Till,
    of_cash,
)
from app.product.barcodes.schemas import ShortBarcode


class SoldItem(NamedItem):
    """A product, by its code or by what a scanner read, and how much of it is sold."""

    barcode: ShortBarcode | None = None


class ReturnedDeposit(Schema):
    """So many bottles or crates that are given back."""

    deposit: Code = Field(description="The deposit's code.")
    quantity: Quantity = Field(examples=["6"])

    @field_validator("quantity")
    @classmethod
    def _whole(cls, value: Decimal) -> Decimal:
        if value % 1:
            raise wrong("must be whole")
        return value


class SalePayment(Schema):
    """Money that is taken, or, where the total is below 0, paid out."""

    method: Method
    amount: PositiveMoney | None = Field(
        default=None, description="One payment may leave it out: it is for the rest."
    )
    tendered: PositiveMoney | None = Field(
        default=None, description="The cash that is handed over for it."
    )
    reference: Reference = ""

    _of_cash = field_validator("tendered")(of_cash)


class Sale(Schema):
    """What lies on the counter, what is given back, and how it is paid."""

    till: Till = None
    lines: list[SoldItem] = Field(
        default_factory=list,
        max_length=150,
        description="The same again is added to what there is of it, as in a cart.",
    )
    deposits_returned: list[ReturnedDeposit] = Field(default_factory=list, max_length=20)
    coupon: TypedCode | None = Field(default=None, description="The code that was shown.")
    age_checked: bool = Field(
        default=False,
        description="Whether the buyer is seen to have the age that the goods ask for.",
    )
    expected_total: SignedTotal | None = Field(
        default=None, description="Refuse, with the new total, if it comes to something else."
    )
    payments: list[SalePayment] = Field(
        default_factory=list,
        max_length=5,
        description="All of it in cash, unless they say otherwise. They come to the total; below 0, one says how it is paid out.",
    )


class Receipt(Document):
    """What is printed for who has bought: the invoice, and how it was paid."""

    till: Text | None
    coupon: RedeemedCoupon | None
    payments: list[Payment] = Field(
        description="With the change and the rounding of cash. A `refund` was paid out."
    )
