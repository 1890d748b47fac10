"""The coupon of a cart, as JSON."""

from typing import Annotated

from pydantic import Field

from app.core.web.schema import Schema, Text

TypedCode = Annotated[Text, Field(min_length=1, max_length=60, examples=["spring10"])]
"""What a customer typed, in capitals or not."""


class CouponEntry(Schema):
    """What a customer typed, in capitals or not."""

    code: TypedCode
