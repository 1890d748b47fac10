"""Turning a cart into a purchase: prices frozen, stock promised, all or nothing.

Rows are locked in the shop's one order: the cart, the products' levels by their ids, the lots.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from peewee import JOIN, SQL, Case, IntegrityError, fn

from benchmarks.peers.peewee_shop.carts import checked_out, coupon_of, goods_in, line, missing
from benchmarks.peers.peewee_shop.database import in_transaction, settings
from benchmarks.peers.peewee_shop.models import (
    Allocation,
    Availability,
    Cart,
    Customer,
    Purchase,
    PurchaseLine,
    Stock,
    StockLevel,
)
from benchmarks.peers.peewee_shop.problems import Problem, invalid
from benchmarks.peers.peewee_shop.rendering import placed_json
from benchmarks.peers.peewee_shop.rules import (
    Coupon,
    Line,
    Lot,
    Pick,
    deposits,
    pick,
    share_vat,
    sold_in,
    total_of,
)
from benchmarks.peers.peewee_shop.schemas import CheckoutRequest
from benchmarks.peers.peewee_shop.security import Buyer, owned

_LATE = {"coupon_used_up": "used_up", "coupon_used_by_you": "used_by_you"}


async def check_out(who: Buyer, cart: UUID, order: CheckoutRequest) -> tuple[Any, str]:
    """Check the cart out; return the purchase's JSON, and where it is. Raises Problem."""

    async def work() -> tuple[Any, list[Line], Coupon | None]:
        locked = await _lock(who, cart)
        contact = _contact(locked, order)
        items = await goods_in(cart)
        min_age = _checked(items, order)
        goods = [line(item) for item in items]
        coupon = await _redeemed(locked, goods)
        lines = [*goods, *deposits(goods)]
        _charge(lines, order)
        picks = await _promise(goods)
        placed = await _place(locked, contact | {"min_age": min_age}, lines, picks, coupon)
        return placed, lines, coupon

    purchase, lines, coupon = await in_transaction(work)
    return placed_json(purchase, lines, coupon), f"/api/v1/purchases/{purchase.id}"


async def _lock(who: Buyer, cart: UUID) -> Any:
    locked = await (
        Cart.select(
            Cart.id,
            Cart.status,
            Cart.token_hash,
            Cart.coupon,
            Cart.coupon_code,
            Customer.id,
            Customer.name,
            Customer.phone,
        )
        .join(Customer, JOIN.LEFT_OUTER)
        .where(*owned(cart, who))
        .for_update(of=Cart)
        .aio_first()
    )
    if locked is None:
        raise missing()
    if locked.status != "open":
        raise await checked_out(cart)
    return locked


def _contact(cart: Any, order: CheckoutRequest) -> dict[str, Any]:
    """Return who collects the purchase: what was sent, or else what the customer's account says."""
    name = order.contact_name or (cart.customer and cart.customer.name)
    phone = order.contact_phone or (cart.customer and cart.customer.phone)
    lacking = [] if name else ["/contact_name"]
    if cart.customer is None and not phone:
        lacking.append("/contact_phone")
    if lacking:
        errors = [(pointer, "a guest must give it") for pointer in lacking]
        raise invalid("The shop must know who will collect the purchase.", *errors)
    return {"contact_name": name, "contact_phone": phone}


def _checked(items: Any, order: CheckoutRequest) -> int | None:
    """Return the age that the buyer must have. Raises Problem unless all of it can be sold to him."""
    if not items:
        raise Problem(409, "The cart is empty.", code="empty_cart")
    withdrawn = [item.product.code for item in items if not item.product.active]
    unsold = [item.product.code for item in items if not sold_in(item.product.unit, item.quantity)]
    if withdrawn or unsold:
        named = [{"product": code} for code in dict.fromkeys([*withdrawn, *unsold])]
        detail = "Some of it is not sold, or not so, any more."
        raise Problem(409, detail, code="withdrawn", items=named)
    ages = [item.product.min_age for item in items if item.product.min_age is not None]
    min_age: int | None = max(ages, default=None)
    if min_age is not None and min_age > (order.confirmed_age or 0):
        detail = f"Somebody must say that the buyer is {min_age} years old."
        raise Problem(409, detail, code="age_not_confirmed", min_age=min_age)
    return min_age


async def _redeemed(cart: Any, goods: Sequence[Line]) -> Coupon | None:
    """Take the cart's coupon off the lines, and return it. Raises Problem."""
    coupon = await coupon_of(cart, goods)
    if coupon is not None:
        if coupon.refused:
            raise _coupon_refused(coupon.refused)
        coupon.redeem(goods)
    return coupon


def _charge(lines: Sequence[Line], order: CheckoutRequest) -> None:
    """Raise Problem unless the lines cost what is expected."""
    total = total_of(lines)
    if order.expected_total not in {None, total}:
        detail = f"The cart costs {total} now."
        raise Problem(409, detail, code="price_changed", total=str(total))


async def _promise(lines: Sequence[Line]) -> list[Pick]:
    """Promise the lines from unexpired lots, first expired first. Raises Problem `out_of_stock`."""
    products = [line.product_id for line in lines]
    wanted = Case(StockLevel.product, [(line.product_id, line.quantity) for line in lines])
    enough = await (
        StockLevel.select(StockLevel.product)
        .where(
            StockLevel.product.in_(products), StockLevel.on_hand - StockLevel.allocated >= wanted
        )
        .order_by(StockLevel.product)
        .for_update()
        .aio_execute()
    )
    found: dict[int, list[Pick] | None] = {}
    if len(enough) == len(lines):
        # By a statement of its own, which sees what was changed while the other one waited.
        free = await _free_lots(products)
        found = {line.product_id: pick(free[line.product_id], line.quantity) for line in lines}
    picks = [each for picked in found.values() for each in picked or ()]
    if not found or None in found.values():
        raise await _out_of_stock(lines, {level.product_id for level in enough})
    await (
        StockLevel.update(allocated=StockLevel.allocated + wanted)
        .where(StockLevel.product.in_(products))
        .aio_execute()
    )
    taken = Case(Stock.id, [(each.lot_id, each.quantity) for each in picks])
    await (
        Stock.update(allocated=Stock.allocated + taken)
        .where(Stock.id.in_([each.lot_id for each in picks]))
        .aio_execute()
    )
    return picks


async def _free_lots(products: Sequence[int]) -> Mapping[int, list[Lot]]:
    """Return the lots of each product with something that can be sold today."""
    rows = await (
        Stock.select(Stock.id, Stock.product, Stock.on_hand, Stock.allocated, Stock.expires_on)
        .where(
            Stock.product.in_(products),
            Stock.on_hand > 0,
            Stock.on_hand > Stock.allocated,
            Stock.expires_on.is_null() | (Stock.expires_on >= SQL("CURRENT_DATE")),
        )
        .aio_execute()
    )
    free: dict[int, list[Lot]] = defaultdict(list)
    for row in rows:
        lot = Lot(row.id, row.product_id, row.on_hand - row.allocated, row.expires_on)
        free[row.product_id].append(lot)
    return free


async def _out_of_stock(lines: Sequence[Line], enough: set[int]) -> Problem:
    rows = await (
        Availability.select(Availability.product, Availability.available)
        .where(Availability.product.in_([line.product_id for line in lines]))
        .aio_execute()
    )
    left = {row.product_id: row.available for row in rows}
    short = [
        {
            "product": line.code,
            "requested": str(line.quantity),
            "available": str(left[line.product_id]),
        }
        for line in lines
        if line.product_id not in enough or left[line.product_id] < line.quantity
    ]
    detail = "There is not enough of everything any more."
    return Problem(409, detail, code="out_of_stock", items=short)


async def _place(
    cart: Any,
    contact: Mapping[str, Any],
    lines: Sequence[Line],
    picks: Sequence[Pick],
    coupon: Coupon | None,
) -> Any:
    """Insert the purchase with its lines and their lots, close the cart, and return it."""
    (purchase,) = await (
        Purchase.insert(
            cart=cart,
            token_hash=cart.token_hash,
            customer=cart.customer,
            currency=settings.currency,
            total=total_of(lines),
            vat_total=share_vat(lines),
            pricing_rules=2,
            pay_by=fn.now() + timedelta(minutes=settings.minutes_to_pay),
            coupon=coupon and coupon.id,
            coupon_code=coupon and coupon.code,
            coupon_name=coupon and coupon.name,
            coupon_amount=coupon and coupon.reduction,
            **contact,
        )
        .returning(Purchase)
        .aio_execute()
    )
    if coupon is not None:
        await _redeem(purchase, cart.coupon_code)
    goods = [line for line in lines if line.goods is None]
    await _insert_lines(purchase, goods)
    await _insert_lines(purchase, lines[len(goods) :])
    line_ids = {line.product_id: line.id for line in goods}
    served = [
        {"purchase_line": line_ids[p.product_id], "stock": p.lot_id, "quantity": p.quantity}
        for p in picks
    ]
    await Allocation.insert_many(served).aio_execute()
    await Cart.update(status="checked_out").where(Cart.id == cart.id).aio_execute()
    return purchase


async def _redeem(purchase: Any, code: str | None) -> None:
    """Write down that the purchase has redeemed its coupon. Raises Problem if others were faster."""
    redeem = fn.redeem_coupon(SQL("t1"), code)
    try:
        await Purchase.select(redeem).where(Purchase.id == purchase.id).tuples().aio_execute()
    except IntegrityError as error:
        for constraint, reason in _LATE.items():
            if constraint in str(error):
                raise _coupon_refused(reason) from error
        raise


def _coupon_refused(reason: str) -> Problem:
    return Problem(409, "The coupon is refused.", code="coupon_refused", reason=reason)


async def _insert_lines(purchase: Any, lines: Sequence[Line]) -> None:
    """Insert lines, and note the id of each."""
    if lines:
        rows = [_line_row(purchase, line) for line in lines]
        placed = await PurchaseLine.insert_many(rows).returning(PurchaseLine.id).aio_execute()
        for line, row in zip(lines, placed, strict=True):
            line.id = row.id


def _line_row(purchase: Any, line: Line) -> dict[str, Decimal | str | int | Any]:
    return {
        "purchase": purchase,
        "deposit_of": line.goods and line.goods.id,
        "product": None if line.goods else line.product_id,
        "code": line.code,
        "name": line.name,
        "unit": line.unit,
        "quantity": line.quantity,
        "price": line.list_price,
        "discount_rate": line.discount_rate,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "label_price": line.label_price,
        "vat_rate": line.vat_rate,
        "total": line.total,
        "vat_amount": line.vat,
        "coupon_amount": line.coupon_reduction,
        "substitute": line.substitute,
    }
