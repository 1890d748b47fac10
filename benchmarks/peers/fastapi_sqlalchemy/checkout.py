"""Turning a cart into a purchase, by the unit of work: all or nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exc, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from benchmarks.peers.fastapi_shop import basket
from benchmarks.peers.fastapi_shop.inputs import CheckoutRequest
from benchmarks.peers.fastapi_shop.problems import Problem, coupon_refused
from benchmarks.peers.fastapi_sqlalchemy.carts import coupon_of, items_in, line_of, lock
from benchmarks.peers.fastapi_sqlalchemy.database import settings
from benchmarks.peers.fastapi_sqlalchemy.promises import promise
from benchmarks.peers.fastapi_sqlalchemy.sales import Allocation, Cart, Purchase, PurchaseLine
from benchmarks.peers.fastapi_sqlalchemy.security import Owner


async def check_out(
    session: AsyncSession, owner: Owner, cart_id: UUID, order: CheckoutRequest
) -> Purchase:
    """Turn the cart into a purchase, all or nothing."""
    cart = await lock(session, cart_id, owner)
    name, phone = _contact(cart, order)
    goods = [line_of(item) for item in await items_in(session, cart.id, stock=False)]
    min_age = basket.check(goods, order.confirmed_age)
    coupon = await coupon_of(session, cart, goods)
    if coupon is not None:
        coupon.redeem(goods)
    behind = basket.deposits(goods)
    lines = goods + behind
    total, vat_total = basket.charge(lines, order.expected_total), basket.share_vat(lines)
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
        lines=_lines(goods, behind, await promise(session, goods)),
        **_redeemed(coupon),
    )
    session.add(purchase)
    cart.status = "checked_out"
    await session.flush()
    if coupon is not None:
        await _redeem(session, purchase.id, cart.coupon_code)
    return await _read(session, purchase.id)


async def _read(session: AsyncSession, purchase: UUID) -> Purchase:
    """Return a purchase with all that it is shown with, as the database has it."""
    found = await session.scalars(
        select(Purchase)
        .where(Purchase.id == purchase)
        .options(selectinload(Purchase.lines), selectinload(Purchase.payments))
        .execution_options(populate_existing=True)
    )
    return found.one()


def _redeemed(coupon: basket.Coupon | None) -> dict[str, Any]:
    """Return what a purchase keeps of its coupon."""
    if coupon is None:
        return {}
    return {
        "coupon_id": coupon.id,
        "coupon_code": coupon.code,
        "coupon_name": coupon.name,
        "coupon_amount": coupon.reduction,
    }


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


def _lines(
    goods: Sequence[basket.Line], behind: Sequence[basket.Line], picks: Sequence[basket.Pick]
) -> list[PurchaseLine]:
    """Return the lines of a purchase: the goods with their lots, and the deposits behind them."""
    sold = {line.product_id: _sold(line, picks) for line in goods}
    return [*sold.values(), *(_on_deposit(line, sold[line.product_id]) for line in behind)]


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
        discount=line.discount,
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
