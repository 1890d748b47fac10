"""The PostgreSQL of a test run: one server, a migrated template, and clones of it."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from app.commands.identity import write_down
from app.core.database.migrations import migrate
from app.core.settings import ShopSettings
from local.postgres import APP, OWNER, THROWAWAY, Postgres
from tests.support.folders import short_folder

TEMPLATE = "grocery_template"
# Its days are not UTC's: for an hour or two of each day the two have different dates.
SHOP = ShopSettings(time_zone="Europe/Berlin")


@dataclass(frozen=True)
class Database:
    """A migrated database: its URL for the role of the app, and for the role that owns it."""

    name: str
    app_url: str
    owner_url: str


class Cluster:
    """One server for a whole test run, in a folder of its own; pytest-xdist's workers share it."""

    def __init__(self, folder: Path | None = None, settings: Mapping[str, str] = THROWAWAY) -> None:
        self._end = ExitStack()
        # A server that spares the disk needs none.
        in_memory = settings is THROWAWAY
        self.folder = folder or self._end.enter_context(short_folder(in_memory=in_memory))
        self.server = Postgres(self.folder / "pg", settings)

    def start(self) -> "Cluster":
        """Start the server and make the template."""
        self.server.start()
        self.bare(TEMPLATE)
        migrate(self.server.url(OWNER, TEMPLATE), self.server.url(APP, TEMPLATE))
        write_down(self.server.url(OWNER, TEMPLATE), SHOP)
        return self

    def stop(self) -> None:
        """Stop the server and remove its files, in the process that started it."""
        self.server.stop("immediate")
        self._end.close()

    def bare(self, name: str) -> Database:
        """Make a new database without tables."""
        self.drop(name)
        self._admin("CREATE DATABASE {} OWNER {}", name, OWNER)
        return Database(name, self.server.url(APP, name), self.server.url(OWNER, name))

    def clone(self, name: str, template: str = TEMPLATE) -> Database:
        """Make a new copy of the migrated template, or of another database that nobody is connected to."""
        self.drop(name)
        # By its files, without a record of each page in the log: two thirds of the time.
        self._admin(
            "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy", name, template, OWNER
        )
        return Database(name, self.server.url(APP, name), self.server.url(OWNER, name))

    def clone_of(self, template: str, fill: Callable[[str], None], name: str) -> Database:
        """Make a copy of `template`, which the first process of a run that wants one has `fill` make.

        `fill` is given the URL of a migrated database, as a superuser.
        """
        with self._turn(template) as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", (template,))
            if cursor.fetchone() is None:
                unfinished = self.clone(f"{template}_unfinished")
                fill(self.server.url("postgres", unfinished.name))
                self._admin("ALTER DATABASE {} RENAME TO {}", unfinished.name, template)
            # Of two copies at once, one would find the other connected to it.
            return self.clone(name, template)

    @contextmanager
    def private(self) -> Iterator[Postgres]:
        """Run a PostgreSQL that belongs to one test, migrated: `stop("immediate")` crashes it, `start()` revives it.

        What was committed is there after a crash, as in a shop.
        """
        with short_folder(in_memory=True) as folder:
            # With owners and modes, which the server insists on.
            subprocess.run(["cp", "-Rp", self._files(), folder / "pg"], check=True)
            server = Postgres(folder / "pg", THROWAWAY)
            try:
                server.start()
                yield server
            finally:
                server.stop("immediate")

    def drop(self, name: str) -> None:
        """Drop that database if it is there, and cut off whoever is connected to it."""
        self._admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _files(self) -> Path:
        """Return the files of a migrated server, which the first process of a run that wants some makes."""
        made = self.folder / "private"
        with self._turn("private"):
            if not made.exists():
                server = Postgres(self.folder / "private_unfinished", THROWAWAY)
                server.start()
                migrate(server.owner_url, server.app_url)
                write_down(server.owner_url, SHOP)
                server.stop()
                server.data.rename(made)
        return made

    @contextmanager
    def _turn(self, what: str) -> Iterator[psycopg2.extensions.cursor]:
        """Have one process of the run at a time do something; lend a cursor on the server."""
        with closing(psycopg2.connect(self.server.admin_url)) as turn, turn.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", (what,))
            yield cursor

    def _admin(self, statement: str, *names: str) -> None:
        with closing(psycopg2.connect(self.server.admin_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                # A warning here would be "does not exist, skipping".
                cursor.execute("SET client_min_messages = error")
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
