"""`demo`: a small grocery's shop to try things with."""

from pathlib import Path
from typing import Literal

import click
from flask.cli import with_appcontext

from app.commands.failing import one_sentence
from app.commands.importing import KINDS, STOCK, load
from app.core.concurrency import run_sync
from app.core.config import Settings
from app.core.database import Manager
from app.core.errors import Conflict
from app.core.statement import Statement
from app.core.wiring import wired
from app.login.accounts import Accounts
from app.users.customer_service import Customers
from app.users.schemas import NewCustomer

FILES = Path(__file__).parent / "demo"

# Everybody can read them here, which is why production refuses to have this shop.
_STAFF: tuple[tuple[str, str, Literal["admin", "clerk"], str], ...] = (
    ("admin@demo.example", "Demo Admin", "admin", "demo-admin-password"),
    ("clerk@demo.example", "Demo Clerk", "clerk", "demo-clerk-password"),
)
_CUSTOMER = ("customer@demo.example", "Demo Customer", "demo-customer-password")

_IS_USED = Statement("SELECT EXISTS (SELECT FROM product) OR EXISTS (SELECT FROM login)")


async def _is_used() -> bool:
    return bool(await wired(Manager).fetch_value(_IS_USED))


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

    Refused in production: everybody knows the passwords.
    """
    if wired(Settings).production:
        raise click.ClickException("Production has no demo shop: everybody knows its passwords.")
    with one_sentence():
        if if_empty and run_sync(_is_used):
            click.echo("The shop is in use already: it gets no demo goods.")
            return
        for kind in (*KINDS, STOCK):
            click.echo(load(kind, FILES / f"{kind}.csv"), err=True)
        run_sync(_open_logins)
    click.echo("Demo logins:")
    for email, _, role, password in _STAFF:
        click.echo(f"  {role:9} {email:22} {password}")
    click.echo(f"  {'customer':9} {_CUSTOMER[0]:22} {_CUSTOMER[2]}")
