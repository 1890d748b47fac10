"""What is answered, as pydantic's response models."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from benchmarks.peers.fastapi_sqlalchemy.output import Moment, Output


class Health(Output):
    """That it lives."""

    status: str = "ok"


class Named(Output):
    """A brand or a category, in short."""

    code: str
    name: str


class AppliedDiscount(Named):
    """The discount that lowers the price today."""

    rate: Decimal | None
    amount: Decimal | None
    prior_price: Decimal | None


class Multibuy(Named):
    """So many pieces at the price of fewer, or at one price."""

    buy: int
    pay: int | None
    price: Decimal | None


class LineDiscount(Named):
    """The discount that made a line's price."""

    rate: Decimal | None
    amount: Decimal | None
    buy: int | None
    pay: int | None
    price: Decimal | None


class OtherBarcode(Output):
    """A barcode on a pack, or on another package."""

    gtin: str
    pieces: int


class ChargedDeposit(Named):
    """A deposit on one piece, beside its price."""

    amount: Decimal


class BasePrice(Output):
    """The price per kilogram or litre."""

    amount: Decimal
    per: str


class ImagePaths(Output):
    """Where an image is, in three sizes."""

    small: str
    medium: str
    large: str


class ProductOut(Output):
    """Something the shop sells."""

    code: str
    gtin: str | None
    plu: str | None
    other_barcodes: list[OtherBarcode]
    name: str
    description: str
    image: ImagePaths | None
    brand: Named | None
    category: Named
    unit: str
    price: Decimal
    list_price: Decimal
    discount: AppliedDiscount | None
    multibuys: list[Multibuy]
    deposit: ChargedDeposit | None
    net_quantity: Decimal | None
    net_unit: str | None
    base_price: BasePrice | None
    allergens: dict[str, str]
    diets: list[str]
    alcohol: str | None
    min_age: int | None
    vat_rate: Decimal
    reorder_level: Decimal
    available: Decimal
    in_stock: bool
    active: bool
    version: int
    created_at: Moment
    updated_at: Moment


class ProductDetailsOut(ProductOut):
    """A product with all that a buyer may want to read of it."""

    ingredients: str
    nutrition: dict[str, str] | None
    food_business: str
    origin: str
    storage: str
    reduced: list[dict[str, str]]
    shelf_life_days: int | None


class ProductPage(Output):
    """One page of a list."""

    items: list[ProductOut]
    next: str | None
    partial: bool = False
    """Nobody who is measured looks for what no product has all words of."""


class CartProduct(Named):
    """A product in a cart."""

    unit: str


class ItemDeposit(ChargedDeposit):
    """The deposit on so many pieces."""

    total: Decimal


class CartItemOut(Output):
    """So much of it, at today's price."""

    id: int
    offer: str
    best_before: date | None
    product: CartProduct
    quantity: Decimal
    list_price: Decimal
    unit_price: Decimal
    discount: LineDiscount | None
    label_price: Decimal | None
    total: Decimal
    min_age: int | None
    substitute: bool
    deposit: ItemDeposit | None
    available: Decimal
    problems: list[str]


class VatOut(Output):
    """All that is charged at one rate of VAT."""

    rate: Decimal
    gross: Decimal
    net: Decimal
    vat: Decimal


class RedeemedCoupon(Named):
    """A coupon, and what it took off."""

    reduction: Decimal


class CartCoupon(RedeemedCoupon):
    """A coupon that a cart will redeem, and what it takes off."""

    refused: str | None
    minimum: Decimal


class Basket(Output):
    """What a cart and a purchase have in common."""

    id: UUID
    status: str
    currency: str
    total: Decimal
    ceiling: Decimal
    vat_total: Decimal
    vat: list[VatOut]
    min_age: int | None


class CartOut(Basket):
    """What somebody means to buy."""

    ready: bool
    items: list[CartItemOut]
    coupon: CartCoupon | None
    created_at: Moment
    expires_at: Moment
    purchase: UUID | None = None


class PurchaseLineOut(Output):
    """What was sold of one product, or the deposit on it."""

    id: int
    kind: str
    product: str | None
    deposit: str | None
    deposit_of: int | None
    offer: str
    best_before: date | None
    name: str
    unit: str
    quantity: Decimal
    ordered: Decimal
    substitute_for: int | None = None
    list_price: Decimal
    discount_rate: Decimal
    unit_price: Decimal
    discount: LineDiscount | None
    label_price: Decimal | None
    vat_rate: Decimal
    vat_amount: Decimal
    coupon_reduction: Decimal
    total: Decimal
    returned: Decimal
    substitute: bool


class PaymentOut(Output):
    """Money taken for a purchase, or given back."""

    id: int
    kind: str
    method: str
    amount: Decimal
    reference: str
    reason: str
    at: Moment


class PurchaseOut(Basket):
    """What was bought."""

    number: int
    invoice_number: int
    contact_name: str
    contact_phone: str | None
    coupon: RedeemedCoupon | None
    ordered_total: Decimal
    paid: Decimal
    refunded: Decimal
    due: Decimal
    owed: Decimal = Decimal("0.00")
    lines: list[PurchaseLineOut]
    payments: list[PaymentOut]
    placed_at: Moment
    pay_by: Moment
    collect_by: None = None
    slot: dict[str, Moment] | None
    picked_at: Moment | None = None
    collected_at: Moment | None
    cancelled_at: Moment | None
    cancel_reason: str | None
    age_checked: bool
    version: int


class User(Output):
    """Who is logged in."""

    email: str
    role: str
    name: str


class SignedIn(Output):
    """A new session."""

    token: str
    expires_at: Moment
    user: User
