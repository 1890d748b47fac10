"""What all models are made of: the base, and the kinds of columns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    FetchedValue,
    ForeignKey,
    Identity,
    LargeBinary,
    Numeric,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

Key = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(12, 2))]
Rate = Annotated[Decimal, mapped_column(Numeric(5, 4))]
Quantity = Annotated[Decimal, mapped_column(Numeric(12, 3))]
Stamp = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=FetchedValue())]


class Base(DeclarativeBase):
    """The base of all models."""

    type_annotation_map = {  # noqa: RUF012 - as SQLAlchemy documents it
        str: Text,
        int: BigInteger,
        bytes: LargeBinary,
        date: Date,
        datetime: DateTime(timezone=True),
    }


def refers_to(target: str) -> MappedColumn[int]:
    """Return the column of a foreign key."""
    return mapped_column(BigInteger, ForeignKey(target))
