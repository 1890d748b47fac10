"""Checkout, by the unit of work."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    exc,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from benchmarks.peers.fastapi_shop import basket
from benchmarks.peers.fastapi_shop.inputs import CheckoutRequest
from benchmarks.peers.fastapi_shop.problems import (
    Problem,
    coupon_refused,
)
from benchmarks.peers.fastapi_sqlalchemy.carts import coupon_of, items_of, line_of, lock
from benchmarks.peers.fastapi_sqlalchemy.database import settings
from benchmarks.peers.fastapi_sqlalchemy.goods import Availability, Stock, StockLevel
from benchmarks.peers.fastapi_sqlalchemy.sales import (
    Allocation,
    Cart,
    Purchase,
    PurchaseLine,
)
from benchmarks.peers.fastapi_sqlalchemy.security import Owner


async def check_out(
    session: AsyncSession, owner: Owner, cart_id: UUID, order: CheckoutRequest
) -> Purchase:
    """Turn the cart into a purchase, all or nothing."""
    cart = await lock(session, cart_id, owner)
    name, phone = _contact(cart, order)
    goods = [line_of(item) for item in await items_of(session, cart.id, stock=False)]
    min_age = basket.check(goods, order.confirmed_age)
    coupon = await coupon_of(session, cart, goods)
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
    cart.status = "checked_out"
    return await _place(session, purchase, coupon, cart.coupon_code)


async def _place(
    session: AsyncSession, purchase: Purchase, coupon: basket.Coupon | None, code: str | None
) -> Purchase:
    """Write a purchase down, which redeems its coupon, and return it as it is read."""
    if coupon is not None:
        purchase.coupon_id, purchase.coupon_amount = coupon.id, coupon.reduction
        purchase.coupon_code, purchase.coupon_name = coupon.code, coupon.name
    session.add(purchase)
    await session.flush()
    if coupon is not None:
        await _redeem(session, purchase.id, code)
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
