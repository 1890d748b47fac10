"""Sums of days that are over. PostgreSQL's functions write them."""

import peewee

from app.models.base import NumericField, RateField, Row


class MoneySumField(NumericField):
    """A sum of amounts."""

    digits, places = 14, 2


class QuantitySumField(NumericField):
    """A sum of quantities."""

    digits, places = 14, 3


class CostSumField(NumericField):
    """A sum of what quantities cost: not rounded."""

    digits, places = 19, 7


class SummedUntil(Row):
    """The last day that there are sums of, None before the first."""

    one = peewee.BooleanField(primary_key=True)
    day = peewee.DateField(null=True)


class ProductDay(Row):
    """What was charged for a product, or a deposit, on a day, what it cost, and what was left in the evening, by supplier."""

    product_id = peewee.BigIntegerField()
    day = peewee.DateField()
    supplier_id = peewee.BigIntegerField()
    deposit = peewee.TextField()
    quantity = QuantitySumField()
    gross = MoneySumField()
    vat = MoneySumField()
    cost = CostSumField()
    on_hand = QuantitySumField()
    on_hand_cost = CostSumField()

    class Meta:
        primary_key = peewee.CompositeKey("product_id", "day", "supplier_id", "deposit")


class ProductMonth(Row):
    """What was charged for a product, or a deposit, in a month, and what it cost, by supplier."""

    month = peewee.DateField()
    product_id = peewee.BigIntegerField()
    supplier_id = peewee.BigIntegerField()
    deposit = peewee.TextField()
    quantity = QuantitySumField()
    gross = MoneySumField()
    vat = MoneySumField()
    cost = CostSumField()

    class Meta:
        primary_key = peewee.CompositeKey("month", "product_id", "supplier_id", "deposit")


class SoldHour(Row):
    """What was sold in an hour of a day."""

    day = peewee.DateField()
    hour = peewee.IntegerField()
    gross = MoneySumField()
    vat = MoneySumField()
    cost = CostSumField()
    purchases = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("day", "hour")


class VatDay(Row):
    """What was charged on a day at a rate of VAT."""

    day = peewee.DateField()
    rate = RateField()
    gross = MoneySumField()
    vat = MoneySumField()

    class Meta:
        primary_key = peewee.CompositeKey("day", "rate")


class PaidHour(Row):
    """What was paid in an hour of a day by a method, at a till or at none."""

    day = peewee.DateField()
    hour = peewee.IntegerField()
    till = peewee.TextField()
    method = peewee.TextField()
    taken = MoneySumField()
    given_back = MoneySumField()
    rounding = MoneySumField()

    class Meta:
        primary_key = peewee.CompositeKey("day", "hour", "till", "method")


class PromotedDay(Row):
    """What was sold of a product on a day with something taken off."""

    day = peewee.DateField()
    kind = peewee.TextField()
    code = peewee.TextField()
    product_id = peewee.BigIntegerField()
    lines = peewee.IntegerField()
    quantity = QuantitySumField()
    gross = MoneySumField()
    vat = MoneySumField()
    cost = CostSumField()
    taken_off = MoneySumField()

    class Meta:
        primary_key = peewee.CompositeKey("day", "kind", "code", "product_id")
