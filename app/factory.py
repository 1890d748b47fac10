"""The one place where the shop is put together."""

import asyncio

from apiflask import APIFlask
from peewee import PeeweeException

from app.apidocs import wiring as apidocs
from app.audit import AuditTrail
from app.commands import init_commands
from app.core.database import Manager, PooledPostgresqlDatabase, Turns, TurnsManager
from app.core.database.pool.gauges import watch_pool
from app.core.serving.asgi import WsgiToAsgi
from app.core.serving.concurrency import AsyncFlask
from app.core.serving.linger import init_linger
from app.core.serving.uploads import LongBodies
from app.core.settings import DatabaseSettings, Settings, load_settings
from app.core.telemetry.logging import init_logging
from app.core.telemetry.metrics import init_metrics
from app.core.telemetry.traces import Tracing
from app.core.traffic import PROBES
from app.core.web.bodies import LINES_BODY, LONG_BODIES, body_bound, longest_body
from app.core.web.cors import init_cors
from app.core.web.errors import init_errors
from app.core.web.http import init_http
from app.core.web.paging import Cursors
from app.core.web.refusals import refuse
from app.core.web.security import Authenticator, refusal_by_scope, require_guards
from app.core.wiring import provide, wired
from app.health import wiring as health
from app.health.service import Readiness
from app.inventory import wiring as inventory
from app.login import wiring as login
from app.orders import wiring as orders
from app.product import wiring as product
from app.reports import wiring as reports
from app.shop import wiring as shop
from app.users import wiring as users

VERSION = "0.1.0"

_DESCRIPTION = """
The API of a small grocery's shop.

Log in with `POST /api/v1/login` and send the token as `Authorization: Bearer …`. A guest needs no login: `POST /api/v1/carts`
gives a token that opens that cart, and later the purchase made from it.

Money and quantities are strings, times are RFC 3339 in UTC. Lists have a `limit` and a `cursor`. Errors are
`application/problem+json` with a stable `code`. Send an `ETag` back as `If-Match` to change only what you have seen, and an
`Idempotency-Key` with any POST but a login to be free to send it again. A product, a brand or a category may be kept: send its `ETag` as
`If-None-Match`, and if it still is so the answer is 304, without a body.

Products and categories say by `image` where their picture is, in three sizes: paths that anybody may read, WebP, to be kept for good, as
another picture has other paths. Staff sends a picture's file as it is, as the body of `PUT …/image`.
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
    _wire_features(app, settings, database)
    init_commands(app)
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
        long_bodies=_long_bodies(app),
        max_concurrent_requests=http.max_concurrent_requests,
        exempt=PROBES,
        refuse=refuse,
        drain_seconds=http.drain_seconds,
        on_withdrawal=readiness.withdraw,
    )


def _long_bodies(app: Shop) -> LongBodies:
    with app.app_context():
        authenticator = wired(Authenticator)  # type: ignore[type-abstract]  # a protocol stands for its provider
    refusal = refusal_by_scope(app, authenticator)
    return LongBodies(beyond=LINES_BODY, at_once=LONG_BODIES, refusal=refusal)


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


def _wire_features(app: Shop, settings: Settings, database: PooledPostgresqlDatabase) -> None:
    manager = Manager(database)
    audit = AuditTrail(manager)
    for instance in (settings, database, manager, Cursors(settings.secret.get_secret_value())):
        provide(app, instance)
    lists = TurnsManager(database, _turns(app, settings.database))
    barcodes = product.wire(app, manager, lists, audit, settings.shop)
    accounts, attempts = login.wire(app, manager, audit, settings)
    users.wire(app, manager, audit, accounts, attempts)
    allocations, picked = inventory.wire(app, manager, audit, barcodes, settings.stock)
    orders.wire(
        app,
        manager,
        lists,
        audit,
        attempts,
        allocations,
        picked=picked,
        barcodes=barcodes,
        shop=settings.shop,
    )
    reports.wire(app, manager, lists, settings.shop)
    shop.wire(app, settings.shop, settings.stock)
    health.wire(app, manager, settings)
    apidocs.wire(app, at_front=not settings.pages.enabled)
    if settings.pages.enabled:
        # Not at the top: an API alone is spared what pages load.
        from app.pages import wiring as pages  # noqa: PLC0415 - as above

        pages.wire(app, settings)


def _turns(app: Shop, limits: DatabaseSettings) -> Turns:
    at_once = limits.lists_at_once
    # Under WSGI servers who waits holds a thread, of which there are about as many as connections. One stays free for
    # others, and has a crowd's lists wait in it only for as long as those before them are soon done.
    in_line = max(0, limits.pool_size - at_once - 1)
    turns = Turns(at_once, in_line, limits.acquire_timeout, lenience=_CROWD_SECONDS)
    provide(app, turns)
    return turns
