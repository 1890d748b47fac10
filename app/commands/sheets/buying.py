"""What files hold of those who deliver, of what they sell, and of what there is."""

from app import models
from app.commands.sheets.columns import (
    A_PRODUCT,
    ACTIVE,
    ADDRESS,
    BY_CODE,
    CODE,
    NAME,
    PHONE,
    Column,
    code_of,
)
from app.commands.sheets.notation import WORDS
from app.commands.sheets.sheet import Sheet
from app.inventory.articles.schemas import ArticleInFile
from app.inventory.stock.schemas import OpeningStock
from app.inventory.suppliers.schemas import NewSupplier

_UNIT_COST = Column(
    "unit_cost", "a cost like 0.8345, without VAT, with four decimals at most", "number"
)

SUPPLIERS = Sheet(
    name="suppliers",
    model=models.Supplier,
    schema=NewSupplier,
    columns=(
        CODE,
        NAME,
        Column("email", "an e-mail address"),
        PHONE,
        ADDRESS,
        Column("lead_days", "a whole number of days from 0 to 90"),
        Column("delivery_days", "days of the week like tuesday friday", "text", notation=WORDS),
        Column("least_order", "an amount like 50.00", "number"),
        ACTIVE,
    ),
    rows=BY_CODE,
)

ARTICLES = Sheet(
    name="articles",
    model=models.SupplierArticle,
    schema=ArticleInFile,
    columns=(
        code_of("supplier", "supplier"),
        A_PRODUCT,
        Column("article_number", "1 to 40 letters A-Z, figures and signs, or blanks between them"),
        Column("pack", "a quantity above 0 like 12 or 2.5, with three decimals at most", "number"),
        _UNIT_COST,
        Column(
            "least_quantity", "a quantity like 24 or 2.5, with three decimals at most", "number"
        ),
        Column("preferred", "yes or no", "flag"),
    ),
    rows="""JOIN supplier s ON s.id = t.supplier_id JOIN product p ON p.id = t.product_id
        ORDER BY s.code COLLATE "C", p.code COLLATE "C" """,
    key=("supplier", "product"),
)

STOCK = Sheet(
    name="stock",
    model=models.Stock,
    schema=OpeningStock,
    columns=(
        A_PRODUCT,
        code_of("supplier", "supplier"),
        Column(
            "quantity",
            "a quantity above 0 like 12 or 2.5, with three decimals at most",
            "number",
            field="on_hand",
        ),
        _UNIT_COST,
        Column("expires_in_days", "a whole number of days from 0 to 36500"),
        Column("expires_on", "a date like 2026-01-31", "date"),
    ),
    rows="""JOIN product p ON p.id = t.product_id WHERE t.on_hand > 0 ORDER BY p.code COLLATE "C", t.id""",
    key=("product",),
    changes=False,
    only_in=frozenset({"expires_in_days"}),
)
