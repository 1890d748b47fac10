"""The base of all schemas, and the kinds of values that they are made of.

A kind of value is the same everywhere: one text form in JSON, in query parameters, in CSV files
and in the API's description.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

_SURROGATE = re.compile("[\ud800-\udfff]")


def wrong(message: str) -> PydanticCustomError:
    """Return the error for a validator to raise: `message` reaches the client as it stands."""
    # Braces would be taken for a template's.
    return PydanticCustomError("wrong_value", "{message}", {"message": message})


def _check_text(value: Any) -> None:
    match value:
        case str():
            if "\0" in value:
                raise wrong("must not contain the character NUL")
            if _SURROGATE.search(value):
                raise wrong("must not contain a lone surrogate")
        case list() | tuple() | set() | frozenset():
            for item in value:
                _check_text(item)
        case dict():
            _check_text([*value.keys(), *value.values()])


class Schema(BaseModel):
    """What one kind of JSON object, or of query, looks like.

    Unknown members are refused, so are NUL and lone surrogates in any text; nothing is stripped
    but where a kind of value says so. Instances do not change.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        _check_text(value)
        return value


def omitted() -> Any:
    """Return the default of a PATCH schema's member: may be left out, and then stays as it is.

    `null` is for members whose type allows None, and clears them.
    """
    return Field(default=None, json_schema_extra=_drop_default)


def _drop_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def changes(model: Schema) -> dict[str, Any]:
    """Return only what was sent, by member (JSON merge-patch): None clears, absence leaves."""
    return model.model_dump(include=model.model_fields_set)


def _decimal(
    places: int,
    digits: int,
    *,
    signed: bool = False,
    zero: bool = True,
    most: Decimal | None = None,
) -> Callable[[object], Decimal]:
    """Return the validator of a decimal in a string; `digits` bounds those before the point."""
    sign = "-?" if signed else ""
    form = re.compile(rf"{sign}[0-9]{{1,{digits}}}(?:\.[0-9]{{1,{places}}})?")
    unit = Decimal(1).scaleb(-places)

    def validate(value: object) -> Decimal:
        # A Decimal comes from our own code; a number from JSON would have been a float somewhere.
        text = format(value, "f") if isinstance(value, Decimal) else value
        if not isinstance(text, str) or not form.fullmatch(text):
            raise wrong(
                f"must be a string with a decimal number of at most {digits} digits before the "
                f"point and {places} behind it"
            )
        number = Decimal(text).quantize(unit)
        if number == 0:
            if not zero:
                raise wrong("must be greater than 0")
            return abs(number)
        if most is not None and number > most:
            raise wrong(f"must be at most {most}")
        return number

    return validate


def _decimal_schema(places: int, digits: int, example: str, *, signed: bool = False) -> Any:
    sign = "-?" if signed else ""
    pattern = rf"^{sign}[0-9]{{1,{digits}}}(\.[0-9]{{1,{places}}})?$"
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


_AS_STRING = PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")

Money = Annotated[
    Decimal, BeforeValidator(_decimal(2, 10)), _AS_STRING, _decimal_schema(2, 10, "12.50")
]
"""An amount of the shop's currency, 0 or more: numeric(12,2)."""

Total = Annotated[
    Decimal, BeforeValidator(_decimal(2, 18)), _AS_STRING, _decimal_schema(2, 18, "12.50")
]
"""A sum of amounts, which may be greater than any amount that is kept."""

SignedTotal = Annotated[
    Decimal,
    BeforeValidator(_decimal(2, 18, signed=True)),
    _AS_STRING,
    _decimal_schema(2, 18, "-0.50", signed=True),
]
"""A sum of amounts that may be below 0: a difference."""

PositiveMoney = Annotated[
    Decimal,
    BeforeValidator(_decimal(2, 10, zero=False)),
    _AS_STRING,
    _decimal_schema(2, 10, "12.50"),
]
"""An amount of the shop's currency above 0."""

UnitCost = Annotated[
    Decimal, BeforeValidator(_decimal(4, 8)), _AS_STRING, _decimal_schema(4, 8, "0.8345")
]
"""What one unit costs the shop, 0 or more: numeric(12,4)."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_decimal(3, 9, zero=False)),
    _AS_STRING,
    _decimal_schema(3, 9, "1.250"),
]
"""Pieces, kilograms or litres above 0: numeric(12,3)."""

QuantityOrZero = Annotated[
    Decimal, BeforeValidator(_decimal(3, 9)), _AS_STRING, _decimal_schema(3, 9, "1.250")
]
"""Pieces, kilograms or litres, 0 or more."""

SignedQuantity = Annotated[
    Decimal,
    BeforeValidator(_decimal(3, 9, signed=True)),
    _AS_STRING,
    _decimal_schema(3, 9, "-1.250", signed=True),
]
"""Pieces, kilograms or litres that may be below 0: a difference."""

Rate = Annotated[
    Decimal,
    BeforeValidator(_decimal(4, 1, most=Decimal(1))),
    _AS_STRING,
    _decimal_schema(4, 1, "0.2300"),
]
"""A share of one, from 0 to 1: numeric(5,4)."""

Ratio = Annotated[
    Decimal,
    BeforeValidator(_decimal(4, 14, signed=True)),
    _AS_STRING,
    _decimal_schema(4, 14, "0.2500", signed=True),
]
"""One sum as a part of another, which may be below 0 or above 1."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", examples=["dairy"])]
"""What names a brand, a category, a discount or a supplier in a URL."""

Sku = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", examples=["MILK-1L"])]
"""What names a product in a URL; capital letters count."""


def _email(value: str) -> str:
    if len(value) > 254:  # noqa: PLR2004 - RFC 5321's longest path, less its brackets
        raise wrong("must be at most 254 characters long")
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise wrong(f"must be an e-mail address: {error}") from None


Email = Annotated[
    str,
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
"""An e-mail address; its domain comes out in small letters, the rest as it was sent."""


def no_controls(allowed: str) -> Callable[[str], str]:
    """Return what refuses control characters in a text, but for those `allowed`."""

    def validate(value: str) -> str:
        # Cc: control characters; Zl and Zp: line and paragraph separators. Nearly all text is printable, and has none.
        odd = (c for c in value if unicodedata.category(c) in {"Cc", "Zl", "Zp"})
        if not value.isprintable() and not all(c in allowed for c in odd):
            raise wrong("must not contain control characters")
        return value

    return validate


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(no_controls("")),
]
"""One line of 1 to 120 characters; blanks around it are dropped."""

Text = Annotated[str, Field(max_length=2000), AfterValidator(no_controls("\n\t"))]
"""Text of up to 2,000 characters, with line breaks."""

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(no_controls("")),
]
"""Why it was done: one line of 1 to 200 characters; blanks around it are dropped."""

Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(no_controls("\n")),
]
"""Where to deliver or to write to: 1 to 500 characters; blanks around it are dropped."""

Phone = Annotated[
    str, Field(pattern=r"^\+?[0-9][0-9 ()./-]{3,28}[0-9]$", examples=["+48 22 555 01 10"])
]
"""A telephone number as people write it: digits, blanks and ( ) . / -, a + in front."""

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""A bigint identity key."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""How many, 0 or more: integer."""


_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII | re.IGNORECASE,
)


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    with suppress(ValueError):
        # fromisoformat() alone would also take 20260131 and 2026-W05-6.
        if isinstance(value, str) and _ISO_DATE.fullmatch(value):
            return date.fromisoformat(value)
    raise wrong("must be a date like 2026-01-31")


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    # Close to the years 1 and 9999 an offset may lead out of the calendar.
    with suppress(ValueError, OverflowError):
        if isinstance(value, str) and _RFC3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    raise wrong("must be a time with its offset, like 2026-01-31T12:00:00Z")


Date = Annotated[date, BeforeValidator(_date)]
"""A day, as in ISO 8601: 2026-01-31."""

Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
"""A point in time, as in RFC 3339, with its offset; comes out in UTC."""
