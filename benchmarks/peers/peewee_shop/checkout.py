"""Turning a cart into a purchase: prices frozen, stock promised, all or nothing.

Rows are locked in the shop's one order: the cart, the products' levels by their ids, the lots.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from peewee import JOIN, SQL, Case, fn

from benchmarks.peers.peewee_shop.carts import checked_out, missing
from benchmarks.peers.peewee_shop.database import in_transaction, settings
from benchmarks.peers.peewee_shop.models import (
    Allocation,
    Availability,
    Cart,
    CartItem,
    Customer,
    Offer,
    Product,
    Purchase,
    PurchaseLine,
    Stock,
    StockLevel,
)
from benchmarks.peers.peewee_shop.problems import Problem, invalid
from benchmarks.peers.peewee_shop.rendering import placed_json
from benchmarks.peers.peewee_shop.rules import (
    Line,
    Lot,
    Pick,
    pick,
    share_vat,
    sold_in,
    total_of,
)
from benchmarks.peers.peewee_shop.schemas import CheckoutRequest
from benchmarks.peers.peewee_shop.security import Buyer, owned


async def check_out(who: Buyer, cart: UUID, order: CheckoutRequest) -> tuple[Any, str]:
    """Check the cart out; return the purchase's JSON, and where it is. Raises Problem."""

    async def work() -> tuple[Any, list[Line]]:
        locked = await _lock(who, cart)
        contact = _contact(locked, order)
        lines = _checked(await _items(cart), order)
        picks = await _promise(lines)
        return await _place(locked, contact, lines, picks), lines

    purchase, lines = await in_transaction(work)
    return placed_json(purchase, lines), f"/api/v1/purchases/{purchase.id}"


async def _lock(who: Buyer, cart: UUID) -> Any:
    locked = await (
        Cart.select(
            Cart.id, Cart.status, Cart.token_hash, Customer.id, Customer.name, Customer.phone
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


def _contact(cart: Any, order: CheckoutRequest) -> dict[str, str | None]:
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


async def _items(cart: UUID) -> Any:
    return await (
        CartItem.select(
            CartItem.quantity,
            Product.id,
            Product.active,
            Product.code,
            Product.name,
            Product.unit,
            Product.price,
            Product.vat_rate,
            Offer.discount_rate,
            Offer.unit_price,
        )
        .join_from(CartItem, Product)
        .join_from(Product, Offer, on=(Offer.product == Product.id), attr="offer")
        .where(CartItem.cart == cart)
        .order_by(CartItem.added_at, Product.id)
        .aio_execute()
    )


def _checked(items: Any, order: CheckoutRequest) -> list[Line]:
    """Return what is bought. Raises Problem unless all of it is sold, for what is expected."""
    if not items:
        raise Problem(409, "The cart is empty.", code="empty_cart")
    lines = [_line(item) for item in items]
    withdrawn = [item.product.code for item in items if not item.product.active]
    unsold = [line.code for line in lines if not sold_in(line.unit, line.quantity)]
    if withdrawn or unsold:
        named = [{"product": code} for code in dict.fromkeys([*withdrawn, *unsold])]
        detail = "Some of it is not sold, or not so, any more."
        raise Problem(409, detail, code="withdrawn", items=named)
    total = total_of(lines)
    if order.expected_total not in {None, total}:
        detail = f"The cart costs {total} now."
        raise Problem(409, detail, code="price_changed", total=str(total))
    return lines


def _line(item: Any) -> Line:
    product = item.product
    return Line(
        product_id=product.id,
        code=product.code,
        name=product.name,
        unit=product.unit,
        quantity=item.quantity,
        list_price=product.price,
        discount_rate=product.offer.discount_rate,
        unit_price=product.offer.unit_price,
        vat_rate=product.vat_rate,
    )


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
    cart: Any, contact: Mapping[str, str | None], lines: Sequence[Line], picks: Sequence[Pick]
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
            **contact,
        )
        .returning(Purchase)
        .aio_execute()
    )
    placed = await (
        PurchaseLine.insert_many([_line_row(purchase, line) for line in lines])
        .returning(PurchaseLine.id, PurchaseLine.product)
        .aio_execute()
    )
    line_ids = {line.product_id: line.id for line in placed}
    served = [
        {"purchase_line": line_ids[p.product_id], "stock": p.lot_id, "quantity": p.quantity}
        for p in picks
    ]
    await Allocation.insert_many(served).aio_execute()
    await Cart.update(status="checked_out").where(Cart.id == cart.id).aio_execute()
    return purchase


def _line_row(purchase: Any, line: Line) -> dict[str, Decimal | str | int | Any]:
    return {
        "purchase": purchase,
        "product": line.product_id,
        "code": line.code,
        "name": line.name,
        "unit": line.unit,
        "quantity": line.quantity,
        "price": line.list_price,
        "discount_rate": line.discount_rate,
        "unit_price": line.unit_price,
        "vat_rate": line.vat_rate,
        "total": line.total,
        "vat_amount": line.vat,
    }
