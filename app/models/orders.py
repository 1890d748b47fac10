"""Carts, purchases and payments."""

import peewee
from playhouse.postgres_ext import BinaryJSONField

from app.models.base import (
    ByteaField,
    MoneyField,
    QuantityField,
    RateField,
    ReferenceField,
    Row,
    TimestampTzField,
)
from app.models.catalogue import Product
from app.models.offers import Coupon
from app.models.people import Customer, Login
from app.models.stock import Stock

PURCHASE_STATUS = """CASE WHEN p.status <> 'placed' THEN p.status WHEN p.picked_at IS NOT NULL THEN 'ready'
        WHEN p.picking_since IS NOT NULL THEN 'picking' ELSE 'placed' END"""
"""The SQL for what becomes of a purchase, p. The database knows one word for all that wait."""


class Cart(Row):
    """What a guest or a customer means to buy."""

    id = peewee.UUIDField(primary_key=True)
    token_hash = ByteaField(null=True)
    customer = ReferenceField(Customer, null=True)
    status = peewee.TextField()
    coupon = ReferenceField(Coupon, null=True)
    coupon_code = peewee.TextField(null=True)
    deposits_returned = BinaryJSONField(index=False, null=True)
    created_at = TimestampTzField()
    expires_at = TimestampTzField()


class CartItem(Row):
    """A line of a cart: so much of a product, or what a label says that prints its price."""

    id = peewee.BigIntegerField()
    cart = ReferenceField(Cart)
    product = ReferenceField(Product)
    quantity = QuantityField()
    label_price = MoneyField(null=True)
    best_before = peewee.DateField(null=True)
    substitute = peewee.BooleanField()
    added_at = TimestampTzField()

    class Meta:
        primary_key = peewee.CompositeKey("cart", "id")


class Purchase(Row):
    """A cart that was checked out."""

    id = peewee.UUIDField(primary_key=True)
    invoice_number = peewee.BigIntegerField()
    cart = ReferenceField(Cart, null=True)
    customer = ReferenceField(Customer, null=True)
    contact_name = peewee.TextField(null=True)
    contact_phone = peewee.TextField(null=True)
    status = peewee.TextField()
    currency = peewee.TextField()
    total = MoneyField()
    vat_total = MoneyField()
    coupon = ReferenceField(Coupon, null=True)
    coupon_amount = MoneyField(null=True)
    coupon_code = peewee.TextField(null=True)
    coupon_name = peewee.TextField(null=True)
    pricing_rules = peewee.IntegerField()
    paid = MoneyField()
    token_hash = ByteaField(null=True)
    min_age = peewee.IntegerField(null=True)
    age_checked_by = ReferenceField(Login, null=True, column_name="age_checked_by")
    placed_at = TimestampTzField()
    pay_by = TimestampTzField()
    slot_start = TimestampTzField(null=True)
    slot_end = TimestampTzField(null=True)
    picking_since = TimestampTzField(null=True)
    picker = ReferenceField(Login, null=True, column_name="picker")
    picked_at = TimestampTzField(null=True)
    ordered_total = MoneyField(null=True)
    ordered_min_age = peewee.IntegerField(null=True)
    weight_tolerance = RateField()
    collected_at = TimestampTzField(null=True)
    collected_at_till = peewee.TextField(null=True)
    cancelled_at = TimestampTzField(null=True)
    cancel_reason = peewee.TextField()
    forgotten_at = TimestampTzField(null=True)
    version = peewee.IntegerField()
    updated_at = TimestampTzField()


class PurchaseLine(Row):
    """Goods that were sold, the deposit on them, or one that was given back, frozen at checkout but for what was picked. Only goods are a product."""

    id = peewee.BigAutoField()
    purchase = ReferenceField(Purchase)
    deposit_of = ReferenceField("self", null=True, column_name="deposit_of")
    product = ReferenceField(Product, null=True)
    code = peewee.TextField()
    name = peewee.TextField()
    unit = peewee.TextField()
    quantity = QuantityField()
    price = MoneyField()
    discount_rate = RateField()
    unit_price = MoneyField()
    vat_rate = RateField()
    label_price = MoneyField(null=True)
    total = MoneyField()
    vat_amount = MoneyField()
    coupon_amount = MoneyField(null=True)
    discount = BinaryJSONField(index=False, null=True)
    best_before = peewee.DateField(null=True)
    substitute = peewee.BooleanField()
    ordered_quantity = QuantityField(null=True)
    ordered_total = MoneyField(null=True)
    ordered_coupon = MoneyField(null=True)
    substitute_for = ReferenceField("self", null=True, column_name="substitute_for")


class CouponCode(Row):
    """A code that redeems a coupon once, and the purchase that it did for."""

    code = peewee.TextField(primary_key=True)
    coupon = ReferenceField(Coupon)
    purchase = ReferenceField(Purchase, null=True)


class Allocation(Row):
    """How much of a lot serves a purchase line."""

    purchase_line = ReferenceField(PurchaseLine)
    stock = ReferenceField(Stock)
    quantity = QuantityField()

    class Meta:
        primary_key = peewee.CompositeKey("purchase_line", "stock")


class TillSession(Row):
    """What happens at a drawer from its float to its count."""

    id = peewee.BigAutoField()
    till = peewee.TextField()
    float = MoneyField()
    opened_by = ReferenceField(Login, null=True, column_name="opened_by")
    opened_at = TimestampTzField()
    number = peewee.IntegerField(null=True)
    expected = MoneyField(null=True)
    counted = MoneyField(null=True)
    closed_by = ReferenceField(Login, null=True, column_name="closed_by")
    closed_at = TimestampTzField(null=True)
    note = peewee.TextField()


class CashMovement(Row):
    """Cash put into a drawer or taken out that is no sale's. Append-only."""

    id = peewee.BigAutoField()
    session = ReferenceField(TillSession)
    kind = peewee.TextField()
    amount = MoneyField()
    reason = peewee.TextField()
    login = ReferenceField(Login, null=True)
    at = TimestampTzField()


class Payment(Row):
    """Money taken for a purchase or given back. Append-only."""

    id = peewee.BigAutoField()
    purchase = ReferenceField(Purchase)
    kind = peewee.TextField()
    method = peewee.TextField()
    amount = MoneyField()
    reference = peewee.TextField()
    reason = peewee.TextField()
    login = ReferenceField(Login, null=True)
    session = ReferenceField(TillSession, null=True)
    rounding = MoneyField()
    tendered = MoneyField(null=True)
    at = TimestampTzField()


class Event(Row):
    """What became of a purchase, or of money for one; `position` is not given yet."""

    id = peewee.BigAutoField()
    position = peewee.BigIntegerField(null=True)
    kind = peewee.TextField()
    purchase_id = peewee.UUIDField(null=True)
    detail = BinaryJSONField(index=False)
    at = TimestampTzField()
