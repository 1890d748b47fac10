"""What the shop ordered, received and has."""

import peewee
from playhouse.postgres_ext import BinaryJSONField

from app.models.base import (
    MoneyField,
    QuantityField,
    ReferenceField,
    Row,
    TimestampTzField,
    UnitCostField,
)
from app.models.catalogue import Product
from app.models.people import Login


class Supplier(Row):
    """Who delivers to the shop."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    email = peewee.TextField(null=True)
    phone = peewee.TextField(null=True)
    address = peewee.TextField(null=True)
    lead_days = peewee.IntegerField(null=True)
    delivery_days = BinaryJSONField(index=False)
    least_order = MoneyField(null=True)
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class SupplierArticle(Row):
    """What a supplier sells of a product, and how."""

    id = peewee.BigAutoField()
    supplier = ReferenceField(Supplier)
    product = ReferenceField(Product)
    article_number = peewee.TextField(null=True)
    pack = QuantityField()
    unit_cost = UnitCostField()
    least_quantity = QuantityField()
    preferred = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class InvoiceRequest(Row):
    """What was asked of a supplier, or will be."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    supplier = ReferenceField(Supplier)
    status = peewee.TextField()
    note = peewee.TextField()
    sent_at = TimestampTzField(null=True)
    expected_on = peewee.DateField(null=True)
    proposed = peewee.BooleanField()
    created_by = ReferenceField(Login, null=True, column_name="created_by")
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class InvoiceRequestLine(Row):
    """One product of an invoice request: how much was asked for, and how much has come."""

    id = peewee.BigAutoField()
    invoice_request = ReferenceField(InvoiceRequest)
    product = ReferenceField(Product)
    quantity = QuantityField()
    received = QuantityField()
    unit_cost = UnitCostField()
    article_number = peewee.TextField(null=True)
    pack = QuantityField(null=True)
    why = BinaryJSONField(index=False, null=True)


class DeliveryDeviation(Row):
    """What came and was not taken, or was taken though it was more than was asked for. Append-only."""

    id = peewee.BigAutoField()
    invoice_request_line = ReferenceField(InvoiceRequestLine)
    kind = peewee.TextField()
    quantity = QuantityField()
    reason = peewee.TextField()
    login = ReferenceField(Login, null=True)
    at = TimestampTzField()


class Stock(Row):
    """A lot: what came in together, at one cost and with one expiry date."""

    id = peewee.BigAutoField()
    product = ReferenceField(Product)
    supplier = ReferenceField(Supplier, null=True)
    invoice_request_line = ReferenceField(InvoiceRequestLine, null=True)
    on_hand = QuantityField()
    allocated = QuantityField()
    unit_cost = UnitCostField()
    expires_on = peewee.DateField(null=True)
    lot_code = peewee.TextField(null=True)
    received_at = TimestampTzField()


class StockLevel(Row):
    """The sums over a product's lots, and the lock on its stock."""

    product = ReferenceField(Product, primary_key=True)
    on_hand = QuantityField()
    allocated = QuantityField()


class StockMovement(Row):
    """One change of what is on hand. Append-only; a trigger applies it to the lot and the level."""

    id = peewee.BigAutoField()
    at = TimestampTzField()
    kind = peewee.TextField()
    product = ReferenceField(Product)
    stock = ReferenceField(Stock)
    quantity = QuantityField()
    reason = peewee.TextField()
    login = ReferenceField(Login, null=True)
    purchase_id = peewee.UUIDField(null=True)
    purchase_line_id = peewee.BigIntegerField(null=True)
    invoice_request = ReferenceField(InvoiceRequest, null=True)
    stock_count_id = peewee.BigIntegerField(null=True)
    note = peewee.TextField(null=True)


class StockCorrection(Row):
    """What was put right about a lot. Append-only."""

    id = peewee.BigAutoField()
    stock = ReferenceField(Stock)
    field = peewee.TextField()
    was = peewee.TextField(null=True)
    becomes = peewee.TextField(null=True)
    reason = peewee.TextField()
    login = ReferenceField(Login, null=True)
    at = TimestampTzField()


class Uncounted(Row):
    """What was sold though the books had it not, until staff corrects the product's stock."""

    product = ReferenceField(Product, primary_key=True)
    quantity = QuantityField()
    since = TimestampTzField()


class Availability(Row):
    """A view: what of a product can be sold today."""

    product = ReferenceField(Product, primary_key=True)
    on_hand = QuantityField()
    allocated = QuantityField()
    expired = QuantityField()
    available = QuantityField()
