"""What suppliers sell, as JSON."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from app.core.web.paging import PageQuery
from app.core.web.schema import (
    Code,
    Count,
    Moment,
    Name,
    Quantity,
    QuantityOrZero,
    Schema,
    Sku,
    UnitCost,
)
from app.inventory.stock.schemas import StockedProduct

ArticleNumber = Annotated[
    str, StringConstraints(pattern=r"^[!-~](?:[ -~]{0,38}[!-~])?$"), Field(examples=["4711-6"])
]
"""What a supplier calls what it sells: 1 to 40 letters, figures and signs."""

_PACK = "How much of the product is in what is delivered as one, in the product's unit."
_LEAST = "The least that the supplier sells at once, in the product's unit."
_COST = "What one unit of the product costs, without VAT."
_PREFERRED = "Whether the product is ordered here: of the suppliers of a product, one is preferred."


class SupplierName(Schema):
    """A supplier, in short."""

    code: Code
    name: Name


class NewArticle(Schema):
    """How a supplier sells a product."""

    article_number: ArticleNumber | None = None
    pack: Quantity = Field(default=Decimal(1), description=_PACK)
    unit_cost: UnitCost = Field(description=_COST)
    least_quantity: QuantityOrZero = Field(default=Decimal(0), description=_LEAST)
    preferred: bool = Field(
        default=False, description="`true` takes it from the supplier that was preferred before."
    )


class ArticleInFile(NewArticle):
    """How a supplier sells a product, with the codes of both, as a file says it."""

    supplier: Code
    product: Sku


class Article(Schema):
    """What a supplier sells of a product, and how."""

    supplier: SupplierName
    product: StockedProduct
    article_number: ArticleNumber | None
    pack: Quantity = Field(description=_PACK)
    unit_cost: UnitCost = Field(description=_COST)
    least_quantity: QuantityOrZero = Field(description=_LEAST)
    preferred: bool = Field(description=_PREFERRED)
    version: Count
    created_at: Moment
    updated_at: Moment


class ArticleQuery(PageQuery):
    """A page of what suppliers sell."""
