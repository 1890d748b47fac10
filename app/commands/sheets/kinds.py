"""What each kind of file holds: its columns, and where in the shop each has its place.

Import and export both go by these, so that a column is in both or in none.
"""

from collections.abc import Mapping

from app import models
from app.commands.sheets.buying import ARTICLES, STOCK, SUPPLIERS
from app.commands.sheets.columns import (
    A_PRODUCT,
    ACTIVE,
    ADDRESS,
    BY_CODE,
    CODE,
    FOOD,
    NAME,
    PHONE,
    Column,
    code_of,
    codes_of,
)
from app.commands.sheets.notation import BARCODES, CODES, WORDS
from app.commands.sheets.sheet import Sheet
from app.product.brands.kind import BRAND
from app.product.brands.schemas import NewBrand
from app.product.categories.kind import CATEGORY
from app.product.categories.schemas import NewCategory
from app.product.coupons.kind import COUPON
from app.product.coupons.schemas import NewCoupon
from app.product.deposits.kind import DEPOSIT
from app.product.deposits.schemas import NewDeposit
from app.product.discounts.kind import DISCOUNT
from app.product.discounts.schemas import NewDiscount
from app.product.markdowns.kind import MARKDOWN
from app.product.markdowns.schemas import NewMarkdown
from app.product.prices.schemas import PriceInFile
from app.product.products.kind import PRODUCT
from app.product.products.schemas import NewProduct
from app.product.synonyms.schemas import WordInFile
from app.users.customers.schemas import KnownCustomer

BRANDS = Sheet(
    name="brands",
    model=BRAND.model,
    schema=NewBrand,
    columns=(CODE, NAME, ACTIVE),
    rows=BY_CODE,
)

CATEGORIES = Sheet(
    name="categories",
    model=CATEGORY.model,
    schema=NewCategory,
    columns=(CODE, NAME, code_of("parent", "category"), ACTIVE),
    # A category stands behind the one above it, for people's eyes.
    rows="""JOIN (
        WITH RECURSIVE tree AS (
            SELECT c.id, 1 AS level FROM category c WHERE c.parent_id IS NULL
            UNION ALL SELECT c.id, tree.level + 1 FROM category c JOIN tree ON tree.id = c.parent_id
        ) SELECT id, level FROM tree
    ) place ON place.id = t.id ORDER BY place.level, t.code COLLATE "C" """,
)

DISCOUNTS = Sheet(
    name="discounts",
    model=DISCOUNT.model,
    schema=NewDiscount,
    columns=(
        CODE,
        NAME,
        Column("rate", "a rate above 0 and below 1, like 0.15 for 15 % off, or empty", "number"),
        Column("amount", "an amount above 0 like 0.50 off each unit, or empty", "number"),
        Column("buy", "a whole number of pieces from 2 to 1000, with pay or price, or empty"),
        Column("pay", "how many of them are paid, a whole number from 1, or empty"),
        Column("price", "an amount above 0 like 5.00 for all of them, or empty", "number"),
        # Products come behind discounts, as they name them: what is not there yet comes under its discount when it is.
        Column("products", "at most 200 codes with blanks between them", notation=CODES),
        codes_of("categories", "category"),
        codes_of("brands", "brand"),
        Column("starts_on", "a date like 2026-01-31", "date"),
        Column("ends_on", "a date like 2026-01-31", "date"),
        Column("weekdays", "days of the week like friday saturday", "text", notation=WORDS),
        ACTIVE,
    ),
    rows=BY_CODE,
    check=DISCOUNT.check,
)

COUPONS = Sheet(
    name="coupons",
    model=COUPON.model,
    schema=NewCoupon,
    columns=(
        CODE,
        NAME,
        Column("rate", "a rate above 0 and below 1, like 0.15 for 15 % off, or empty", "number"),
        Column("amount", "an amount above 0 like 5.00, or empty", "number"),
        Column("minimum", "an amount like 20.00", "number"),
        Column("starts_on", "a date like 2026-01-31", "date"),
        Column("ends_on", "a date like 2026-01-31", "date"),
        Column("uses", "a whole number above 0"),
        Column("uses_each", "a whole number above 0"),
        Column("single_use", "yes or no", "flag"),
        codes_of("excluded_products", "product"),
        codes_of("excluded_categories", "category"),
        codes_of("excluded_brands", "brand"),
        ACTIVE,
    ),
    rows=BY_CODE,
    check=COUPON.check,
)

_LIST_PRICE = Column(
    "list_price", "a price above 0 with two decimals at most, like 1.29", "number", field="price"
)
_VAT_RATE = Column("vat_rate", "a rate from 0 to below 1, like 0.07 for 7 %", "number")

DEPOSITS = Sheet(
    name="deposits",
    model=DEPOSIT.model,
    schema=NewDeposit,
    columns=(
        CODE,
        NAME,
        Column("amount", "an amount above 0 with two decimals at most, like 0.25", "number"),
        _VAT_RATE,
        ACTIVE,
    ),
    rows=BY_CODE,
)

MARKDOWNS = Sheet(
    name="markdowns",
    model=MARKDOWN.model,
    schema=NewMarkdown,
    columns=(
        CODE,
        NAME,
        code_of("category", "category"),
        Column("days_left", "a whole number from 0 to 365"),
        Column("rate", "a rate above 0 and below 1, like 0.3 for 30 % off", "number"),
        ACTIVE,
    ),
    rows=BY_CODE,
)

PRODUCTS = Sheet(
    name="products",
    model=PRODUCT.model,
    schema=NewProduct,
    columns=(
        Column(
            "code",
            "a code of 1 to 40 letters, figures, dots, hyphens and underscores, beginning with a letter or figure",
        ),
        Column("gtin", "a barcode of 8, 12, 13 or 14 digits", "barcode"),
        Column("plu", "a PLU of 4 or 5 digits", "plu"),
        Column(
            "other_barcodes",
            "at most 20 barcodes with blanks between them, each with its pieces (1 to 9999) if it is on a pack, like"
            " 4006381333948*6",
            "barcodes",
            notation=BARCODES,
        ),
        NAME,
        Column("description", "a text of at most 2,000 characters", "text"),
        code_of("brand", "brand"),
        code_of("category", "category"),
        Column("unit", "piece, kg or litre", "choice"),
        _LIST_PRICE,
        _VAT_RATE,
        code_of("discount", "discount"),
        code_of("deposit", "deposit"),
        Column("reorder_level", "a quantity like 12 or 2.5, with three decimals at most", "number"),
        *FOOD,
        ACTIVE,
    ),
    rows=BY_CODE,
    check=PRODUCT.check,
)

PRICES = Sheet(
    name="prices",
    model=models.ComingPrice,
    schema=PriceInFile,
    columns=(
        A_PRODUCT,
        Column("starts_on", "a date to come, like 2026-01-31", "date"),
        _LIST_PRICE,
    ),
    rows="""JOIN product p ON p.id = t.product_id ORDER BY p.code COLLATE "C", t.starts_on""",
    key=("product",),
    changes=False,
)

SYNONYMS = Sheet(
    name="synonyms",
    model=models.Synonym,
    schema=WordInFile,
    columns=(
        Column("group", "a whole number above 0", field="number", beside="t.number + 1"),
        Column("word", "one line of 1 to 40 characters", "text", field="written"),
    ),
    rows="ORDER BY t.number, t.place",
    key=("word",),
    changes=False,
)

CUSTOMERS = Sheet(
    name="customers",
    model=models.Customer,
    schema=KnownCustomer,
    columns=(
        Column("email", "an e-mail address", field="login_id", beside="l.email"),
        NAME,
        PHONE,
        ADDRESS,
        Column("active", "yes or no", "flag", beside="l.active"),
    ),
    rows="""JOIN login l ON l.id = t.login_id ORDER BY lower(l.email) COLLATE "C" """,
    key=("email",),
    changes=False,
)

# In the order in which an empty shop takes them: what is referred to comes first.
SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        BRANDS,
        CATEGORIES,
        DISCOUNTS,
        DEPOSITS,
        MARKDOWNS,
        PRODUCTS,
        PRICES,
        SYNONYMS,
        COUPONS,
        SUPPLIERS,
        ARTICLES,
        STOCK,
        CUSTOMERS,
    )
}
