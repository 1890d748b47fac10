"""Carts and checkout, by the unit of work."""

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
    exc,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from benchmarks.peers.fastapi_shop import basket
from benchmarks.peers.fastapi_shop.inputs import CheckoutRequest
from benchmarks.peers.fastapi_shop.problems import (
    Problem,
    checked_out,
    coupon_refused,
    invalid,
    missing_cart,
)
from benchmarks.peers.fastapi_sqlalchemy.database import settings
from benchmarks.peers.fastapi_sqlalchemy.goods import Availability, Product, Stock, StockLevel
from benchmarks.peers.fastapi_sqlalchemy.sales import (
    Allocation,
    Cart,
    CartItem,
    Coupon,
    Purchase,
    PurchaseLine,
)
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


async def _lock(session: AsyncSession, cart: UUID, owner: Owner) -> Cart:
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


async def _items(session: AsyncSession, cart: UUID, *, stock: bool) -> Sequence[CartItem]:
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
    cart = await _lock(session, cart_id, owner)
    product = await session.scalar(select(Product).where(Product.code == code))
    if product is None:
        raise Problem(404, "There is no such product.")
    if not product.active:
        raise Problem(409, "The product is not sold any more.", code="withdrawn")
    if not basket.is_whole(product.unit, quantity):
        raise _unsellable("must be whole: the product is sold by the piece")
    cart.expires_at = datetime.now(UTC) + timedelta(days=settings.cart_days)
    await _set(session, cart, product, quantity)
    items = await _items(session, cart.id, stock=True)
    lines = [_line(item) for item in items]
    coupon = await _coupon(session, cart, lines)
    if coupon is not None and not coupon.refused:
        coupon.redeem(lines)
    return _shown(cart, items, lines, coupon)


async def _set(session: AsyncSession, cart: Cart, product: Product, quantity: Decimal) -> None:
    item = await session.scalar(
        select(CartItem).where(
            CartItem.cart_id == cart.id,
            CartItem.product_id == product.id,
            CartItem.label_price.is_(None),
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


async def _coupon(
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


def _item(item: CartItem) -> CartItemOut:
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
            "product": product,
            "quantity": item.quantity,
            "unit_price": product.price,
            "label_price": item.label_price,
            "total": item.label_price or line_total(item.quantity, product.price),
            "deposit": deposit,
            "available": product.available if product.active else Decimal("0.000"),
        }
    )


def _shown(
    cart: Cart,
    items: Sequence[CartItem],
    goods: Sequence[basket.Line],
    coupon: basket.Coupon | None,
) -> CartOut:
    shown = [_item(item) for item in items]
    charged = [(line.total, line.vat_rate) for line in [*goods, *basket.deposits(goods)]]
    vat = vat_by_rate(charged)
    return CartOut(
        id=cart.id,
        status=cart.status,
        currency=settings.currency,
        items=shown,
        coupon=None if coupon is None else CartCoupon.model_validate(_entered(coupon)),
        total=sum((total for total, _ in charged), basket.NOTHING),
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


async def check_out(
    session: AsyncSession, owner: Owner, cart_id: UUID, order: CheckoutRequest
) -> Purchase:
    """Turn the cart into a purchase, all or nothing."""
    cart = await _lock(session, cart_id, owner)
    name, phone = _contact(cart, order)
    goods = [_line(item) for item in await _items(session, cart.id, stock=False)]
    min_age = basket.check(goods, order.confirmed_age)
    coupon = await _coupon(session, cart, goods)
    if coupon is not None:
        coupon.redeem(goods)
    behind = basket.deposits(goods)
    lines = goods + behind
    total, vat_total = basket.charge(lines, order.expected_total), basket.share_vat(lines)
    picks = await _allocate(session, goods)
    sold = {line.product_id: _sold(line, picks) for line in goods}
    purchase = Purchase(
        cart_id=cart.id,
        token_hash=cart.token_hash,
        customer_id=cart.customer_id,
        contact_name=name,
        contact_phone=phone,
        currency=settings.currency,
        total=total,
        vat_total=vat_total,
        pricing_rules=2,
        pay_by=datetime.now(UTC) + timedelta(minutes=settings.minutes_to_pay),
        min_age=min_age,
        lines=[*sold.values(), *(_on_deposit(line, sold[line.product_id]) for line in behind)],
    )
    if coupon is not None:
        purchase.coupon_id, purchase.coupon_amount = coupon.id, coupon.reduction
        purchase.coupon_code, purchase.coupon_name = coupon.code, coupon.name
    session.add(purchase)
    cart.status = "checked_out"
    await session.flush()
    if coupon is not None:
        await _redeem(session, purchase.id, cart.coupon_code)
    found = await session.scalars(
        select(Purchase)
        .where(Purchase.id == purchase.id)
        .options(selectinload(Purchase.lines), selectinload(Purchase.payments))
        .execution_options(populate_existing=True)
    )
    return found.one()


async def _redeem(session: AsyncSession, purchase: UUID, code: str | None) -> None:
    """Write down that a purchase has redeemed its coupon. Raises Problem (409) if others were faster."""
    redeem = text("SELECT redeem_coupon(p, :code) FROM purchase p WHERE p.id = :purchase")
    try:
        await session.execute(redeem, {"code": code, "purchase": purchase})
    except exc.IntegrityError as error:
        for constraint, reason in basket.LATE.items():
            if constraint in str(error.orig):
                raise coupon_refused(reason) from error
        raise


def _contact(cart: Cart, order: CheckoutRequest) -> tuple[str, str | None]:
    """Return the name and phone of who will collect. Raises Problem (422)."""
    known = cart.customer
    name = order.contact_name or (known.name if known else None)
    phone = order.contact_phone or (known.phone if known else None)
    missing = [] if name else ["/contact_name"]
    if known is None and not phone:
        missing.append("/contact_phone")
    if name is None or missing:
        raise Problem(
            422,
            "The shop must know who will collect the purchase.",
            errors=[{"pointer": each, "message": "a guest must give it"} for each in missing],
        )
    return name, phone


def _line(item: CartItem) -> basket.Line:
    product = item.product
    deposit = product.deposit
    return basket.Line(
        active=product.active,
        product_id=product.id,
        code=product.code,
        name=product.name,
        unit=product.unit,
        quantity=item.quantity,
        list_price=product.list_price,
        discount_rate=product.offer.discount_rate,
        unit_price=product.offer.unit_price,
        vat_rate=product.vat_rate,
        label_price=item.label_price,
        min_age=product.min_age,
        deposit_code=deposit and deposit.code,
        deposit_name=deposit and deposit.name,
        deposit_amount=deposit and deposit.amount,
        deposit_vat_rate=deposit and deposit.vat_rate,
    )


def _sold(line: basket.Line, picks: Sequence[basket.Pick]) -> PurchaseLine:
    return PurchaseLine(
        product_id=line.product_id,
        code=line.code,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        list_price=line.list_price,
        discount_rate=line.discount_rate,
        unit_price=line.unit_price,
        label_price=line.label_price,
        vat_rate=line.vat_rate,
        vat_amount=line.vat,
        coupon_amount=line.coupon_reduction,
        total=line.total,
        allocations=[
            Allocation(stock_id=each.lot_id, quantity=each.quantity)
            for each in picks
            if each.product_id == line.product_id
        ],
    )


def _on_deposit(line: basket.Line, goods: PurchaseLine) -> PurchaseLine:
    return PurchaseLine(
        goods=goods,
        code=line.code,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        list_price=line.list_price,
        discount_rate=line.discount_rate,
        unit_price=line.unit_price,
        vat_rate=line.vat_rate,
        vat_amount=line.vat,
        total=line.total,
    )


async def _allocate(session: AsyncSession, lines: Sequence[basket.Line]) -> Sequence[basket.Pick]:
    """Promise all of `lines`, first expired first. Raises Problem (409)."""
    products = [line.product_id for line in lines]
    wanted = {line.product_id: line.quantity for line in lines}
    levels = await session.scalars(
        select(StockLevel)
        .where(StockLevel.product_id.in_(products))
        .order_by(StockLevel.product_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    enough = {
        level.product_id: level
        for level in levels
        if level.on_hand - level.allocated >= wanted[level.product_id]
    }
    picks = await _pick(session, lines) if len(enough) == len(lines) else None
    if picks is None:
        left = await session.execute(
            select(Availability.product_id, Availability.available).where(
                Availability.product_id.in_(products)
            )
        )
        raise basket.out_of_stock(lines, enough, {row[0]: row[1] for row in left})
    for product_id, level in enough.items():
        level.allocated += wanted[product_id]
    return picks


async def _pick(
    session: AsyncSession, lines: Sequence[basket.Line]
) -> Sequence[basket.Pick] | None:
    """Promise lots whose levels are locked; None if those that have not expired hold too little."""
    rows = await session.execute(
        select(Stock, func.current_date())
        .where(
            Stock.product_id.in_([line.product_id for line in lines]),
            Stock.on_hand > 0,
            Stock.on_hand > Stock.allocated,
        )
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    lots = {lot.id: lot for lot, _ in found}
    free = [
        basket.Lot(lot.id, lot.product_id, lot.on_hand - lot.allocated, lot.expires_on)
        for lot in lots.values()
    ]
    picks = basket.pick_all(lines, free, found[0][1]) if found else None
    for each in picks or ():
        lots[each.lot_id].allocated += each.quantity
    return picks
