"""Builders: rows put straight into a test's database, each with names of its own, so that tests never meet.

The first argument is the database: the fixture `database` (shared by a process's tests), `fresh_database`
(one test's own) or `private_postgres`. They write as the owner role, outside of any transaction of the app.
Each feature has a module, and its names in here; a builder takes what matters to a test as keywords and makes up the rest:

    async def test_reads_a_brand(client, database):
        made = brand(database, name="Łaciate")
        answer = await client.get(f"/api/v1/brands/{made.code}", headers=as_clerk(database))
"""

from tests.builders.catalogue import (
    brand,
    category,
    coming_price,
    coupon,
    deposit,
    discount,
    gtin,
    markdown,
    plu,
    product,
    stored_image,
    synonyms,
)
from tests.builders.people import (
    PASSWORD,
    PASSWORD_HASH,
    Person,
    admin,
    as_admin,
    as_clerk,
    as_customer,
    as_guest,
    bearer,
    clerk,
    customer,
    guest_cart,
    hashed,
    person,
    session,
)
from tests.builders.rows import On, insert, rows, today, unique, value
from tests.builders.sales import filled_cart, on_sale, placed
from tests.builders.stock import (
    allocated,
    article,
    invoice_request,
    level_of,
    stock_of,
    stocked,
    supplier,
)

__all__ = [
    "PASSWORD",
    "PASSWORD_HASH",
    "On",
    "Person",
    "admin",
    "allocated",
    "article",
    "as_admin",
    "as_clerk",
    "as_customer",
    "as_guest",
    "bearer",
    "brand",
    "category",
    "clerk",
    "coming_price",
    "coupon",
    "customer",
    "deposit",
    "discount",
    "filled_cart",
    "gtin",
    "guest_cart",
    "hashed",
    "insert",
    "invoice_request",
    "level_of",
    "markdown",
    "on_sale",
    "person",
    "placed",
    "plu",
    "product",
    "rows",
    "session",
    "stock_of",
    "stocked",
    "stored_image",
    "supplier",
    "synonyms",
    "today",
    "unique",
    "value",
]
