"""Carts and purchases."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Identity, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship, synonym

from benchmarks.peers.fastapi_shop.basket import NOTHING
from benchmarks.peers.fastapi_sqlalchemy.base import (
    Base,
    Key,
    Money,
    Quantity,
    Rate,
    Stamp,
    refers_to,
)
from benchmarks.peers.fastapi_sqlalchemy.goods import Product, StockMovement
from benchmarks.peers.fastapi_sqlalchemy.people import Customer
from benchmarks.peers.vat import VatOfRate, vat_by_rate


class Coupon(Base):
    """What a code takes off a basket."""

    __tablename__ = "coupon"

    id: Mapped[Key]
    code: Mapped[str]
    name: Mapped[str]
    minimum: Mapped[Money]


class Cart(Base):
    """What somebody means to buy."""

    __tablename__ = "cart"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes | None]
    customer_id: Mapped[int | None] = refers_to("customer.id")
    coupon_id: Mapped[int | None] = refers_to("coupon.id")
    coupon_code: Mapped[str | None]
    status: Mapped[str]
    created_at: Mapped[Stamp]
    expires_at: Mapped[datetime]

    customer: Mapped[Customer | None] = relationship(lazy="raise")
    items: Mapped[list["CartItem"]] = relationship(
        lazy="raise", order_by="(CartItem.added_at, CartItem.id)"
    )


class CartItem(Base):
    """So much of a product in a cart."""

    __tablename__ = "cart_item"

    id: Mapped[Key]
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id"))
    product_id: Mapped[int] = refers_to("product.id")
    quantity: Mapped[Quantity]
    label_price: Mapped[Money | None]
    best_before: Mapped[date | None]
    substitute: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[Stamp]

    product: Mapped[Product] = relationship(lazy="raise")


class Purchase(Base):
    """What was bought."""

    __tablename__ = "purchase"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=FetchedValue())
    invoice_number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    number: Mapped[int] = synonym("invoice_number")
    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id"))
    token_hash: Mapped[bytes | None]
    customer_id: Mapped[int | None] = refers_to("customer.id")
    contact_name: Mapped[str]
    contact_phone: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=FetchedValue())
    currency: Mapped[str]
    total: Mapped[Money]
    vat_total: Mapped[Money]
    pricing_rules: Mapped[int]
    placed_at: Mapped[Stamp]
    pay_by: Mapped[datetime]
    slot_start: Mapped[datetime | None]
    slot_end: Mapped[datetime | None]
    collected_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column("cancel_reason", server_default=FetchedValue())
    coupon_id: Mapped[int | None] = refers_to("coupon.id")
    coupon_code: Mapped[str | None]
    coupon_name: Mapped[str | None]
    coupon_amount: Mapped[Money | None]
    min_age: Mapped[int | None]
    age_checked_by: Mapped[int | None]
    version: Mapped[int] = mapped_column(server_default=FetchedValue())

    lines: Mapped[list["PurchaseLine"]] = relationship(lazy="raise", order_by="PurchaseLine.id")
    payments: Mapped[list["Payment"]] = relationship(lazy="raise", order_by="Payment.id")

    @property
    def cancel_reason(self) -> str | None:
        """Why it was cancelled, if it was."""
        return self.reason or None

    @property
    def coupon(self) -> dict[str, Any] | None:
        """The coupon that it redeemed, if it did."""
        if self.coupon_id is None:
            return None
        return {
            "code": self.coupon_code,
            "name": self.coupon_name,
            "reduction": self.coupon_amount,
        }

    @property
    def slot(self) -> dict[str, datetime | None] | None:
        """The window in which it is collected, if it has one."""
        return self.slot_start and {"start": self.slot_start, "end": self.slot_end}

    @property
    def age_checked(self) -> bool:
        """Whether somebody looked, at hand-over."""
        return self.age_checked_by is not None

    @property
    def ordered_total(self) -> Decimal:
        """What it came to when it was placed: nothing is picked here."""
        return self.total

    @property
    def ceiling(self) -> Decimal:
        """What it may come to."""
        return self.total

    @property
    def vat(self) -> list[VatOfRate]:
        """The VAT by rate."""
        return vat_by_rate([(line.total, line.vat_rate) for line in self.lines])

    @property
    def paid(self) -> Decimal:
        """What was taken for it."""
        return sum((each.amount for each in self.payments if each.kind == "payment"), NOTHING)

    @property
    def refunded(self) -> Decimal:
        """What was given back."""
        return sum((each.amount for each in self.payments if each.kind == "refund"), NOTHING)

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return self.total - self.paid + self.refunded if self.status == "placed" else NOTHING


class PurchaseLine(Base):
    """What was sold of one product, or the deposit on it."""

    __tablename__ = "purchase_line"

    id: Mapped[Key]
    purchase_id: Mapped[UUID] = mapped_column(ForeignKey("purchase.id"))
    deposit_of: Mapped[int | None] = refers_to("purchase_line.id")
    product_id: Mapped[int | None] = refers_to("product.id")
    code: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[Quantity]
    list_price: Mapped[Money] = mapped_column("price")
    discount_rate: Mapped[Rate]
    unit_price: Mapped[Money]
    discount: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    label_price: Mapped[Money | None]
    best_before: Mapped[date | None]
    substitute: Mapped[bool] = mapped_column(default=False)
    vat_rate: Mapped[Rate]
    vat_amount: Mapped[Money]
    coupon_amount: Mapped[Money | None]
    total: Mapped[Money]

    allocations: Mapped[list["Allocation"]] = relationship(lazy="raise")
    goods: Mapped["PurchaseLine | None"] = relationship(lazy="raise", remote_side="PurchaseLine.id")

    @property
    def offer(self) -> str:
        """Whether it is goods close to their day."""
        return "regular" if self.best_before is None else "reduced"

    @property
    def ordered(self) -> Decimal:
        """What was ordered."""
        return self.quantity

    @property
    def kind(self) -> str:
        """What it is for."""
        return "goods" if self.deposit_of is None else "deposit"

    @property
    def product(self) -> str | None:
        """The product's code, of goods."""
        return self.code if self.deposit_of is None else None

    @property
    def deposit(self) -> str | None:
        """The deposit's code, of a deposit."""
        return None if self.deposit_of is None else self.code

    @property
    def coupon_reduction(self) -> Decimal:
        """Its part of what the coupon took off."""
        return self.coupon_amount or NOTHING


PurchaseLine.returned = column_property(
    select(func.coalesce(func.sum(StockMovement.quantity), Decimal("0.000")))
    .where(
        StockMovement.purchase_id == PurchaseLine.purchase_id,
        StockMovement.product_id == PurchaseLine.product_id,
        StockMovement.kind == "return",
    )
    .correlate_except(StockMovement)
    .scalar_subquery()
)


class Allocation(Base):
    """So much of a lot for a line."""

    __tablename__ = "allocation"

    purchase_line_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("purchase_line.id"), primary_key=True
    )
    stock_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stock.id"), primary_key=True)
    quantity: Mapped[Quantity]


class Payment(Base):
    """Money taken for a purchase, or given back."""

    __tablename__ = "payment"

    id: Mapped[Key]
    purchase_id: Mapped[UUID] = mapped_column(ForeignKey("purchase.id"))
    kind: Mapped[str]
    method: Mapped[str]
    amount: Mapped[Money]
    reference: Mapped[str]
    reason: Mapped[str]
    at: Mapped[Stamp]
