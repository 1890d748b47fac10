"""The shop itself."""

import peewee
from playhouse.postgres_ext import BinaryJSONField

from app.models.base import RateField, Row


class Shop(Row):
    """Its one row says what the database's money and days are; `migrate` writes it."""

    one = peewee.BooleanField(primary_key=True)
    currency = peewee.TextField()
    time_zone = peewee.TextField()
    seller = BinaryJSONField(index=False, null=True)
    weight_tolerance = RateField()
