"""The shop's tables and views, as far as the peers use them."""

import peewee
from peewee_async import AioModel
from playhouse.postgres_ext import ArrayField, BinaryJSONField, DateTimeTZField, TSVectorField

from benchmarks.peers.peewee_shop.database import database


class BaseModel(AioModel):
    """A row of a table that the shop's migrations made."""

    class Meta:
        database = database
        legacy_table_names = False


class ByteaField(peewee.BlobField):
    """bytea."""

    def python_value(self, value: memoryview | None) -> bytes | None:
        """Return what the driver gave as bytes."""
        return None if value is None else bytes(value)


class Login(BaseModel):
    """Who can log in."""

    id = peewee.BigAutoField()
    email = peewee.TextField()
    password_hash = peewee.TextField()
    role = peewee.TextField()
    active = peewee.BooleanField()
    password_changed_at = DateTimeTZField()


class Staff(BaseModel):
    """Who works in the shop."""

    id = peewee.BigAutoField()
    login = peewee.ForeignKeyField(Login)
    name = peewee.TextField()


class Customer(BaseModel):
    """Who buys with an account."""

    id = peewee.BigAutoField()
    login = peewee.ForeignKeyField(Login)
    name = peewee.TextField()
    phone = peewee.TextField(null=True)


class Session(BaseModel):
    """A login's token."""

    id = peewee.BigAutoField()
    login = peewee.ForeignKeyField(Login)
    token_hash = ByteaField()
    user_agent = peewee.TextField()
    expires_at = DateTimeTZField()


class Attempt(BaseModel):
    """Tries within a window of time."""

    key = ByteaField(primary_key=True)
    tries = peewee.IntegerField()
    window_ends_at = DateTimeTZField()


class Brand(BaseModel):
    """Whose product it is."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()


class Category(BaseModel):
    """Where a product belongs; a tree."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    parent = peewee.ForeignKeyField("self", null=True)


class Discount(BaseModel):
    """What takes off a rate or an amount of the price, or makes several pieces cheaper."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    rate = peewee.DecimalField(null=True)
    amount = peewee.DecimalField(null=True)


class DiscountSet(BaseModel):
    """The discounts that products may have."""

    id = peewee.BigAutoField()
    discounts = ArrayField(peewee.BigIntegerField, index=False)


class DiscountToday(BaseModel):
    """A view: the discounts that apply today."""

    id = peewee.BigAutoField()
    buy = peewee.IntegerField(null=True)
    terms = BinaryJSONField(index=False)


class Product(BaseModel):
    """What the shop sells."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    gtin = peewee.TextField(null=True)
    plu = peewee.TextField(null=True)
    other_barcodes = BinaryJSONField(index=False)
    name = peewee.TextField()
    description = peewee.TextField()
    image = peewee.TextField(null=True)
    brand = peewee.ForeignKeyField(Brand, null=True)
    category = peewee.ForeignKeyField(Category)
    net_quantity = peewee.DecimalField(null=True)
    net_unit = peewee.TextField(null=True)
    ingredients = peewee.TextField()
    allergens = BinaryJSONField(index=False)
    diets = BinaryJSONField(index=False)
    nutrition = BinaryJSONField(index=False, null=True)
    food_business = peewee.TextField()
    origin = peewee.TextField()
    storage = peewee.TextField()
    alcohol = peewee.TextField(null=True)
    min_age = peewee.IntegerField(null=True)
    shelf_life_days = peewee.IntegerField(null=True)
    unit = peewee.TextField()
    price = peewee.DecimalField()
    vat_rate = peewee.DecimalField()
    reorder_level = peewee.DecimalField()
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = DateTimeTZField()
    updated_at = DateTimeTZField()
    search = TSVectorField()


class Offer(BaseModel):
    """A view: today's price of a product, and the deposit on it."""

    product = peewee.ForeignKeyField(Product, primary_key=True)
    unit_price = peewee.DecimalField()
    discount_rate = peewee.DecimalField()
    discount = peewee.ForeignKeyField(Discount, null=True)
    discount_set = peewee.BigIntegerField()
    discount_terms = BinaryJSONField(index=False, null=True)
    unit = peewee.TextField()
    price = peewee.DecimalField()
    deposit_code = peewee.TextField(null=True)
    deposit_name = peewee.TextField(null=True)
    deposit_amount = peewee.DecimalField(null=True)
    deposit_vat_rate = peewee.DecimalField(null=True)


class Availability(BaseModel):
    """A view: what of a product can be sold today."""

    product = peewee.ForeignKeyField(Product, primary_key=True)
    available = peewee.DecimalField()


class Stock(BaseModel):
    """A lot of a product."""

    id = peewee.BigAutoField()
    product = peewee.ForeignKeyField(Product)
    on_hand = peewee.DecimalField()
    allocated = peewee.DecimalField()
    expires_on = peewee.DateField(null=True)


class StockLevel(BaseModel):
    """The sums over a product's lots."""

    product = peewee.ForeignKeyField(Product, primary_key=True)
    on_hand = peewee.DecimalField()
    allocated = peewee.DecimalField()


class Coupon(BaseModel):
    """What a code takes off a basket."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    minimum = peewee.DecimalField()


class Cart(BaseModel):
    """What somebody means to buy."""

    id = peewee.UUIDField(primary_key=True)
    token_hash = ByteaField(null=True)
    customer = peewee.ForeignKeyField(Customer, null=True)
    coupon = peewee.ForeignKeyField(Coupon, null=True)
    coupon_code = peewee.TextField(null=True)
    status = peewee.TextField()
    created_at = DateTimeTZField()
    expires_at = DateTimeTZField()


class CartItem(BaseModel):
    """So much of a product in a cart."""

    id = peewee.BigAutoField()
    cart = peewee.ForeignKeyField(Cart, backref="items")
    product = peewee.ForeignKeyField(Product)
    quantity = peewee.DecimalField()
    label_price = peewee.DecimalField(null=True)
    best_before = peewee.DateField(null=True)
    substitute = peewee.BooleanField()
    added_at = DateTimeTZField()


class Purchase(BaseModel):
    """A cart that was checked out."""

    id = peewee.UUIDField(primary_key=True)
    invoice_number = peewee.BigIntegerField()
    cart = peewee.ForeignKeyField(Cart)
    token_hash = ByteaField(null=True)
    customer = peewee.ForeignKeyField(Customer, null=True)
    contact_name = peewee.TextField()
    contact_phone = peewee.TextField(null=True)
    status = peewee.TextField()
    currency = peewee.TextField()
    total = peewee.DecimalField()
    vat_total = peewee.DecimalField()
    pricing_rules = peewee.IntegerField()
    coupon = peewee.ForeignKeyField(Coupon, null=True)
    coupon_code = peewee.TextField(null=True)
    coupon_name = peewee.TextField(null=True)
    coupon_amount = peewee.DecimalField(null=True)
    min_age = peewee.IntegerField(null=True)
    placed_at = DateTimeTZField()
    pay_by = DateTimeTZField()
    version = peewee.IntegerField()


class PurchaseLine(BaseModel):
    """What was bought of one product, or the deposit on it."""

    id = peewee.BigAutoField()
    purchase = peewee.ForeignKeyField(Purchase)
    deposit_of = peewee.BigIntegerField(null=True)
    product = peewee.ForeignKeyField(Product, null=True)
    code = peewee.TextField()
    name = peewee.TextField()
    unit = peewee.TextField()
    quantity = peewee.DecimalField()
    price = peewee.DecimalField()
    discount_rate = peewee.DecimalField()
    unit_price = peewee.DecimalField()
    label_price = peewee.DecimalField(null=True)
    best_before = peewee.DateField(null=True)
    substitute = peewee.BooleanField()
    vat_rate = peewee.DecimalField()
    total = peewee.DecimalField()
    vat_amount = peewee.DecimalField()
    coupon_amount = peewee.DecimalField(null=True)
    discount = BinaryJSONField(index=False, null=True)


class Allocation(BaseModel):
    """How much of a lot serves a line."""

    purchase_line = peewee.ForeignKeyField(PurchaseLine)
    stock = peewee.ForeignKeyField(Stock)
    quantity = peewee.DecimalField()

    class Meta:
        primary_key = peewee.CompositeKey("purchase_line", "stock")
