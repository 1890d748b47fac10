"""Products, as JSON."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from app.core.web.paging import Page, PageQuery
from app.core.web.schema import (
    Code,
    Count,
    Date,
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
)
from app.product.discounts.schemas import Buy, Pay
from app.product.facets.schemas import AskedFacets, Facets
from app.product.food.schemas import (
    Alcohol,
    AllergenFree,
    Allergens,
    BasePrice,
    Diet,
    Diets,
    FoodBusiness,
    Ingredients,
    MinAge,
    NetQuantity,
    NetUnit,
    Nutrition,
    Origin,
    ShelfLife,
    Storage,
)
from app.product.gtin import Gtin
from app.product.images.schemas import ImagePaths
from app.product.plu import Plu
from app.product.products.barcodes import OtherBarcodes
from app.product.schemas import VatRate

Unit = Literal["piece", "kg", "litre"]
Sort = Literal["name", "price", "-price", "newest", "relevance"]


class NewProduct(Schema):
    """A product to be sold from now on."""

    code: Sku
    gtin: Gtin | None = Field(default=None, description="The barcode on one piece of it.")
    plu: Plu | None = Field(
        default=None,
        description="What it is keyed in by, and the item number on labels of the shop's scales. Zeros in front do not count.",
    )
    other_barcodes: OtherBarcodes = Field(
        default=[], description="Further barcodes: on packs of it, or on other packages."
    )
    name: Name
    description: Text = ""
    brand: Code | None = Field(default=None, description="The brand's code.")
    category: Code = Field(description="The category's code.")
    discount: Code | None = Field(
        default=None, description="A discount's code, beside those that name this product."
    )
    deposit: Code | None = Field(
        default=None, description="The deposit's code, of what is sold by the piece."
    )
    unit: Unit = Field(description="What a quantity of 1 is.")
    list_price: PositiveMoney = Field(description="Of one unit, VAT included.")
    vat_rate: VatRate = Field(examples=["0.0700"])
    reorder_level: QuantityOrZero = Field(
        default=Decimal("0.000"), description="When this little is left, it is time to order."
    )
    net_quantity: NetQuantity | None = None
    net_unit: NetUnit | None = None
    ingredients: Ingredients = ""
    allergens: Allergens = Field(default_factory=dict)
    diets: Diets = Field(default_factory=list)
    nutrition: Nutrition | None = None
    food_business: FoodBusiness = ""
    origin: Origin = ""
    storage: Storage = ""
    alcohol: Alcohol | None = None
    min_age: MinAge | None = None
    shelf_life_days: ShelfLife | None = None


class ProductChanges(Schema):
    """What of a product changes; `active: false` withdraws it."""

    gtin: Gtin | None = omitted()
    plu: Plu | None = omitted()
    other_barcodes: OtherBarcodes = omitted()
    name: Name = omitted()
    description: Text = omitted()
    brand: Code | None = omitted()
    category: Code = omitted()
    discount: Code | None = omitted()
    deposit: Code | None = omitted()
    unit: Unit = omitted()
    list_price: PositiveMoney = omitted()
    vat_rate: VatRate = omitted()
    reorder_level: QuantityOrZero = omitted()
    net_quantity: NetQuantity | None = omitted()
    net_unit: NetUnit | None = omitted()
    ingredients: Ingredients = omitted()
    allergens: Allergens = omitted()
    diets: Diets = omitted()
    nutrition: Nutrition | None = omitted()
    food_business: FoodBusiness = omitted()
    origin: Origin = omitted()
    storage: Storage = omitted()
    alcohol: Alcohol | None = omitted()
    min_age: MinAge | None = omitted()
    shelf_life_days: ShelfLife | None = omitted()
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
    """The discount that lowers the price most today: by a rate of the list price, or by an amount."""

    code: Code
    name: Name
    rate: Rate | None
    amount: Money | None
    prior_price: Money | None = Field(
        description="The lowest price of the 30 days before the reduction began, which is what to announce it, and a"
        " percentage of it, against (98/6/EC art. 6a); null of what was not sold before."
    )


class Multibuy(Schema):
    """So many pieces at the price of fewer, or at one price. A line is charged by whatever takes off most, and by one alone."""

    code: Code
    name: Name
    buy: Buy
    pay: Pay | None = Field(description="How many of them are paid, each at the list price.")
    price: Money | None = Field(description="Or what all of them cost.")


class ChargedDeposit(Schema):
    """A deposit on one piece, beside its price."""

    code: Code
    name: Name
    amount: PositiveMoney


class Product(Schema):
    """Something the shop sells, by the piece, kilogram or litre."""

    code: Sku
    gtin: Gtin | None
    plu: Plu | None
    other_barcodes: OtherBarcodes
    name: Name
    description: Text
    image: ImagePaths | None = Field(description="null where there is none.")
    brand: BrandName | None
    category: CategoryName
    unit: Unit
    price: Money = Field(description="What one unit costs today, VAT included.")
    list_price: Money = Field(description="What one unit costs without a discount, VAT included.")
    discount: AppliedDiscount | None = Field(description="null where none applies today.")
    multibuys: list[Multibuy] = Field(description="What runs today, of what is sold by the piece.")
    deposit: ChargedDeposit | None = Field(description="What comes on top of the price.")
    net_quantity: NetQuantity | None
    net_unit: NetUnit | None
    base_price: BasePrice | None = Field(
        description="Today's price per kilogram or litre; null where nobody said what is in a piece."
    )
    allergens: Allergens
    diets: Diets
    alcohol: Alcohol | None
    min_age: MinAge | None
    vat_rate: Rate
    reorder_level: QuantityOrZero
    available: QuantityOrZero = Field(description="How much can be sold today, in the unit.")
    in_stock: bool = Field(description="Whether anything of it can be sold today.")
    active: bool = Field(description="`false` once it is withdrawn: it is not sold any more.")
    version: Count
    created_at: Moment
    updated_at: Moment


class ReducedOffer(Schema):
    """What of a product is close to its last day, and costs less."""

    best_before: Date
    price: Money = Field(description="What one unit costs today, VAT included.")
    rate: Rate = Field(description="What was taken off the list price.")
    quantity: QuantityOrZero = Field(description="How much can be sold today, in the unit.")


class ProductDetails(Product):
    """A product with all that a buyer may want to read of it."""

    ingredients: Ingredients
    nutrition: Nutrition | None
    food_business: FoodBusiness
    origin: Origin
    storage: Storage
    reduced: list[ReducedOffer] = Field(
        description="What of it is close to its last day, each at a price of its own; no part of `available`."
    )
    shelf_life_days: ShelfLife | None


class ProductPage(Page[Product]):
    """One page of a list of products."""

    facets: Facets = omitted()
    partial: bool = Field(
        description="Whether no product has all words of `q`, so that these have some of them: as many as any has."
    )


class ProductQuery(PageQuery):
    """Which products to list, and in which order. Filters that name nothing known find nothing."""

    q: str | None = Field(
        default=None,
        max_length=500,
        description="Words of the name, brand, category or ingredients; each by its beginning, or nearly so, or a synonym. "
        "What has some only in its ingredients comes last in the order by relevance. "
        "The first eight count, without case and accents; figures and letters are words of their "
        "own. A product's code, a barcode in any spelling, its PLU or its whole name finds it too. Where "
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
    allergen_free: AllergenFree | None = Field(
        default=None,
        description="Allergens, with commas between them, that a product is declared to be free of."
        " What nobody has declared is not found.",
    )
    diet: Diet | None = Field(
        default=None,
        description="One that it is declared to suit; what is vegan is vegetarian too.",
    )
    in_stock: bool | None = Field(default=None, description="Whether any can be sold today.")
    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")
    facets: AskedFacets | None = Field(
        default=None,
        description="What to count of the whole list, with commas between them: see `facets` in the answer. Counts are exact up to a "
        "thousand products. A cursor is good with any facets, or none.",
    )
    sort: Sort | None = Field(
        default=None,
        description="`relevance`, which needs `q`, is the default with it, and of what is as relevant "
        "has first what sold more in the last thirty days; `name` is it without `q`. "
        "`price` is the one charged today, `newest` begins with the last one added.",
    )
