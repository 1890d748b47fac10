"""The database of the shop on this computer, and the environment that `flask --app main …` needs for it."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from app.core.database.migrations import DIRECTORY
from app.core.settings import SettingsError, load_settings
from local.account import LocalError
from local.environments import ROOT
from local.postgres import Postgres
from local.trouble import first_line

FOLDER = Path(os.environ.get("OGS_DATA_DIR") or ROOT / ".data").absolute()
DATA = FOLDER / "postgres"
LOGINS = FOLDER / "demo-logins.txt"


@dataclass(frozen=True)
class ShopDatabase:
    """Where the shop's data is: `url` for the app, `owner_url` for migrations; `server` if it is this computer's."""

    url: str
    owner_url: str
    environment: dict[str, str]
    server: Postgres | None

    def is_complete(self) -> bool:
        """Say whether all migrations are applied. Raises LocalError if the database cannot be asked."""
        if self._ask("SELECT to_regclass('_yoyo_migration')") is None:
            return False
        applied = self._ask("SELECT array_agg(migration_id) FROM _yoyo_migration")
        files = {path.stem for path in DIRECTORY.glob("*.sql")}
        return {name for name in files if not name.endswith(".rollback")} <= set(applied or ())

    def is_empty(self) -> bool:
        """Say whether nobody may log in and there is nothing to sell: then it gets the demo shop."""
        used = self._ask("SELECT EXISTS (SELECT FROM product) OR EXISTS (SELECT FROM login)")
        return not used

    def is_stale(self) -> bool:
        """Say whether this is a demo shop, and goods have expired of which nothing is left: it may get them afresh."""
        return bool(
            self._ask(
                "SELECT EXISTS (SELECT FROM login WHERE lower(email) = 'admin@demo.example')"
                " AND EXISTS (SELECT FROM stock s JOIN availability a USING (product_id)"
                " WHERE s.expires_on < CURRENT_DATE AND a.available <= 0)"
            )
        )

    def _ask(self, question: str) -> Any:
        try:
            with (
                closing(psycopg2.connect(self.url, connect_timeout=5)) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute(question)
                row = cursor.fetchone()
        except psycopg2.Error as error:
            raise LocalError(f"The shop's database cannot be read: {first_line(error)}.") from error
        return row[0] if row else None


def given_database() -> ShopDatabase | None:
    """Return the PostgreSQL that the settings name, wherever they do; None if they name none.

    What is started here is a developer's, unless something says otherwise. Raises LocalError for wrong
    settings, before anything was started with them.
    """
    if "OGS_CONFIG" not in os.environ:
        os.environ.setdefault("OGS_ENV", "development")
    try:
        settings = load_settings()
    except SettingsError as error:
        if error.missing == {"database.url"}:
            return None
        raise LocalError(str(error)) from error
    found = settings.database
    return ShopDatabase(found.url, found.owner_url or found.url, dict(os.environ), None)


def local_database(server: Postgres) -> ShopDatabase:
    """Return the shop's database on that server of this computer."""
    urls = {"OGS_DATABASE__URL": server.app_url, "OGS_DATABASE__OWNER_URL": server.owner_url}
    return ShopDatabase(server.app_url, server.owner_url, {**os.environ, **urls}, server)


@contextmanager
def shop_database() -> Iterator[ShopDatabase]:
    """Lend the shop's database: the one given, or the local one, started and stopped again unless it runs."""
    given = given_database()
    if given:
        yield given
        return
    server = Postgres(DATA)
    if server.answers():
        yield local_database(server)
        return
    try:
        server.start()
        yield local_database(server)
    finally:
        server.stop()
