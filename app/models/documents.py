"""Invoices and credit notes. Append-only."""

import peewee
from playhouse.postgres_ext import BinaryJSONField

from app.models.base import (
    MoneyField,
    QuantityField,
    RateField,
    ReferenceField,
    Row,
    TimestampTzField,
)
from app.models.orders import Purchase, PurchaseLine, TillSession


class DocumentEpoch(Row):
    """A restore, behind which numbers go on in series of their own."""

    opened_at = TimestampTzField(primary_key=True)


class DocumentSeries(Row):
    """The last number that was given out in a series and year."""

    series = peewee.TextField()
    year = peewee.IntegerField()
    last = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("series", "year")


class Document(Row):
    """An invoice on what was handed over, or a credit note on what was given back of it."""

    id = peewee.BigAutoField()
    kind = peewee.TextField()
    series = peewee.TextField()
    year = peewee.IntegerField()
    number = peewee.IntegerField()
    purchase = ReferenceField(Purchase)
    corrects = ReferenceField("self", null=True, column_name="corrects")
    total = MoneyField()
    seller = BinaryJSONField(index=False)
    issued_on = peewee.DateField()
    session = ReferenceField(TillSession, null=True)
    issued_at = TimestampTzField()


class DocumentLine(Row):
    """So much of a purchase's line, and the money for it."""

    document = ReferenceField(Document)
    purchase_line = ReferenceField(PurchaseLine)
    quantity = QuantityField()
    total = MoneyField()

    class Meta:
        primary_key = peewee.CompositeKey("document", "purchase_line")


class DocumentVat(Row):
    """The VAT at a rate that a document says."""

    document = ReferenceField(Document)
    rate = RateField()
    gross = MoneyField()
    vat = MoneyField()

    class Meta:
        primary_key = peewee.CompositeKey("document", "rate")


class DocumentBuyer(Row):
    """Who asked to be named on an invoice."""

    document = ReferenceField(Document, primary_key=True)
    name = peewee.TextField()
    address = BinaryJSONField(index=False)
    vat_id = peewee.TextField(null=True)
    named_at = TimestampTzField()
