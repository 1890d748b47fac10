"""What selling provides, and its routes."""

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager, TurnsManager
from app.core.settings import ShopSettings
from app.core.wiring import provide
from app.inventory.allocations.picked.service import PickedStock
from app.inventory.allocations.service import Allocations
from app.login.attempts.service import Attempts
from app.orders.carts.repository import CartRepository
from app.orders.carts.routes import blueprint as carts
from app.orders.carts.service import Carts
from app.orders.checkout.repository import CheckoutRepository
from app.orders.checkout.routes import blueprint as checkout
from app.orders.checkout.service import Checkout
from app.orders.counter.repository import CounterRepository
from app.orders.counter.routes import blueprint as counter
from app.orders.counter.service import Counter
from app.orders.coupons.repository import CartCouponRepository
from app.orders.coupons.routes import blueprint as coupons
from app.orders.coupons.service import CartCoupons
from app.orders.invoices.repository import DocumentRepository
from app.orders.invoices.routes import blueprint as documents
from app.orders.invoices.service import Documents
from app.orders.picking.repository import PickingRepository
from app.orders.picking.routes import blueprint as picking
from app.orders.picking.service import Picking
from app.orders.purchases.refunds.service import Refunds
from app.orders.purchases.repository import PurchaseRepository
from app.orders.purchases.routes import blueprint as purchases
from app.orders.purchases.service import Payments, Purchases
from app.orders.sales import Sales
from app.orders.slots.repository import SlotRepository
from app.orders.slots.routes import blueprint as slots
from app.orders.slots.service import Slots
from app.orders.till.repository import TillRepository
from app.orders.till.routes import blueprint as tills
from app.orders.till.service import Tills
from app.product.barcodes.service import Barcodes

BLUEPRINTS = (carts, coupons, checkout, counter, slots, picking, purchases, documents, tills)


def wire(  # noqa: PLR0913 - what selling stands on
    app: Flask,
    manager: Manager,
    lists: TurnsManager,
    audit: AuditTrail,
    attempts: Attempts,
    allocations: Allocations,
    *,
    picked: PickedStock,
    barcodes: Barcodes,
    shop: ShopSettings,
) -> None:
    """Give `app` carts, checkout, slots, picking, purchases, their payments and documents, and tills; `lists` reads what anybody may ask for."""
    baskets = CartRepository(manager)
    sold = PurchaseRepository(manager, shop.days_to_collect)
    sales = Sales(manager, shop.currency)
    coupons_of_carts = CartCoupons(baskets, CartCouponRepository(manager), shop)
    at_counter = CounterRepository(manager)
    provide(app, Carts(manager, baskets, attempts, barcodes, shop))
    provide(app, Checkout(manager, baskets, CheckoutRepository(manager), attempts, shop, sales))
    provide(app, coupons_of_carts)
    provide(app, Slots(manager, SlotRepository(manager, lists), audit))
    provide(app, Purchases(manager, sold, allocations, audit, sales, shop))
    provide(app, Picking(manager, PickingRepository(manager), sold, picked, audit))
    selling = manager, at_counter, sold, allocations, coupons_of_carts
    provide(app, Counter(*selling, barcodes=barcodes, shop=shop, sales=sales))
    _wire_books(app, manager, sold, allocations, audit, shop)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _wire_books(
    app: Flask,
    manager: Manager,
    sold: PurchaseRepository,
    allocations: Allocations,
    audit: AuditTrail,
    shop: ShopSettings,
) -> None:
    papers = DocumentRepository(manager)
    provide(app, Payments(manager, sold, shop.cash_rounding))
    provide(app, Refunds(manager, sold, papers, allocations, audit, shop))
    provide(app, Documents(manager, papers))
    provide(app, Tills(manager, TillRepository(manager), audit))
