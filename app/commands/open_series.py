"""`open-series`: have the numbers of invoices go on in a series of their own, behind a restore."""

from contextlib import closing

import click
import psycopg2
from flask.cli import with_appcontext

from app.commands.failing import one_sentence
from app.commands.identity import refuse_another
from app.core.settings import Settings
from app.core.wiring import wired


@click.command("open-series")
@with_appcontext
def open_series() -> None:
    """Open a new series for the numbers of invoices and credit notes. Run it once behind each restore of a dump.

    Numbers that were given out after the dump was made are not in it, and would be given out again.
    """
    settings = wired(Settings)
    with (
        one_sentence(),
        closing(psycopg2.connect(settings.database.url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        refuse_another(cursor, settings.shop)
        cursor.execute("INSERT INTO document_epoch DEFAULT VALUES")
    click.echo("Invoices and credit notes are numbered in a new series from now on.")
