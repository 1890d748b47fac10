"""Putting products into carts."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from peewee import SQL, Value, fn

from benchmarks.peers.charges import charge
from benchmarks.peers.peewee_shop.catalogue import available, check_code, multibuys
from benchmarks.peers.peewee_shop.database import in_transaction, settings
from benchmarks.peers.peewee_shop.models import (
    Cart,
    CartItem,
    Coupon,
    Offer,
    Product,
    Purchase,
)
from benchmarks.peers.peewee_shop.problems import Problem, invalid
from benchmarks.peers.peewee_shop.rendering import cart_json
from benchmarks.peers.peewee_shop.rules import Coupon as Effect
from benchmarks.peers.peewee_shop.rules import Line, sold_in
from benchmarks.peers.peewee_shop.security import Buyer, owned

_CHARGED = (
    Product.id,
    Product.active,
    Product.code,
    Product.name,
    Product.unit,
    Product.price,
    Product.vat_rate,
    Product.min_age,
    Offer.deposit_code,
    Offer.deposit_name,
    Offer.deposit_amount,
    Offer.deposit_vat_rate,
    Offer.price,
    Offer.discount_rate,
    Offer.discount_terms,
    Offer.unit_price,
)


async def put_item(who: Buyer, cart: UUID, code: str, quantity: Decimal) -> Any:
    """Set how much of a product is in the cart, and return the cart's JSON. Raises Problem."""
    check_code(code)
    if quantity > settings.max_quantity:
        raise _wrong_quantity(f"must be at most {settings.max_quantity}")

    async def work() -> Any:
        kept = await _keep(who, cart)
        product = await Product.aio_get_or_none(Product.code == code)
        if product is None:
            raise Problem(404, "There is no such product.")
        _check(product, quantity)
        await (
            CartItem.insert(cart=cart, product=product, quantity=quantity)
            .on_conflict(
                conflict_target=[
                    CartItem.cart,
                    CartItem.product,
                    SQL("(coalesce(best_before, 'infinity'))"),
                ],
                conflict_where=CartItem.label_price.is_null(),
                preserve=[CartItem.quantity],
            )
            .aio_execute()
        )
        found = await items(cart)
        if len(found) > settings.max_cart_lines:
            detail = f"A cart holds at most {settings.max_cart_lines} products."
            raise Problem(409, detail, code="cart_full")
        goods = [line(item) for item in found]
        coupon = await coupon_of(kept, goods)
        return cart_json(kept, found, goods, coupon, settings.currency)

    return await in_transaction(work)


async def _keep(who: Buyer, cart: UUID) -> Any:
    """Lock an open cart, keep it for some days more, and return it."""
    rows = await (
        Cart.update(expires_at=fn.now() + timedelta(days=settings.cart_days))
        .where(*owned(cart, who), Cart.status == "open")
        .returning(
            Cart.id,
            Cart.status,
            Cart.created_at,
            Cart.expires_at,
            Cart.customer,
            Cart.coupon,
            Cart.coupon_code,
        )
        .aio_execute()
    )
    if rows:
        return rows[0]
    if not await Cart.select(Cart.id).where(*owned(cart, who)).aio_exists():
        raise missing()
    raise await checked_out(cart)


async def goods_in(cart: UUID) -> Any:
    """Return what is in the cart, at today's prices, without the stock."""
    return await (
        CartItem.select(
            CartItem.quantity,
            CartItem.label_price,
            CartItem.best_before,
            CartItem.substitute,
            *_CHARGED,
            multibuys(),
        )
        .join_from(CartItem, Product)
        .join_from(Product, Offer, on=(Offer.product == Product.id), attr="offer")
        .where(CartItem.cart == cart)
        .order_by(CartItem.added_at, CartItem.id)
        .aio_execute()
    )


def line(item: Any) -> Line:
    """Return the line of what is in a cart."""
    product = item.product
    charged = charge(product.offer, item.multibuys or (), item.quantity, item.label_price)
    return Line(
        product_id=product.id,
        code=product.code,
        name=product.name,
        unit=product.unit,
        quantity=item.quantity,
        list_price=product.price,
        discount_rate=charged.discount_rate,
        unit_price=charged.unit_price,
        vat_rate=product.vat_rate,
        total=charged.total,
        discount=charged.discount,
        label_price=item.label_price,
        best_before=item.best_before,
        substitute=item.substitute,
        offer=product.offer,
    )


async def coupon_of(cart: Any, goods: Sequence[Line]) -> Effect | None:
    """Return the coupon of a cart, and what it does to the lines of goods."""
    if cart.coupon_id is None or not goods:
        return None
    effect = fn.coupon_effect(
        cart.coupon_id,
        cart.coupon_code,
        cart.customer_id,
        Value([line.product_id for line in goods], unpack=False),
        Value([line.total for line in goods], unpack=False),
    )
    rows = await (
        Coupon.select(
            Coupon.id,
            fn.coalesce(cart.coupon_code, fn.upper(Coupon.code)),
            Coupon.name,
            Coupon.minimum,
            SQL("e.refused"),
            SQL("e.reduction"),
            SQL("e.shares"),
        )
        .from_(Coupon, effect.alias("e"))
        .where(Coupon.id == cart.coupon_id)
        .tuples()
        .aio_execute()
    )
    return Effect(*rows[0])


async def items(cart: UUID) -> Any:
    """Return what is in the cart, at today's prices."""
    return await (
        CartItem.select(
            CartItem.id,
            CartItem.quantity,
            CartItem.label_price,
            CartItem.best_before,
            CartItem.substitute,
            *_CHARGED,
            multibuys(),
            available(),
        )
        .join_from(CartItem, Product)
        .join_from(Product, Offer, on=(Offer.product == Product.id), attr="offer")
        .where(CartItem.cart == cart)
        .order_by(CartItem.added_at, CartItem.id)
        .aio_execute()
    )


def missing() -> Problem:
    """Return what to raise for a cart that is not there, or somebody else's."""
    return Problem(404, "There is no such cart.")


async def checked_out(cart: UUID) -> Problem:
    """Return what to raise for a cart that became a purchase."""
    purchase = await Purchase.select(Purchase.id).where(Purchase.cart == cart).aio_first()
    location = {"Location": f"/api/v1/purchases/{purchase.id}"} if purchase else {}
    return Problem(409, "The cart was checked out.", code="checked_out", headers=location)


def _check(product: Any, quantity: Decimal) -> None:
    if not product.active:
        raise Problem(409, "The product is not sold any more.", code="withdrawn")
    if not sold_in(product.unit, quantity):
        raise _wrong_quantity("must be whole: the product is sold by the piece")


def _wrong_quantity(message: str) -> Problem:
    return invalid("The quantity cannot be sold.", ("/quantity", message))
