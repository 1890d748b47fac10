"""What the shop sells, and at what price."""

import peewee
from playhouse.postgres_ext import ArrayField, BinaryJSONField, TSVectorField

from app.models.base import (
    ByteaField,
    MoneyField,
    QuantityField,
    RateField,
    ReferenceField,
    Row,
    TimestampTzField,
)
from app.models.offers import Deposit, Discount
from app.models.people import Login


class Image(Row):
    """A picture in three sizes, WebP; `hash` and the size are of the large one."""

    hash = peewee.TextField(primary_key=True)
    small = ByteaField()
    medium = ByteaField()
    large = ByteaField()
    width = peewee.IntegerField()
    height = peewee.IntegerField()
    created_at = TimestampTzField()


class Brand(Row):
    """A maker's name."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class Category(Row):
    """A node in the tree of categories; without a parent, one of its roots."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    parent = ReferenceField("self", null=True)
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()
    image = ReferenceField(Image, column_name="image", null=True)


class Markdown(Row):
    """What goods of a category, and of all below it, cost less by when so many days are left."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    name = peewee.TextField()
    category = ReferenceField(Category)
    days_left = peewee.IntegerField()
    rate = RateField()
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class MarkdownStep(Row):
    """What the rules come to for each category."""

    category = ReferenceField(Category)
    days_left = peewee.IntegerField()
    rate = RateField()

    class Meta:
        primary_key = peewee.CompositeKey("category", "days_left")


class Product(Row):
    """Something the shop sells, by the piece, kilogram or litre."""

    id = peewee.BigAutoField()
    code = peewee.TextField()
    gtin = peewee.TextField(null=True)
    name = peewee.TextField()
    description = peewee.TextField()
    brand = ReferenceField(Brand, null=True)
    category = ReferenceField(Category)
    discount = ReferenceField(Discount, null=True)
    deposit = ReferenceField(Deposit, null=True)
    unit = peewee.TextField()
    price = MoneyField()
    vat_rate = RateField()
    reorder_level = QuantityField()
    active = peewee.BooleanField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()
    search_text = peewee.TextField()
    search = TSVectorField(null=True)
    net_quantity = QuantityField(null=True)
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
    plu = peewee.TextField(null=True)
    other_barcodes = BinaryJSONField(index=False)
    image = ReferenceField(Image, column_name="image", null=True)
    discount_set = peewee.BigIntegerField()
    search_with_ingredients = TSVectorField(null=True)


class FormerPrice(Row):
    """What a product was listed at, with which discounts on it, until when; a trigger keeps them."""

    id = peewee.BigAutoField()
    product = ReferenceField(Product)
    price = MoneyField()
    discounts = ArrayField(peewee.BigIntegerField, index=False)
    until = TimestampTzField()
    login = ReferenceField(Login, null=True)


class ComingPrice(Row):
    """What a product will be listed at from a day on."""

    product = ReferenceField(Product)
    starts_on = peewee.DateField()
    price = MoneyField()
    login = ReferenceField(Login, null=True)

    class Meta:
        primary_key = peewee.CompositeKey("product", "starts_on")


class Barcode(Row):
    """One barcode of a product, in 14 digits, and how many pieces it is on; triggers keep them."""

    gtin14 = peewee.TextField(primary_key=True)
    product = ReferenceField(Product)
    pieces = peewee.IntegerField()


class ProductWord(Row):
    """A word that products are found by; a trigger learns them."""

    word = peewee.TextField(primary_key=True)


class SynonymList(Row):
    """Which version the list of synonyms has: one row."""

    one = peewee.BooleanField(primary_key=True)
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class Synonym(Row):
    """A word of a group of those that mean the same, as the search reads it and as it was written."""

    words = peewee.TextField(primary_key=True)
    written = peewee.TextField()
    number = peewee.IntegerField()
    place = peewee.IntegerField()


class Renamed(Row):
    """A brand or category, one of them, with a new name that its products up to `done` are found by."""

    id = peewee.BigAutoField()
    brand = ReferenceField(Brand, null=True)
    category = ReferenceField(Category, null=True)
    done = peewee.BigIntegerField()


class SalesOfDay(Row):
    """In how many purchases a product was handed over on a day, of the last thirty."""

    product = ReferenceField(Product)
    day = peewee.DateField()
    sales = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("product", "day")


class SalesRank(Row):
    """The sum of that over the days."""

    product = ReferenceField(Product, primary_key=True)
    sales = peewee.IntegerField()


class SalesCounted(Row):
    """Up to which movement sales are counted: one row."""

    one = peewee.BooleanField(primary_key=True)
    movement_id = peewee.BigIntegerField()


class FacetCount(Row):
    """How many products on sale have a value, as a round has counted."""

    round = peewee.IntegerField()
    facet = peewee.TextField()
    value = peewee.TextField()
    products = peewee.IntegerField()

    class Meta:
        primary_key = peewee.CompositeKey("round", "facet", "value")


class FacetRound(Row):
    """Which round of counting was finished, and how far the next one has come: one row."""

    one = peewee.BooleanField(primary_key=True)
    finished = peewee.IntegerField()
    counted_at = TimestampTzField(null=True)
    began_at = TimestampTzField(null=True)
    done = peewee.BigIntegerField()


class Offer(Row):
    """A view: the price at which a product is listed and charged today, beside what else a basket asks of it."""

    product = ReferenceField(Product, primary_key=True)
    unit_price = MoneyField()
    discount_rate = RateField()
    discount = ReferenceField(Discount, null=True)
    code = peewee.TextField()
    name = peewee.TextField()
    unit = peewee.TextField()
    price = MoneyField()
    vat_rate = RateField()
    active = peewee.BooleanField()
    deposit = ReferenceField(Deposit, null=True)
    deposit_code = peewee.TextField(null=True)
    deposit_name = peewee.TextField(null=True)
    deposit_amount = MoneyField(null=True)
    deposit_vat_rate = RateField(null=True)
    min_age = peewee.IntegerField(null=True)
    discount_set = peewee.BigIntegerField()
    discount_terms = BinaryJSONField(index=False, null=True)
