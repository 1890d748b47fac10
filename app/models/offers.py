"""What makes a price less, or comes on top of it."""

import peewee
from playhouse.postgres_ext import ArrayField, BinaryJSONField

from app.models.base import MoneyField, RateField, Row, TimestampTzField


class Discount(Row):
    """What is taken off from starts_on through ends_on: a rate, an amount, or what `buy` pieces cost less together."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    rate = RateField(null=True)
    starts_on = peewee.DateField()
    ends_on = peewee.DateField(null=True)
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()
    amount = MoneyField(null=True)
    buy = peewee.IntegerField(null=True)
    pay = peewee.IntegerField(null=True)
    price = MoneyField(null=True)
    weekdays = BinaryJSONField(index=False)
    products = BinaryJSONField(index=False)
    categories = BinaryJSONField(index=False)
    brands = BinaryJSONField(index=False)


class DiscountSet(Row):
    """The ids of discounts that products may have, in their order: each such set once."""

    id = peewee.BigAutoField()
    discounts = ArrayField(peewee.BigIntegerField, index=False)


class FormerDiscount(Row):
    """What a discount took off, and when, until it was changed or deleted; a trigger keeps them."""

    id = peewee.BigAutoField()
    discount_id = peewee.BigIntegerField()
    rate = RateField(null=True)
    amount = MoneyField(null=True)
    starts_on = peewee.DateField()
    ends_on = peewee.DateField(null=True)
    weekdays = BinaryJSONField(index=False)
    active = peewee.BooleanField()
    until = TimestampTzField()


class Deposit(Row):
    """What is paid for a bottle or a crate beside its product, and comes back with it."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    amount = MoneyField()
    vat_rate = RateField()
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class Coupon(Row):
    """What a code takes off a basket: a part of what its goods cost, or an amount."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    rate = RateField(null=True)
    amount = MoneyField(null=True)
    minimum = MoneyField()
    starts_on = peewee.DateField()
    ends_on = peewee.DateField(null=True)
    uses = peewee.IntegerField(null=True)
    uses_each = peewee.IntegerField(null=True)
    single_use = peewee.BooleanField()
    excluded_products = BinaryJSONField(index=False)
    excluded_categories = BinaryJSONField(index=False)
    excluded_brands = BinaryJSONField(index=False)
    used = peewee.IntegerField()
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()
