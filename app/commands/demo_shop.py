"""`demo`: a small grocery's shop to try things with."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import click
from flask.cli import with_appcontext

from app.commands.counting import counted
from app.commands.failing import one_sentence
from app.commands.importing import load
from app.commands.sheets.kinds import SHEETS
from app.core.database import Manager, Statement
from app.core.serving.concurrency import run_sync
from app.core.settings import Settings
from app.core.web import Conflict
from app.core.wiring import wired
from app.inventory.stock.service import Stock
from app.login.accounts import Accounts
from app.product.categories.kind import CATEGORY
from app.product.images.renditions import Renditions
from app.product.images.service import Images
from app.users.customers.schemas import NewCustomer
from app.users.customers.service import Customers

FILES = Path(__file__).parent / "demo"

AS_OF = date(2026, 1, 1)
"""The day that the files' dates are written for: they move with the day of loading."""

# Everybody can read them here, which is why production refuses to have this shop.
_STAFF: tuple[tuple[str, str, Literal["admin", "clerk"], str], ...] = (
    ("admin@demo.example", "Demo Admin", "admin", "demo-admin-password"),
    ("clerk@demo.example", "Demo Clerk", "clerk", "demo-clerk-password"),
)
_CUSTOMER = ("customer@demo.example", "Demo Customer", "demo-customer-password")

_STATE = Statement(
    """
    SELECT EXISTS (SELECT FROM product) OR EXISTS (SELECT FROM login),
           EXISTS (SELECT FROM login WHERE lower(email) = %(admin)s), CURRENT_DATE
    """
)

_LACKS_PICTURES = Statement("SELECT count(*) = 0 OR count(*) > count(image) FROM category")
# As if somebody had said so of each.
_SHOW = Statement(
    """
    WITH shown AS (
        UPDATE product p SET image = c.image FROM category c
        WHERE c.id = p.category_id AND p.image IS NULL AND c.image IS NOT NULL
        RETURNING p.code, p.image
    )
    INSERT INTO audit_log (action, subject, detail)
    SELECT 'product.updated', 'product:' || code,
        jsonb_build_object('image', jsonb_build_object('old', NULL, 'new', image))
    FROM shown ORDER BY code
    """,
    read=False,
)


async def _state() -> tuple[bool, bool, date]:
    """Return whether the shop is in use, whether it is a demo shop, and its today."""
    ((used, is_demo, today),) = await wired(Manager).fetch(_STATE, admin=_STAFF[0][0])
    return used, is_demo, today


@contextmanager
def _files(today: date) -> Iterator[Path]:
    """Lend the demo shop's files, with their dates as many days ahead as `today` is of AS_OF."""
    with TemporaryDirectory() as folder:
        for path in FILES.glob("*.csv"):
            text = re.sub(
                r"\b\d{4}-\d\d-\d\d\b",
                lambda found: str(date.fromisoformat(found[0]) + (today - AS_OF)),
                path.read_text("utf-8"),
            )
            Path(folder, path.name).write_text(text, "utf-8")
        yield Path(folder)


def _load(today: date) -> None:
    with _files(today) as folder, ThreadPoolExecutor(1) as aside:
        # Meanwhile PostgreSQL is at work, and this waits for it.
        drawing = aside.submit(_drawings) if run_sync(_lacks_pictures) else None
        for kind in SHEETS:
            if (path := folder / f"{kind}.csv").exists():
                click.echo(load(kind, path), err=True)
    if drawing:
        click.echo(run_sync(_show_pictures, drawing.result()), err=True)
    run_sync(_open_logins)


async def _lacks_pictures() -> bool:
    return bool(await wired(Manager).fetch_value(_LACKS_PICTURES))


def _drawings() -> list[tuple[list[str], Renditions]]:
    """Return what is drawn, and of which categories each is."""
    # Here, as nothing that serves draws.
    from app.commands.pictures.drawing import drawn  # noqa: PLC0415 - as above
    from app.product.images.rendering import render  # noqa: PLC0415 - as above

    return [(names, render(file)) for names, file in drawn(FILES / "pictures.txt")]


async def _show_pictures(drawings: Iterable[tuple[list[str], Renditions]]) -> str:
    """Have categories show drawings, and products that show nothing what their category does; say how many do now."""
    shown = 0
    for names, image in drawings:
        for code in names:
            await wired(Images).show(CATEGORY, code, image, expected=None, by=None)
            shown += 1
    products = await wired(Manager).run(_SHOW)
    return f"pictures.txt: {counted(shown, 'category', 'categories')} and {counted(products, 'product')} show a picture."


async def _open_logins() -> None:
    for email, name, role, password in _STAFF:
        password_hash = await wired(Accounts).hash(password, email)
        try:
            await wired(Manager).transaction(
                wired(Accounts).open_staff, email, name, role, password_hash, None
            )
        except Conflict:
            continue  # from an earlier run
    email, name, password = _CUSTOMER
    try:
        new = NewCustomer(email=email, name=name, password=password)
        await wired(Customers).register(new, address="this command")
    except Conflict:
        return


@click.command()
@click.option("--if-empty", is_flag=True, help="Leave a shop alone that has a product or a login.")
@with_appcontext
def demo(if_empty: bool) -> None:  # noqa: FBT001 - click's
    """Fill the shop with a small grocery's goods, opening stock and logins; safe to run again.

    In a demo shop, goods of which all has expired are received afresh, with --if-empty too.
    Refused in production: everybody knows the passwords.
    """
    if wired(Settings).production:
        raise click.ClickException("Production has no demo shop: everybody knows its passwords.")
    with one_sentence():
        used, is_demo, today = run_sync(_state)
        if if_empty and used and not is_demo:
            click.echo("The shop is in use already: it gets no demo goods.")
            return
        if not (if_empty and used):
            _load(today)
        if is_demo and (lots := run_sync(wired(Stock).renew_openings)):
            click.echo(f"Goods had expired: {counted(lots, 'fresh lot')} received.", err=True)
    click.echo("Demo logins:")
    for email, _, role, password in _STAFF:
        click.echo(f"  {role:9} {email:22} {password}")
    click.echo(f"  {'customer':9} {_CUSTOMER[0]:22} {_CUSTOMER[2]}")
