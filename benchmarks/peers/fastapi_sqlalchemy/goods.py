"""The catalogue and its stock. What a query needs of other tables, it says in its options."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    FetchedValue,
    ForeignKey,
    Numeric,
    any_,
    case,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, aggregate_order_by
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from benchmarks.peers.fastapi_sqlalchemy.base import (
    Base,
    Key,
    Money,
    Quantity,
    Rate,
    Stamp,
    refers_to,
)
from benchmarks.peers.prices import base_price


class Brand(Base):
    """A maker's name."""

    __tablename__ = "brand"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]


class Category(Base):
    """A node in the tree of categories."""

    __tablename__ = "category"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    parent_id: Mapped[int | None] = refers_to("category.id")


class Discount(Base):
    """What takes off a rate or an amount of the price, or makes several pieces cheaper."""

    __tablename__ = "discount"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    rate: Mapped[Rate | None]
    amount: Mapped[Money | None]


class DiscountSet(Base):
    """The discounts that products may have."""

    __tablename__ = "discount_set"

    id: Mapped[Key]
    discounts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class DiscountToday(Base):
    """A view: the discounts that apply today."""

    __tablename__ = "discount_today"

    id: Mapped[Key]
    buy: Mapped[int | None]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Deposit(Base):
    """What is paid for a bottle, beside what is in it."""

    __tablename__ = "deposit"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    amount: Mapped[Money]
    vat_rate: Mapped[Rate]


class Product(Base):
    """Something the shop sells."""

    __tablename__ = "product"

    id: Mapped[Key]
    code: Mapped[str]
    gtin: Mapped[str | None]
    plu: Mapped[str | None]
    other_barcodes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    name: Mapped[str]
    description: Mapped[str]
    image_hash: Mapped[str | None] = mapped_column("image")
    brand_id: Mapped[int | None] = refers_to("brand.id")
    category_id: Mapped[int] = refers_to("category.id")
    deposit_id: Mapped[int | None] = refers_to("deposit.id")
    net_quantity: Mapped[Quantity | None]
    net_unit: Mapped[str | None]
    allergens: Mapped[dict[str, str]] = mapped_column(JSONB)
    diets: Mapped[list[str]] = mapped_column(JSONB)
    alcohol: Mapped[str | None]
    min_age: Mapped[int | None]
    unit: Mapped[str]
    list_price: Mapped[Money] = mapped_column("price")
    vat_rate: Mapped[Rate]
    reorder_level: Mapped[Quantity]
    active: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[Stamp]
    updated_at: Mapped[Stamp]
    search: Mapped[str] = mapped_column(TSVECTOR, FetchedValue(), deferred=True)

    ingredients: Mapped[str] = mapped_column(deferred=True, deferred_group="details")
    nutrition: Mapped[dict[str, str] | None] = mapped_column(
        JSONB, deferred=True, deferred_group="details"
    )
    food_business: Mapped[str] = mapped_column(deferred=True, deferred_group="details")
    origin: Mapped[str] = mapped_column(deferred=True, deferred_group="details")
    storage: Mapped[str] = mapped_column(deferred=True, deferred_group="details")
    shelf_life_days: Mapped[int | None] = mapped_column(deferred=True, deferred_group="details")

    brand: Mapped[Brand | None] = relationship(lazy="raise")
    category: Mapped[Category] = relationship(lazy="raise")
    deposit: Mapped[Deposit | None] = relationship(lazy="raise")
    offer: Mapped["Offer"] = relationship(lazy="raise", viewonly=True)
    availability: Mapped["Availability"] = relationship(lazy="raise", viewonly=True)

    @property
    def image(self) -> dict[str, str] | None:
        """Where its picture is, in each size."""
        if self.image_hash is None:
            return None
        sizes = ("small", "medium", "large")
        return {size: f"/api/v1/images/{self.image_hash}/{size}" for size in sizes}

    @property
    def price(self) -> Decimal:
        """What one unit costs today."""
        return self.offer.unit_price

    @property
    def base_price(self) -> dict[str, str] | None:
        """What a kilogram or a litre costs today."""
        return base_price(self.price, self.unit, self.net_quantity, self.net_unit)

    @property
    def discount(self) -> dict[str, Any] | None:
        """The discount that lowers the price today."""
        made_by = self.offer.discount
        if made_by is None:
            return None
        return {
            "code": made_by.code,
            "name": made_by.name,
            "rate": made_by.rate,
            "amount": made_by.amount,
            "prior_price": self.offer.prior_price,
        }

    @property
    def multibuys(self) -> list[dict[str, Any]]:
        """What of it is cheaper today where several pieces are bought."""
        return self.offer.multibuys

    @property
    def available(self) -> Decimal:
        """How much can be sold today."""
        return self.availability.available

    @property
    def in_stock(self) -> bool:
        """Whether anything can be sold today."""
        return self.availability.available > 0


# Asked for only where anything may be reduced.
Product.reduced = column_property(
    cast(
        case(
            (text("EXISTS (SELECT FROM markdown_step)"), func.reduced_goods(Product.id)),
            else_="[]",
        ),
        JSONB,
    ),
    deferred=True,
    group="details",
)


class Offer(Base):
    """A view: today's price of a product."""

    __tablename__ = "offer"

    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("product.id"), primary_key=True)
    unit: Mapped[str]
    price: Mapped[Money]
    unit_price: Mapped[Money]
    discount_rate: Mapped[Rate]
    discount_id: Mapped[int | None] = refers_to("discount.id")
    discount_set: Mapped[int]
    discount_terms: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    discount: Mapped[Discount | None] = relationship(lazy="raise")


Offer.multibuys = column_property(
    select(
        func.coalesce(
            func.jsonb_agg(aggregate_order_by(DiscountToday.terms, DiscountToday.id)),
            text("'[]'"),
            type_=JSONB,
        )
    )
    .where(
        DiscountSet.id == Offer.discount_set,
        DiscountToday.id == any_(DiscountSet.discounts),
        DiscountToday.buy.is_not(None),
        Offer.unit == "piece",
    )
    .correlate_except(DiscountSet, DiscountToday)
    .scalar_subquery()
)
Offer.prior_price = column_property(
    case(
        (
            Offer.discount_id.is_not(None),
            func.prior_price(Offer.product_id, Offer.price, Offer.discount_id, type_=Numeric),
        )
    ),
    deferred=True,
)


class Availability(Base):
    """A view: what of a product can be sold today."""

    __tablename__ = "availability"

    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("product.id"), primary_key=True)
    available: Mapped[Quantity]


class StockLevel(Base):
    """The sums over a product's lots."""

    __tablename__ = "stock_level"

    product_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("product.id"), primary_key=True)
    on_hand: Mapped[Quantity]
    allocated: Mapped[Quantity]


class Stock(Base):
    """A lot: what came in together."""

    __tablename__ = "stock"

    id: Mapped[Key]
    product_id: Mapped[int] = refers_to("product.id")
    on_hand: Mapped[Quantity]
    allocated: Mapped[Quantity]
    expires_on: Mapped[date | None]


class StockMovement(Base):
    """A change of what is on hand."""

    __tablename__ = "stock_movement"

    id: Mapped[Key]
    kind: Mapped[str]
    product_id: Mapped[int] = refers_to("product.id")
    quantity: Mapped[Quantity]
    purchase_id: Mapped[UUID | None]
