"""`tidy`: end what nobody came back for."""

import sys
from functools import partial

import click
from flask.cli import with_appcontext
from peewee import PeeweeException

from app.commands.batches import Batch, in_batches
from app.commands.counting import counted
from app.commands.failing import one_sentence
from app.core.database import Manager, SchemaOutdated, Statement
from app.core.serving.concurrency import run_sync
from app.core.settings import Settings, ShopSettings
from app.core.wiring import wired
from app.orders.carts.service import Carts
from app.orders.purchases.service import Purchases
from app.orders.slots.service import Slots
from app.product.discounts.service import Discounts
from app.product.images.service import Images
from app.product.prices.service import Prices
from app.reports.sums.service import Sums

# What was done, of one and of several.
What = tuple[str, str]

# Rows that another run of tidy, or a request, holds at this moment are left for the next time.
_END_SESSIONS = Statement(
    """
    DELETE FROM session WHERE id IN (
        SELECT id FROM session WHERE expires_at < now() LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """
)
_DROP_ATTEMPTS = Statement(
    """
    DELETE FROM attempt WHERE key IN (
        SELECT key FROM attempt WHERE window_ends_at < now() LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """
)
_DROP_IDEMPOTENCY_KEYS = Statement(
    """
    DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_key
        WHERE created_at < now() - make_interval(hours => %(hours)s)
        LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    """
)
_DROP_EVENTS = Statement(
    """
    DELETE FROM event WHERE id = ANY (ARRAY(
        SELECT id FROM event WHERE at < now() - make_interval(days => %(days)s) ORDER BY at LIMIT %(limit)s))
    """
)
# The oldest have the lowest numbers. A trigger refuses what is younger than the law's patience.
_DROP_AUDIT = Statement(
    """
    DELETE FROM audit_log WHERE id = ANY (ARRAY(
        SELECT id FROM (SELECT id, at FROM audit_log ORDER BY id LIMIT %(limit)s) oldest
        WHERE at < now() - make_interval(days => %(days)s)))
    """
)
_FORGET_PERSONS = Statement(
    """
    UPDATE purchase SET contact_name = NULL, contact_phone = NULL, customer_id = NULL, token_hash = NULL, cancel_reason = '',
        forgotten_at = now()
    WHERE id = ANY (ARRAY(
        SELECT id FROM purchase
        WHERE contact_name IS NOT NULL AND coalesce(collected_at, cancelled_at) <= now() - make_interval(days => %(days)s)
        ORDER BY coalesce(collected_at, cancelled_at) LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    """
)
_FORGET_BUYERS = Statement(
    """
    DELETE FROM document_buyer WHERE document_id = ANY (ARRAY(
        SELECT document_id FROM document_buyer WHERE named_at < now() - make_interval(years => %(years)s)
        ORDER BY named_at LIMIT %(limit)s))
    """
)
# PostgreSQL knows which products have a brand or category that was renamed. A step's products are locked until it ends.
_RENEW_SEARCH = Statement("SELECT renew_product_search(%(limit)s)", read=False)

# Of products that were there before ingredients were searched. One step's are locked until it ends.
_READ_INGREDIENTS = Statement(
    """
    UPDATE product p SET search_with_ingredients = ingredient_search(p.search_text, p.ingredients)
    WHERE p.id = ANY (ARRAY(
        SELECT id FROM product WHERE ingredients <> '' AND search_with_ingredients IS NULL
        ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED))
    """
)
_COUNT_FACETS = Statement("SELECT count_facets(%(limit)s)", read=False)
_COUNT_SALES = Statement("SELECT count_sales(%(limit)s)", read=False)


def _changing(manager: Manager, statement: Statement, **age: int) -> Batch:
    """Return what runs a statement that changes up to `limit` rows, of some age if it asks for one."""

    async def batch(limit: int) -> int:
        return await manager.run(statement, limit=limit, **age)

    return batch


def _saying(manager: Manager, statement: Statement) -> Batch:
    """Return what runs a statement that says itself how many of up to `limit` it came to."""

    async def batch(limit: int) -> int:
        return int(await manager.fetch_value(statement, limit=limit))

    return batch


async def _tidy(manager: Manager, settings: Settings) -> dict[What, int | PeeweeException]:
    hours, shop = settings.security.idempotency_hours, settings.shop
    jobs = _of_sales(manager, hours) | _of_the_past(manager, shop) | _of_the_catalogue(manager)
    return {what: await _outcome(job) for what, job in jobs.items()}


def _of_sales(manager: Manager, idempotency_hours: int) -> dict[What, Batch]:
    async def checked_out(limit: int) -> int:
        return await wired(Carts).delete_checked_out_carts(limit, idempotency_hours)

    changing = partial(_changing, manager)
    return {
        ("unpaid purchase cancelled", "unpaid purchases cancelled"): wired(Purchases).cancel_unpaid,
        ("purchase served from fresh lots", "purchases served from fresh lots"): (
            wired(Purchases).keep_promises
        ),
        ("guest's link to a purchase ended", "guests' links to purchases ended"): (
            wired(Purchases).end_links
        ),
        ("old cart dropped", "old carts dropped"): wired(Carts).delete_expired_carts,
        ("checked-out cart dropped", "checked-out carts dropped"): checked_out,
        ("session ended", "sessions ended"): changing(_END_SESSIONS),
        ("count of attempts dropped", "counts of attempts dropped"): changing(_DROP_ATTEMPTS),
        ("idempotency key forgotten", "idempotency keys forgotten"): changing(
            _DROP_IDEMPOTENCY_KEYS, hours=idempotency_hours
        ),
        ("slot forgotten that is over", "slots forgotten that are over"): wired(Slots).forget,
    }


def _of_the_past(manager: Manager, shop: ShopSettings) -> dict[What, Batch]:
    changing = partial(_changing, manager)
    return {
        ("old event forgotten", "old events forgotten"): changing(
            _DROP_EVENTS, days=shop.event_days
        ),
        ("purchase made nobody's", "purchases made nobody's"): changing(
            _FORGET_PERSONS, days=shop.person_days
        ),
        ("invoice's buyer forgotten", "invoices' buyers forgotten"): changing(
            _FORGET_BUYERS, years=shop.buyer_years
        ),
        ("old line of the audit log dropped", "old lines of the audit log dropped"): changing(
            _DROP_AUDIT, days=shop.audit_days
        ),
    }


def _of_the_catalogue(manager: Manager) -> dict[What, Batch]:
    changing, saying = partial(_changing, manager), partial(_saying, manager)
    return {
        ("renamed product made findable", "renamed products made findable"): saying(_RENEW_SEARCH),
        (
            "product made findable by its ingredients",
            "products made findable by their ingredients",
        ): changing(_READ_INGREDIENTS),
        ("sale counted for the search", "sales counted for the search"): saying(_COUNT_SALES),
        ("product listed at its new price", "products listed at their new prices"): (
            wired(Prices).list_due
        ),
        ("product given its discounts", "products given their discounts"): wired(Discounts).renew,
        ("set of discounts dropped", "sets of discounts dropped"): wired(Discounts).drop_sets,
        ("product counted for facets", "products counted for facets"): saying(_COUNT_FACETS),
        ("image deleted that nothing has", "images deleted that nothing has"): (
            wired(Images).delete_unnamed
        ),
        # The last, as the first run in a shop with years of sales takes long.
        ("day summed up for reports", "days summed up for reports"): wired(Sums).sum_up,
    }


async def _outcome(job: Batch) -> int | PeeweeException:
    """Return how much was done, or what was in the way: that must not keep the other jobs from theirs."""
    try:
        return await in_batches(job)
    except SchemaOutdated:
        raise  # no job can do anything before `migrate`
    except PeeweeException as error:
        return error


@click.command()
@with_appcontext
def tidy() -> None:
    """Cancel what nobody paid in time; serve from fresh lots what was promised from expired ones; end guests' links to old purchases; drop old carts, sessions, counts of attempts, idempotency keys, events and counts of slots; forget who old purchases and invoices were for, and old lines of the audit log.

    Let products be found by the new names of brands and categories that have very many, and all by their ingredients; count what
    sells and what there is of each brand, category and price; sum up days that are over, for reports; have products follow the discounts and list prices that nobody
    waited for; delete images that nothing has.

    For cron: safe to run twice and side by side. Exits 1 if a part of it failed; the rest is done all the same.
    """
    with one_sentence():
        done = run_sync(_tidy, wired(Manager), wired(Settings))
    counts = {what: found for what, found in done.items() if isinstance(found, int)}
    click.echo(", ".join(counted(count, *what) for what, count in counts.items()) + ".")
    failed = {what: found for what, found in done.items() if what not in counts}
    for what, error in failed.items():
        click.echo(f"Not all {what[1]}: {' '.join(str(error).split())}", err=True)
    sys.exit(1 if failed else 0)
