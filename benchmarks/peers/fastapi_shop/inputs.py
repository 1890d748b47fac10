"""What requests hold, as pydantic models, and how their bearer token is found."""

import re
from decimal import Decimal
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from fastapi import Depends, Header
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from benchmarks.peers.fastapi_shop.problems import Problem, no_token

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,512}=*)", re.IGNORECASE | re.ASCII)


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain the character NUL")
    return value


def _email(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"must be an e-mail address: {error}") from None


Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_storable),
]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{3,28}[0-9]$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]


class Input(BaseModel):
    """The base of what is read; unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductQuery(Input):
    """Which products to list."""

    category: Code | None = None
    q: Annotated[str, Field(max_length=500), AfterValidator(_storable)] | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=2000)


class ItemQuantity(Input):
    """How much of a product is to be in the cart."""

    quantity: Quantity


class CheckoutRequest(Input):
    """Who will collect the purchase, and what it may cost."""

    contact_name: Name | None = None
    contact_phone: Phone | None = None
    expected_total: Money | None = None
    confirmed_age: int | None = Field(default=None, ge=1, le=99)
    slot: AwareDatetime | None = None


class Credentials(Input):
    """An e-mail address and its password."""

    email: Annotated[str, Field(max_length=254), AfterValidator(_email)]
    password: str = Field(min_length=1, max_length=1000)


async def bearer_token(authorization: Annotated[str | None, Header()] = None) -> str:
    """Return the request's bearer token. Raises Problem (401)."""
    if authorization is None:
        raise no_token()
    match = _BEARER.fullmatch(authorization.strip())
    if match is None:
        raise Problem(
            401,
            "The Authorization header must be: Bearer, a blank, the token.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return match[1]


Token = Annotated[str, Depends(bearer_token)]
