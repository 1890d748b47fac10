"""`migrate`: bring the database's tables to the newest version."""

import click
from flask.cli import with_appcontext

from app.commands.consistency import snapshot
from app.commands.counting import counted
from app.commands.failing import one_sentence
from app.commands.identity import refuse_another, write_down
from app.core.database import migrations
from app.core.settings import DatabaseSettings, Settings
from app.core.wiring import wired

_FEW = 5


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database's tables to the newest version; safe to run again, and by several at once.

    Refused, before anything is changed, if the database's money is in another currency than the settings'. What a
    later version of the shop has put there is left as it is: this one works with it.
    """
    settings = wired(Settings)
    database = settings.database
    with one_sentence():
        owner_url, app_url = _urls(database)
        with snapshot(owner_url) as cursor:
            refuse_another(cursor, settings.shop)
        done = migrations.migrate(
            owner_url,
            app_url,
            app_settings=database.session(settings.shop.time_zone),
        )
        write_down(owner_url, settings.shop)
    click.echo(_what_was(done))


def _what_was(done: migrations.Migrated) -> str:
    version = migrations.expected_version()
    if done.applied:
        return f"Applied {', '.join(done.applied)}."
    if done.newer:
        return f"The database is newer than {version}, the one of this version of the shop, and stays so."
    if done.renewed:
        # All of them after a restore, which brings no comments, and so no marks.
        many = counted(len(done.renewed), "function or view", "functions and views")
        names = ", ".join(done.renewed) if len(done.renewed) <= _FEW else many
        return f"The database is at {version}; put in force: {names}."
    return f"The database is at {version} already."


def _urls(database: DatabaseSettings) -> tuple[str, str]:
    """Return the URLs of the owner's role and the application's, both of PostgreSQL itself."""
    if not database.pooler:
        return database.owner_url or database.url, database.url
    if database.owner_url is None:
        # It locks for a session, and in transaction mode nobody keeps one.
        raise migrations.MigrationError(
            "Migrations do not run through a pooler: name PostgreSQL itself in OGS_DATABASE__OWNER_URL."
        )
    return database.owner_url, migrations.past_the_pooler(database.owner_url, database.url)
