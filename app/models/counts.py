"""What was counted on the shelf."""

import peewee

from app.models.base import (
    MomentsField,
    MoneyField,
    QuantityField,
    ReferenceField,
    Row,
    TimestampTzField,
)
from app.models.catalogue import Product
from app.models.people import Login


class StockCount(Row):
    """Goods that are counted together."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    status = peewee.TextField()
    category = peewee.TextField(null=True)
    note = peewee.TextField()
    opened_by = ReferenceField(Login, null=True, column_name="opened_by")
    opened_at = TimestampTzField()
    ended_by = ReferenceField(Login, null=True, column_name="ended_by")
    ended_at = TimestampTzField(null=True)


class StockCountProduct(Row):
    """A product that belongs to a count, and what was found of it, once that is approved."""

    count = ReferenceField(StockCount)
    product = ReferenceField(Product)
    place = peewee.IntegerField()
    open = peewee.BooleanField()
    round = peewee.IntegerField()
    round_at = TimestampTzField()
    rounds_at = MomentsField()
    moment = TimestampTzField(null=True)
    counted = QuantityField(null=True)
    expected = QuantityField(null=True)
    booked = QuantityField(null=True)
    value = MoneyField(null=True)

    class Meta:
        primary_key = peewee.CompositeKey("count", "product")


class StockCountScan(Row):
    """So much of a product in a place. Append-only."""

    count = ReferenceField(StockCount)
    id = peewee.UUIDField()
    product = ReferenceField(Product)
    round = peewee.IntegerField()
    quantity = QuantityField()
    place = peewee.TextField()
    counted_at = TimestampTzField()
    said_at = TimestampTzField()
    login = ReferenceField(Login, null=True)
    received_at = TimestampTzField()

    class Meta:
        primary_key = peewee.CompositeKey("count", "id")
