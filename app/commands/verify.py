"""`verify`: prove that the shop's stock and money add up."""

import sys

import click
from flask.cli import with_appcontext

from app.commands.consistency import breaches, counts, snapshot
from app.commands.counting import counted
from app.commands.failing import one_sentence
from app.commands.identity import refuse_another
from app.commands.rules import RULES
from app.core.settings import Settings
from app.core.wiring import wired


@click.command()
@with_appcontext
def verify() -> None:
    """Prove that stock and money add up: name each row that is off, and exit 1 if there is one.

    Refused where the database's money is in another currency than the settings'.
    """
    settings = wired(Settings)
    with one_sentence(), snapshot(settings.database.url) as cursor:
        refuse_another(cursor, settings.shop)
        found = breaches(cursor)
        numbers = counts(cursor)
    for breach in found:
        click.echo(f"{breach.row}: {breach.detail} ({breach.rule})")
    words = ("product", "lot", "movement", "purchase", "payment")
    held = ", ".join(map(counted, numbers, words))
    off = counted(len(found), "row is off", "rows are off") if found else "all is consistent"
    click.echo(f"{held} against {len(RULES)} rules: {off}.")
    sys.exit(1 if found else 0)
