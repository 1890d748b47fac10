"""Products, as JSON."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from app.core.web.paging import Page, PageQuery
from app.core.web.schema import (
    Code,
    Count,
    Moment,
    Money,
    Name,
    PositiveMoney,
    QuantityOrZero,
    Rate,
    Schema,
    Sku,
    Text,
    omitted,
    wrong,
)
from app.product.images.schemas import ImagePaths
from app.product.products.gtin import Gtin

Unit = Literal["piece", "kg", "litre"]
Sort = Literal["name", "price", "-price", "newest", "relevance"]


def _below_one(rate: Decimal) -> Decimal:
    if rate >= 1:
        raise wrong("must be less than 1")
    return rate


VatRate = Annotated[Rate, AfterValidator(_below_one)]
"""The rate of the VAT that prices include."""


class NewProduct(Schema):
    """A product to be sold from now on."""

    code: Sku
    gtin: Gtin | None = None
    name: Name
    description: Text = ""
    brand: Code | None = Field(default=None, description="The brand's code.")
    category: Code = Field(description="The category's code.")
    discount: Code | None = Field(default=None, description="The discount's code.")
    unit: Unit = Field(description="What a quantity of 1 is.")
    list_price: PositiveMoney = Field(description="Of one unit, VAT included.")
    vat_rate: VatRate = Field(examples=["0.0700"])
    reorder_level: QuantityOrZero = Field(
        default=Decimal("0.000"), description="When this little is left, it is time to order."
    )


class ProductChanges(Schema):
    """What of a product changes; `active: false` withdraws it."""

    gtin: Gtin | None = omitted()
    name: Name = omitted()
    description: Text = omitted()
    brand: Code | None = omitted()
    category: Code = omitted()
    discount: Code | None = omitted()
    unit: Unit = omitted()
    list_price: PositiveMoney = omitted()
    vat_rate: VatRate = omitted()
    reorder_level: QuantityOrZero = omitted()
    active: bool = omitted()


class BrandName(Schema):
    """A brand, in short."""

    code: Code
    name: Name


class CategoryName(Schema):
    """A category, in short."""

    code: Code
    name: Name


class AppliedDiscount(Schema):
    """A discount that lowers the price today."""

    code: Code
    name: Name
    rate: Rate


class Product(Schema):
    """Something the shop sells, by the piece, kilogram or litre."""

    code: Sku
    gtin: Gtin | None
    name: Name
    description: Text
    image: ImagePaths | None = Field(description="null where there is none.")
    brand: BrandName | None
    category: CategoryName
    unit: Unit
    price: Money = Field(description="What one unit costs today, VAT included.")
    list_price: Money = Field(description="What one unit costs without a discount, VAT included.")
    discount: AppliedDiscount | None = Field(description="null where none applies today.")
    vat_rate: Rate
    reorder_level: QuantityOrZero
    available: QuantityOrZero = Field(description="How much can be sold today, in the unit.")
    in_stock: bool = Field(description="Whether anything of it can be sold today.")
    active: bool = Field(description="`false` once it is withdrawn: it is not sold any more.")
    version: Count
    created_at: Moment
    updated_at: Moment


class ProductPage(Page[Product]):
    """One page of a list of products."""

    partial: bool = Field(
        description="Whether no product has all words of `q`, so that these have some of them: as many as any has."
    )


class ProductQuery(PageQuery):
    """Which products to list, and in which order. Filters that name nothing known find nothing."""

    q: str | None = Field(
        default=None,
        max_length=500,
        description="Words of the name, brand or category; each by its beginning or nearly so. "
        "The first eight count, without case and accents; figures and letters are words of their "
        "own. A product's code, its barcode in any spelling or its whole name finds it too. Where "
        "no product has all words, those are found that have the most of them: see `partial`. Of "
        "more than a thousand products that are found (ten thousand are looked at, two thousand of "
        "a brand or category), the order by relevance has a thousand; any other order has all.",
        examples=["organic yoghurt"],
    )
    brand: Code | None = Field(default=None, description="The brand's code.")
    category: Code | None = Field(
        default=None, description="The category's code; all below it are meant too."
    )
    min_price: Money | None = Field(default=None, description="The lowest price charged today.")
    max_price: Money | None = Field(default=None, description="The highest price charged today.")
    in_stock: bool | None = Field(default=None, description="Whether any can be sold today.")
    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")
    sort: Sort | None = Field(
        default=None,
        description="`relevance`, which needs `q`, is the default with it; `name` without it. "
        "`price` is the one charged today, `newest` begins with the last one added.",
    )
