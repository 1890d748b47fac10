"""The one place where the shop is put together."""

import asyncio

from apiflask import APIFlask
from peewee import PeeweeException

from app.apidocs.problems import CODES, TAGS
from app.apidocs.routes import blueprint as apidocs_routes
from app.audit import AuditTrail
from app.commands import init_commands
from app.core.database import Manager, PooledPostgresqlDatabase, Turns, TurnsManager, migrations
from app.core.database.pool.gauges import watch_pool
from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask
from app.core.serving.linger import init_linger
from app.core.settings import DatabaseSettings, Settings, ShopSettings, load_settings
from app.core.telemetry.logging import init_logging
from app.core.telemetry.metrics import init_metrics
from app.core.telemetry.traces import Tracing
from app.core.traffic import PROBES
from app.core.web.bodies import body_bound, longest_body
from app.core.web.cors import init_cors
from app.core.web.errors import init_errors
from app.core.web.http import init_http
from app.core.web.openapi import init_openapi
from app.core.web.paging import Cursors
from app.core.web.refusals import refuse
from app.core.web.security import Authenticator, require_guards
from app.core.wiring import provide, wired
from app.health.repository import SchemaRepository
from app.health.routes import blueprint as health_routes
from app.health.service import Readiness
from app.inventory.allocations.repository import AllocationRepository
from app.inventory.allocations.service import Allocations
from app.inventory.requests.repository import InvoiceRequestRepository
from app.inventory.requests.routes import blueprint as invoice_request_routes
from app.inventory.requests.service import InvoiceRequests
from app.inventory.stock.repository import StockRepository
from app.inventory.stock.routes import blueprint as stock_routes
from app.inventory.stock.service import Stock
from app.inventory.suppliers.repository import SupplierRepository
from app.inventory.suppliers.routes import blueprint as supplier_routes
from app.inventory.suppliers.service import Suppliers
from app.login.accounts import Accounts
from app.login.attempts.repository import AttemptRepository
from app.login.attempts.service import Attempts
from app.login.authenticator import TokenAuthenticator
from app.login.passwords import Passwords
from app.login.repository import AccountRepository, SessionRepository
from app.login.routes import blueprint as login_routes
from app.login.service import Sessions
from app.orders.carts.repository import CartRepository
from app.orders.carts.routes import blueprint as cart_routes
from app.orders.carts.service import Carts
from app.orders.checkout.repository import CheckoutRepository
from app.orders.checkout.routes import blueprint as checkout_routes
from app.orders.checkout.service import Checkout
from app.orders.purchases.repository import PurchaseRepository
from app.orders.purchases.routes import blueprint as purchase_routes
from app.orders.purchases.service import Payments, Purchases
from app.orders.sales import Sales
from app.product.brands.routes import blueprint as brand_routes
from app.product.categories.routes import blueprint as category_routes
from app.product.discounts.routes import blueprint as discount_routes
from app.product.products.repository import ProductRepository
from app.product.products.routes import blueprint as product_routes
from app.product.products.service import Products
from app.product.repository import CatalogueRepository
from app.product.service import Catalogue
from app.users.customers.repository import CustomerRepository
from app.users.customers.routes import blueprint as customer_routes
from app.users.customers.service import Customers
from app.users.staff.repository import StaffRepository
from app.users.staff.routes import blueprint as staff_routes
from app.users.staff.service import StaffDirectory

VERSION = "0.1.0"

_DESCRIPTION = """
The API of a small grocery's shop.

Log in with `POST /api/v1/login` and send the token as `Authorization: Bearer …`. A guest needs no login: `POST /api/v1/carts`
gives a token that opens that cart, and later the purchase made from it.

Money and quantities are strings, times are RFC 3339 in UTC. Lists have a `limit` and a `cursor`. Errors are
`application/problem+json` with a stable `code`. Send an `ETag` back as `If-Match` to change only what you have seen, and an
`Idempotency-Key` with any POST but a login to be free to send it again. A product, a brand or a category may be kept: send its `ETag` as
`If-None-Match`, and if it still is so the answer is 304, without a body.
""".strip()

_CROWD_SECONDS = 0.1
"""How long more lists than may wait in line do so at the most under WSGI servers, where each holds a thread."""


class Shop(AsyncFlask, APIFlask):
    """The shop's WSGI application."""


def create_app(settings: Settings | None = None) -> Shop:
    """Return a shop with `settings`, by default those of the environment.

    Connects to nothing: the pool opens with the server's event loop. Raises SettingsError.
    """
    settings = settings or load_settings()
    app = Shop(
        "app",
        title=settings.shop.name,
        version=VERSION,
        static_folder=None,
        spec_path=None,
        docs_path=None,
    )
    app.debug = settings.debug
    app.description = _DESCRIPTION
    app.license = {"name": "MIT", "identifier": "MIT"}
    database = _database(settings)
    init_logging(app, settings.logging)
    init_metrics(app, served=settings.http.metrics)
    watch_pool(database.pool)
    tracing = Tracing(app, VERSION)
    provide(app, tracing)
    app.portal.on_startup(database.open)
    app.portal.on_shutdown(tracing.close)
    app.portal.on_shutdown(database.close)
    init_errors(app)
    init_http(app, settings.http)
    init_cors(app, settings.http.cors_origins)
    init_linger(app)
    _provide_all(app, settings, database)
    _register_routes(app)
    init_commands(app)
    init_openapi(app, CODES, TAGS)
    require_guards(app)
    return app


def create_asgi_app(app: Shop) -> WsgiToAsgi:
    """Return `app` for ASGI servers, within the bounds of its settings."""
    with app.app_context():
        settings = wired(Settings)
        turns = wired(Turns)
        database = wired(PooledPostgresqlDatabase)
        readiness = wired(Readiness)
        tracing = wired(Tracing)

    http = settings.http

    async def start() -> None:
        # Here a request that waits holds no thread, so that its line may be as long as that of all others.
        turns.in_line = int(http.max_concurrent_requests * settings.database.lists_share)
        turns.lenience = 0
        await database.open()
        try:
            await readiness.refuse_wrong_database()
        except PeeweeException:
            return  # A database that cannot be asked is no reason not to start: /readyz asks again.
        except BaseException:
            await database.close()
            raise

    async def stop() -> None:
        # Requests have ended by then; what is left of the worker's time is short.
        await asyncio.gather(database.close(timeout=1), tracing.close())

    return WsgiToAsgi(
        app,
        startup=start,
        shutdown=stop,
        max_body_bytes=longest_body(app, None),
        longer_body=body_bound(app),
        max_pending_bytes=http.max_pending_bytes,
        max_concurrent_requests=http.max_concurrent_requests,
        exempt=PROBES,
        refuse=refuse,
        drain_seconds=http.drain_seconds,
        on_withdrawal=readiness.withdraw,
    )


def _database(settings: Settings) -> PooledPostgresqlDatabase:
    limits = settings.database
    database = PooledPostgresqlDatabase()
    database.init(
        limits.url,
        pool_size=limits.pool_size,
        acquire_timeout=limits.acquire_timeout,
        connect_timeout=limits.connect_timeout,
        # Only for a server that does not keep its own time limit.
        query_timeout=limits.statement_timeout * 2,
        # PgBouncer refuses settings at a connection's start: the role's own hold, by `migrate`.
        session=None if limits.pooler else limits.session(settings.shop.time_zone),
    )
    return database


def _provide_all(app: Shop, settings: Settings, database: PooledPostgresqlDatabase) -> None:
    manager = Manager(database)
    audit = AuditTrail(manager)
    for instance in (settings, database, manager, Cursors(settings.secret.get_secret_value())):
        provide(app, instance)
    schema = SchemaRepository(manager)
    version = migrations.expected_version()
    provide(app, Readiness(schema, version, settings.shop, production=settings.production))
    _provide_catalogue(app, manager, audit, settings.database)
    attempts = Attempts(
        AttemptRepository(manager), settings.secret.get_secret_value(), settings.security
    )
    provide(app, attempts)
    _provide_people(app, manager, audit, attempts, settings)
    _provide_inventory(app, manager, audit)
    _provide_orders(app, manager, audit, attempts, settings.shop)


def _provide_catalogue(
    app: Shop, manager: Manager, audit: AuditTrail, limits: DatabaseSettings
) -> None:
    at_once = limits.lists_at_once
    # Under WSGI servers who waits holds a thread, of which there are about as many as connections. One stays free for
    # others, and has a crowd's lists wait in it only for as long as those before them are soon done.
    in_line = max(0, limits.pool_size - at_once - 1)
    turns = Turns(at_once, in_line, limits.acquire_timeout, lenience=_CROWD_SECONDS)
    provide(app, turns)
    lists = TurnsManager(manager.database, turns)
    provide(app, Catalogue(manager, CatalogueRepository(manager, lists), audit))
    provide(app, Products(manager, ProductRepository(manager, lists), audit))


def _provide_people(
    app: Shop, manager: Manager, audit: AuditTrail, attempts: Attempts, settings: Settings
) -> None:
    sessions = SessionRepository(manager)
    accounts = Accounts(manager, AccountRepository(manager), sessions, Passwords(), audit)
    provide(app, accounts)
    tokens = TokenAuthenticator(sessions, settings.shop.guest_purchase_days)
    provide(app, tokens, as_=Authenticator)
    provide(app, Sessions(accounts, sessions, attempts, settings.security))
    provide(app, StaffDirectory(manager, StaffRepository(manager), accounts, audit))
    provide(app, Customers(manager, CustomerRepository(manager), accounts, attempts, audit))


def _provide_inventory(app: Shop, manager: Manager, audit: AuditTrail) -> None:
    stock = StockRepository(manager)
    provide(app, Suppliers(manager, SupplierRepository(manager), audit))
    provide(app, InvoiceRequests(manager, InvoiceRequestRepository(manager), stock, audit))
    allocations = Allocations(AllocationRepository(manager))
    provide(app, Stock(manager, stock, allocations, audit))


def _provide_orders(
    app: Shop, manager: Manager, audit: AuditTrail, attempts: Attempts, shop: ShopSettings
) -> None:
    carts = CartRepository(manager)
    checkouts = CheckoutRepository(manager)
    purchases = PurchaseRepository(manager)
    allocations = Allocations(AllocationRepository(manager))
    provide(app, Carts(manager, carts, attempts, shop))
    sales = Sales(manager, shop.currency)
    provide(app, Checkout(manager, carts, checkouts, attempts, shop, sales))
    provide(app, Purchases(manager, purchases, allocations, audit, sales))
    provide(app, Payments(manager, purchases, allocations, audit))


def _register_routes(app: Shop) -> None:
    # In the order in which the docs page shows them.
    for blueprint in (
        product_routes,
        category_routes,
        brand_routes,
        discount_routes,
        cart_routes,
        checkout_routes,
        purchase_routes,
        login_routes,
        customer_routes,
        staff_routes,
        stock_routes,
        supplier_routes,
        invoice_request_routes,
        health_routes,
        apidocs_routes,
    ):
        app.register_blueprint(blueprint)
