"""What selling provides, and its routes."""

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.settings import ShopSettings
from app.core.wiring import provide
from app.inventory.allocations.service import Allocations
from app.login.attempts.service import Attempts
from app.orders.carts.repository import CartRepository
from app.orders.carts.routes import blueprint as carts
from app.orders.carts.service import Carts
from app.orders.checkout.repository import CheckoutRepository
from app.orders.checkout.routes import blueprint as checkout
from app.orders.checkout.service import Checkout
from app.orders.coupons.repository import CartCouponRepository
from app.orders.coupons.routes import blueprint as coupons
from app.orders.coupons.service import CartCoupons
from app.orders.invoices.repository import DocumentRepository
from app.orders.invoices.routes import blueprint as documents
from app.orders.invoices.service import Documents
from app.orders.purchases.refunds import Refunds
from app.orders.purchases.repository import PurchaseRepository
from app.orders.purchases.routes import blueprint as purchases
from app.orders.purchases.service import Payments, Purchases
from app.orders.sales import Sales
from app.product.barcodes.service import Barcodes


def wire(  # noqa: PLR0913 - what selling stands on
    app: Flask,
    manager: Manager,
    audit: AuditTrail,
    attempts: Attempts,
    allocations: Allocations,
    *,
    barcodes: Barcodes,
    shop: ShopSettings,
) -> None:
    """Give `app` carts, checkout, purchases, their payments and documents."""
    baskets = CartRepository(manager)
    sold = PurchaseRepository(manager)
    papers = DocumentRepository(manager)
    sales = Sales(manager, shop.currency)
    provide(app, Carts(manager, baskets, attempts, barcodes, shop))
    provide(app, Checkout(manager, baskets, CheckoutRepository(manager), attempts, shop, sales))
    provide(app, CartCoupons(baskets, CartCouponRepository(manager), shop))
    provide(app, Purchases(manager, sold, allocations, audit, sales))
    provide(app, Payments(manager, sold))
    limit = shop.refund_limit
    provide(app, Refunds(manager, sold, papers, allocations, audit, limit=limit))
    provide(app, Documents(manager, papers))
    for blueprint in (carts, coupons, checkout, purchases, documents):
        app.register_blueprint(blueprint)
