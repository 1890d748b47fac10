"""`migrate`: bring the database's tables to the newest version."""

import click
from flask.cli import with_appcontext

from app.commands.failing import one_sentence
from app.core import migrations
from app.core.config import Settings
from app.core.wiring import wired


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database's tables to the newest version; safe to run again, and by several at once."""
    settings = wired(Settings)
    database = settings.database
    with one_sentence():
        applied = migrations.migrate(
            database.owner_url or database.url,
            database.url,
            app_settings=database.session(settings.shop.time_zone),
        )
    if applied:
        click.echo(f"Applied {', '.join(applied)}.")
    else:
        click.echo(f"The database is at {migrations.expected_version()} already.")
