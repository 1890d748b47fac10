"""What the peers are sent, as pydantic models."""

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError


def _wrong(message: str) -> PydanticCustomError:
    return PydanticCustomError("wrong_value", "{message}", {"message": message})


def _decimal(digits: int, places: int, *, zero: bool) -> Any:
    """Return the validator of a decimal in a string, with at most so many digits."""
    form = re.compile(rf"[0-9]{{1,{digits}}}(?:\.[0-9]{{1,{places}}})?")
    unit = Decimal(1).scaleb(-places)

    def validate(value: object) -> Decimal:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise _wrong(
                f"must be a string with a decimal number of at most {digits} digits before the "
                f"point and {places} behind it"
            )
        number = Decimal(value).quantize(unit)
        if number == 0 and not zero:
            raise _wrong("must be greater than 0")
        return number

    return BeforeValidator(validate)


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in value):
        raise _wrong("must not contain control characters")
    return value


def _storable(value: str) -> str:
    if "\0" in value:
        raise _wrong("must not contain the character NUL")
    return value


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise _wrong(f"must be an e-mail address: {error}") from None


Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_one_line),
]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{3,28}[0-9]$")]


class Schema(BaseModel):
    """What is sent; members that are not known are refused."""

    model_config = ConfigDict(extra="forbid")


class ProductQuery(Schema):
    """Which products to list."""

    category: Code | None = None
    q: Annotated[str, Field(max_length=500), AfterValidator(_storable)] | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class ItemQuantity(Schema):
    """How much of a product is to be in the cart."""

    quantity: Annotated[Decimal, _decimal(9, 3, zero=False)]


class CheckoutRequest(Schema):
    """Who collects the purchase, and what it may cost."""

    contact_name: Name | None = None
    contact_phone: Phone | None = None
    expected_total: Annotated[Decimal, _decimal(10, 2, zero=True)] | None = None
    confirmed_age: Annotated[int, Field(ge=1, le=99)] | None = None


class Credentials(Schema):
    """An e-mail address and its password."""

    email: Annotated[str, Field(max_length=254), AfterValidator(_email)]
    password: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_storable)]
