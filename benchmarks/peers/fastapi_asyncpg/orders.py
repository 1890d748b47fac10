"""Carts and checkout: one statement after the other, on one connection."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from asyncpg import CheckViolationError

from benchmarks.peers.fastapi_asyncpg.database import in_transaction
from benchmarks.peers.fastapi_asyncpg.sql import carts, checkout, logins
from benchmarks.peers.fastapi_shop.basket import (
    LATE,
    Coupon,
    Line,
    Lot,
    Pick,
    charge,
    check,
    deposits,
    is_whole,
    out_of_stock,
    pick_all,
    share_vat,
)
from benchmarks.peers.fastapi_shop.inputs import CheckoutRequest
from benchmarks.peers.fastapi_shop.keys import CART_TOKEN, SESSION_TOKEN, hash_token
from benchmarks.peers.fastapi_shop.problems import (
    Problem,
    checked_out,
    coupon_refused,
    invalid,
    missing_cart,
    slot_refused,
    wrong_token,
)
from benchmarks.peers.observed import Settings, observation


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose carts may be touched: the one that a token opens, or a customer's."""

    cart: Any = None
    customer: int | None = None


async def authenticate(connection: Any, token: str) -> Owner:
    """Return who the token stands for. Raises Problem (401)."""
    if token.startswith(CART_TOKEN):
        cart = await connection.fetchval(logins.WHICH_CART, hash_token(token))
        if cart is not None:
            observation().principal = f"cart:{cart}"
            return Owner(cart=cart)
    elif token.startswith(SESSION_TOKEN):
        found = await connection.fetchrow(logins.WHOSE_SESSION, hash_token(token))
        if found is not None:
            observation().principal = f"login:{found[0]}"
            return Owner(customer=found[1])
    raise wrong_token()


async def put_item(
    connection: Any, settings: Settings, owner: Owner, cart: Any, product: str, quantity: Decimal
) -> str:
    """Set how much of a product is in the cart, and return the cart's JSON."""
    if quantity > settings.max_quantity:
        raise invalid(
            "The quantity cannot be sold.", "/quantity", f"must be at most {settings.max_quantity}"
        )

    async def work() -> str:
        found = await connection.fetchrow(
            carts.TOUCH_CART, cart, owner.cart, owner.customer, product, settings.cart_days
        )
        if found is None:
            raise await _closed(connection, owner, cart)
        product_id = _sellable(found, quantity)
        most = settings.max_cart_lines
        if not await connection.fetchval(carts.PUT_ITEM, cart, product_id, quantity, most):
            detail = f"A cart holds at most {most} products."
            raise Problem(409, detail, code="cart_full")
        made: str = await connection.fetchval(carts.READ_CART, cart, settings.currency)
        return made

    return await in_transaction(connection, work)


def _sellable(found: Any, quantity: Decimal) -> int:
    product_id, unit, active = found
    if product_id is None:
        raise Problem(404, "There is no such product.")
    if not active:
        raise Problem(409, "The product is not sold any more.", code="withdrawn")
    if not is_whole(unit, quantity):
        message = "must be whole: the product is sold by the piece"
        raise invalid("The quantity cannot be sold.", "/quantity", message)
    return int(product_id)


async def _closed(connection: Any, owner: Owner, cart: Any) -> Problem:
    """Return the problem of a cart that cannot be changed."""
    state = await connection.fetchrow(carts.CART_PURCHASE, cart, owner.cart, owner.customer)
    return missing_cart() if state is None else checked_out(state[1])


async def check_out(
    connection: Any, settings: Settings, owner: Owner, cart: Any, order: CheckoutRequest
) -> tuple[Any, str]:
    """Turn the cart into a purchase, all or nothing; return its id and JSON."""

    async def work() -> tuple[Any, str]:
        locked = await connection.fetchrow(checkout.LOCK_CART, cart, owner.cart, owner.customer)
        if locked is None or locked[0] != "open":
            raise await _closed(connection, owner, cart)
        customer, *contact = _contact(locked, order)
        goods = [Line(*row) for row in await connection.fetch(checkout.CART_LINES, cart)]
        min_age = check(goods, order.confirmed_age)
        coupon = await _coupon(connection, locked, goods)
        slot = await _slot(connection, order)
        behind = deposits(goods)
        lines = goods + behind
        total, vat_total = charge(lines, order.expected_total), share_vat(lines)
        picks = await _allocate(connection, goods)
        await _take(connection, order, slot)
        purchase = await connection.fetchval(
            checkout.PLACE,
            cart,
            customer,
            *contact,
            settings.currency,
            total,
            vat_total,
            settings.minutes_to_pay,
            *_columns(goods),
            *_picked(picks),
            locked[1],
            min_age,
            *((coupon.id, coupon.code, coupon.name, coupon.reduction) if coupon else (None,) * 4),
            *((order.slot, slot[1]) if slot else (None, None)),
        )
        if behind:
            await connection.execute(checkout.PLACE_DEPOSITS, purchase, *_deposit_columns(behind))
        await _redeem(connection, purchase, coupon, locked[6])
        return purchase, await connection.fetchval(checkout.READ_PURCHASE, purchase)

    return await in_transaction(connection, work)


async def _coupon(connection: Any, locked: Any, goods: list[Line]) -> Coupon | None:
    """Take the cart's coupon off the lines, and return it. Raises Problem (409)."""
    if locked[5] is None:
        return None
    products, totals = [line.product_id for line in goods], [line.total for line in goods]
    coupon = Coupon(
        *await connection.fetchrow(
            checkout.COUPON_EFFECT, locked[5], locked[6], locked[2], products, totals
        )
    )
    coupon.redeem(goods)
    return coupon


async def _slot(connection: Any, order: CheckoutRequest) -> Any:
    """Return the window that is named as (refused, end, capacity), or None in a shop without. Raises Problem."""
    slot = await connection.fetchrow(checkout.CHOSEN_SLOT, order.slot)
    if slot is not None and slot[0]:
        raise slot_refused(slot[0])
    return slot


async def _take(connection: Any, order: CheckoutRequest, slot: Any) -> None:
    """Take a place of a window, if there is one. Raises Problem (409) if others took the last."""
    if slot is None:
        return
    try:
        await connection.execute(checkout.TAKE_SLOT, order.slot, slot[1], slot[2])
    except CheckViolationError as error:
        raise slot_refused("slot_full") from error


async def _redeem(connection: Any, purchase: Any, coupon: Coupon | None, code: str | None) -> None:
    """Write down that the purchase has redeemed its coupon, if any. Raises Problem (409) if others were faster."""
    if coupon is None:
        return
    try:
        await connection.execute(checkout.REDEEM_COUPON, purchase, code)
    except CheckViolationError as error:
        if error.constraint_name not in LATE:
            raise
        raise coupon_refused(LATE[error.constraint_name]) from error


def _contact(locked: Any, order: CheckoutRequest) -> tuple[int | None, str, str | None]:
    """Return the customer, and the name and phone of who will collect. Raises Problem (422)."""
    _, _, customer, known_name, known_phone, *_ = locked
    name, phone = order.contact_name or known_name, order.contact_phone or known_phone
    missing = [] if name else ["/contact_name"]
    if customer is None and not phone:
        missing.append("/contact_phone")
    if missing:
        raise Problem(
            422,
            "The shop must know who will collect the purchase.",
            errors=[{"pointer": each, "message": "a guest must give it"} for each in missing],
        )
    return customer, name, phone


async def _allocate(connection: Any, lines: list[Line]) -> list[Pick]:
    """Promise all of `lines`, first expired first. Raises Problem (409)."""
    products = [line.product_id for line in lines]
    quantities = [line.quantity for line in lines]
    reserved = await connection.fetch(checkout.RESERVE_LEVELS, products, quantities)
    if len(reserved) == len(lines):
        rows = await connection.fetch(checkout.FREE_LOTS, products)
        lots = [Lot(*row[:4]) for row in rows]
        picks = pick_all(lines, lots, rows[0][4]) if rows else None
        if picks is not None:
            await connection.execute(
                checkout.RESERVE_LOTS,
                [each.lot_id for each in picks],
                [each.quantity for each in picks],
            )
            return picks
    left = dict(await connection.fetch(checkout.AVAILABLE, products))
    enough = {row[0] for row in reserved}
    for line in lines:
        if line.product_id in enough:  # and so promised just now
            left[line.product_id] += line.quantity
    raise out_of_stock(lines, enough, left)


def _columns(lines: list[Line]) -> tuple[list[Any], ...]:
    return (
        [line.product_id for line in lines],
        [line.code for line in lines],
        [line.name for line in lines],
        [line.unit for line in lines],
        [line.quantity for line in lines],
        [line.list_price for line in lines],
        [line.discount_rate for line in lines],
        [line.unit_price for line in lines],
        [line.vat_rate for line in lines],
        [line.label_price for line in lines],
        [line.total for line in lines],
        [line.vat for line in lines],
        [line.coupon_reduction for line in lines],
        [line.discount for line in lines],
    )


def _deposit_columns(lines: list[Line]) -> tuple[list[Any], ...]:
    return (
        [line.product_id for line in lines],
        [line.code for line in lines],
        [line.name for line in lines],
        [line.unit for line in lines],
        [line.quantity for line in lines],
        [line.unit_price for line in lines],
        [line.vat_rate for line in lines],
        [line.total for line in lines],
        [line.vat for line in lines],
    )


def _picked(picks: list[Pick]) -> tuple[list[Any], ...]:
    return (
        [each.product_id for each in picks],
        [each.lot_id for each in picks],
        [each.quantity for each in picks],
    )
