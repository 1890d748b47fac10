"""What all models share."""

from typing import Any

import peewee
from peewee_async import AioModel, PostgresqlDatabase
from playhouse.postgres_ext import ArrayField

# Never connected: it only knows PostgreSQL's dialect. Each query is executed by the Manager that a repository was
# given, on that Manager's database, so that two apps can live in one process.
dialect = PostgresqlDatabase(None)


class Row(AioModel):
    """A row of a table whose columns the migrations define."""

    class Meta:
        database = dialect
        legacy_table_names = False


class TimestampTzField(peewee.DateTimeField):
    """timestamptz: an aware datetime."""

    field_type = "TIMESTAMPTZ"


class MomentsField(ArrayField):
    """timestamptz[]: aware datetimes."""

    def __init__(self, **more: Any) -> None:
        super().__init__(TimestampTzField, index=False, **more)


class ByteaField(peewee.BlobField):
    """bytea: the driver gives memoryviews, a model's user gets bytes."""

    def python_value(self, value: Any) -> bytes | None:
        """Return what the driver gave as bytes."""
        return None if value is None else bytes(value)


class NumericField(peewee.DecimalField):
    """numeric(digits, places): values are exact Decimals, and PostgreSQL refuses what does not fit."""

    digits: int
    places: int

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=self.digits, decimal_places=self.places, **options)


class MoneyField(NumericField):
    """An amount in the shop's currency, VAT included, with two decimals."""

    digits, places = 12, 2


class QuantityField(NumericField):
    """A quantity in a product's unit, with three decimals."""

    digits, places = 12, 3


class UnitCostField(NumericField):
    """What one unit cost the shop, without VAT, with four decimals."""

    digits, places = 12, 4


class RateField(NumericField):
    """A share of one, with four decimals: 0.1900 is 19 %."""

    digits, places = 5, 4


class ReferenceField(peewee.ForeignKeyField):
    """A foreign key that never loads the row it names: that would be a hidden, synchronous query."""

    def __init__(self, model: "type[Row] | str", **options: Any) -> None:
        super().__init__(model, lazy_load=False, backref="+", **options)
