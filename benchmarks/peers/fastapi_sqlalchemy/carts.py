"""Filling carts, by the unit of work."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Numeric,
    Text,
    cast,
    column,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from benchmarks.peers.charges import charge
from benchmarks.peers.fastapi_shop import basket
from benchmarks.peers.fastapi_shop.problems import Problem, checked_out, invalid, missing_cart
from benchmarks.peers.fastapi_sqlalchemy.database import settings
from benchmarks.peers.fastapi_sqlalchemy.goods import Product
from benchmarks.peers.fastapi_sqlalchemy.sales import Cart, CartItem, Coupon, Purchase
from benchmarks.peers.fastapi_sqlalchemy.schemas import (
    CartCoupon,
    CartItemOut,
    CartOut,
    ItemDeposit,
    VatOut,
)
from benchmarks.peers.fastapi_sqlalchemy.security import Owner
from benchmarks.peers.vat import line_total, vat_by_rate


def _own(cart: UUID, owner: Owner) -> tuple[ColumnElement[bool], ...]:
    theirs = Cart.customer_id == owner.customer if owner.customer else Cart.id == owner.cart
    return (
        Cart.id == cart,
        theirs,
        or_(Cart.status != "open", Cart.expires_at > func.now()),
    )


async def lock(session: AsyncSession, cart: UUID, owner: Owner) -> Cart:
    """Return an open cart that nobody else changes now. Raises Problem (404, 409)."""
    found = await session.scalar(
        select(Cart)
        .where(*_own(cart, owner))
        .options(joinedload(Cart.customer))
        .with_for_update(of=Cart)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise missing_cart()
    if found.status != "open":
        made = await session.scalar(select(Purchase.id).where(Purchase.cart_id == cart))
        raise checked_out(made)
    return found


async def items_in(session: AsyncSession, cart: UUID, *, stock: bool) -> Sequence[CartItem]:
    """Return what is in a cart, with products at today's prices, and with their `stock`."""
    views = [selectinload(Product.offer), joinedload(Product.deposit)]
    if stock:
        views.append(selectinload(Product.availability))
    found = await session.scalars(
        select(CartItem)
        .where(CartItem.cart_id == cart)
        .order_by(CartItem.added_at, CartItem.id)
        .options(joinedload(CartItem.product, innerjoin=True).options(*views))
        .execution_options(populate_existing=True)
    )
    return found.all()


async def put_item(
    session: AsyncSession, owner: Owner, cart_id: UUID, code: str, quantity: Decimal
) -> CartOut:
    """Set how much of a product is in the cart."""
    if quantity > settings.max_quantity:
        raise _unsellable(f"must be at most {settings.max_quantity}")
    cart = await lock(session, cart_id, owner)
    product = await session.scalar(select(Product).where(Product.code == code))
    if product is None:
        raise Problem(404, "There is no such product.")
    if not product.active:
        raise Problem(409, "The product is not sold any more.", code="withdrawn")
    if not basket.is_whole(product.unit, quantity):
        raise _unsellable("must be whole: the product is sold by the piece")
    cart.expires_at = datetime.now(UTC) + timedelta(days=settings.cart_days)
    await _set(session, cart, product, quantity)
    items = await items_in(session, cart.id, stock=True)
    lines = [line_of(item) for item in items]
    coupon = await coupon_of(session, cart, lines)
    return _shown(cart, items, lines, coupon)


async def _set(session: AsyncSession, cart: Cart, product: Product, quantity: Decimal) -> None:
    item = await session.scalar(
        select(CartItem).where(
            CartItem.cart_id == cart.id,
            CartItem.product_id == product.id,
            CartItem.label_price.is_(None),
            CartItem.best_before.is_(None),
        )
    )
    if item is not None:
        item.quantity = quantity
    else:
        held = await session.scalar(
            select(func.count()).select_from(CartItem).where(CartItem.cart_id == cart.id)
        )
        if (held or 0) >= settings.max_cart_lines:
            detail = f"A cart holds at most {settings.max_cart_lines} products."
            raise Problem(409, detail, code="cart_full")
        session.add(CartItem(cart_id=cart.id, product_id=product.id, quantity=quantity))
    await session.flush()


def _unsellable(message: str) -> Problem:
    return invalid("The quantity cannot be sold.", "/quantity", message)


async def coupon_of(
    session: AsyncSession, cart: Cart, goods: Sequence[basket.Line]
) -> basket.Coupon | None:
    """Return the coupon of a cart, and what it does to the lines of goods."""
    if cart.coupon_id is None or not goods:
        return None
    effect = func.coupon_effect(
        cart.coupon_id,
        cart.coupon_code,
        cart.customer_id,
        cast([line.product_id for line in goods], ARRAY(BigInteger)),
        cast([line.total for line in goods], ARRAY(Numeric)),
    ).table_valued(
        column("refused", Text), column("reduction", Numeric), column("shares", ARRAY(Numeric))
    )
    code = func.coalesce(cast(cart.coupon_code, Text), func.upper(Coupon.code))
    found = await session.execute(
        select(Coupon.id, code, Coupon.name, Coupon.minimum, *effect.c)
        .join(effect, true())
        .where(Coupon.id == cart.coupon_id)
    )
    return basket.Coupon(*found.one())


def line_of(item: CartItem) -> basket.Line:
    """Return the line of what is in a cart."""
    product = item.product
    offer, deposit = product.offer, product.deposit
    charged = charge(offer, offer.multibuys, item.quantity, item.label_price)
    return basket.Line(
        active=product.active,
        product_id=product.id,
        code=product.code,
        name=product.name,
        unit=product.unit,
        quantity=item.quantity,
        list_price=product.list_price,
        discount_rate=charged.discount_rate,
        unit_price=charged.unit_price,
        vat_rate=product.vat_rate,
        total=charged.total,
        discount=charged.discount,
        label_price=item.label_price,
        min_age=product.min_age,
        deposit_code=deposit and deposit.code,
        deposit_name=deposit and deposit.name,
        deposit_amount=deposit and deposit.amount,
        deposit_vat_rate=deposit and deposit.vat_rate,
    )


def _item(item: CartItem, line: basket.Line) -> CartItemOut:
    product = item.product
    deposit = None
    if product.deposit is not None:
        total = line_total(item.quantity, product.deposit.amount)
        deposit = ItemDeposit(
            code=product.deposit.code,
            name=product.deposit.name,
            amount=product.deposit.amount,
            total=total,
        )
    return CartItemOut.model_validate(
        {
            "id": item.id,
            "offer": "regular" if item.best_before is None else "reduced",
            "best_before": item.best_before,
            "product": product,
            "quantity": item.quantity,
            "list_price": line.list_price,
            "unit_price": line.unit_price,
            "discount": line.discount,
            "label_price": item.label_price,
            "total": line.total,
            "deposit": deposit,
            "min_age": product.min_age,
            "substitute": item.substitute,
            "available": product.available if product.active else Decimal("0.000"),
            "problems": _problems(item),
        }
    )


def _problems(item: CartItem) -> list[str]:
    if not item.product.active:
        return ["withdrawn"]
    return ["out_of_stock"] if item.quantity > item.product.available else []


def _shown(
    cart: Cart,
    items: Sequence[CartItem],
    goods: Sequence[basket.Line],
    coupon: basket.Coupon | None,
) -> CartOut:
    shown = [_item(item, line) for item, line in zip(items, goods, strict=True)]
    if coupon is not None and not coupon.refused:
        coupon.redeem(goods)
    charged = [(line.total, line.vat_rate) for line in [*goods, *basket.deposits(goods)]]
    vat = vat_by_rate(charged)
    total = sum((total for total, _ in charged), basket.NOTHING)
    return CartOut(
        id=cart.id,
        status=cart.status,
        ready=bool(shown)
        and not any(item.problems for item in shown)
        and not (coupon and coupon.refused),
        min_age=max((item.min_age for item in shown if item.min_age is not None), default=None),
        currency=settings.currency,
        items=shown,
        coupon=None if coupon is None else CartCoupon.model_validate(_entered(coupon)),
        total=total,
        ceiling=total,
        vat_total=sum((each.vat for each in vat), basket.NOTHING),
        vat=[VatOut.model_validate(each) for each in vat],
        created_at=cart.created_at,
        expires_at=cart.expires_at,
    )


def _entered(coupon: basket.Coupon) -> dict[str, object]:
    return {
        "code": coupon.code,
        "name": coupon.name,
        "reduction": coupon.reduction,
        "refused": coupon.refused or None,
        "minimum": coupon.minimum,
    }
