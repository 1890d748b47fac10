"""Brings a database's schema to the newest version, and says which version it has.

Migrations are plain SQL files, applied by yoyo as the role that owns the database. A session advisory lock
makes concurrent runs wait for each other. yoyo has a lock of its own, a row that a killed run leaves behind;
under the advisory lock such a row can only be stale, so it is removed.

The shop goes on serving meanwhile. Who waits for a table's lock makes everybody behind him wait too, readers as
well; so a migration waits for a moment only, gives way, and tries again.

Behind the numbered files come the functions and views whose texts are files of their own (definitions.py): all that
have changed at once, with the rights of the app's role, so that none meets the text of another that it was not
written with.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import psycopg2
import yoyo
from psycopg2 import errors, sql
from psycopg2.extensions import connection, make_dsn, parse_dsn
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class
from yoyo.backends.core.postgresql import PostgresqlBackend
from yoyo.connections import default_migration_table, parse_uri
from yoyo.migrations import MigrationList

from app.core.database import texts
from app.core.database.conninfo import DEFAULT_SESSION
from app.core.database.definitions import DIRECTORY as TEXTS
from app.core.database.definitions import Definition, definitions

T = TypeVar("T")

DIRECTORY = Path(__file__).resolve().parents[2] / "migrations"

# Any number does, as long as nothing else in this database locks the same one.
LOCK = 5_301_640_731
# How often another run is asked whether it is done.
ASK_SECONDS = 0.2

# How long one try of a migration holds up others: well below the time after which requests give up.
LOCK_MILLISECONDS = 500
# Between two tries, so that those who stood behind the last one are served first.
PAUSE_SECONDS = 1.0
# A dump of a large shop reads its tables for longer; then it is better to say so than to hang.
PATIENCE_SECONDS = 60.0


class MigrationError(Exception):
    """Migrations cannot be applied; its text is one sentence that says what to change."""


class Migrated(NamedTuple):
    """What a run has done: the migrations that it applied, and the functions and views that have another text now.

    `newer`: a later version of the shop has been at the database, and what it has put there was left alone.
    """

    applied: list[str]
    renewed: list[str]
    newer: bool = False


def expected_version() -> str:
    """Return the name of the newest migration, the one that this code was written for."""
    return max(path.stem for path in DIRECTORY.glob("*.sql") if not path.stem.endswith(".rollback"))


def migrate(
    owner_url: str,
    app_url: str | None = None,
    *,
    app_settings: Mapping[str, str] | None = None,
    directory: Path = DIRECTORY,
    definitions_in: Path = TEXTS,
    patience: float = PATIENCE_SECONDS,
) -> Migrated:
    """Apply what is missing, and put the texts of functions and views in force that have changed.

    `owner_url` names the role that owns the database. If `app_url` names another role, that one is granted
    what the app needs and no more. `app_settings` (PostgreSQL parameters such as statement_timeout) become
    the session defaults of the role in `app_url`, so that they hold behind a connection pooler too; no
    migration is bound by them. The migrations are those in `directory`, the texts those in `definitions_in`.
    Raises MigrationError for a role that may not make tables, if a table was in use for `patience` seconds, or if a
    migration says (by RAISE EXCEPTION) what people must put right before it can be applied, or a text takes or returns
    something else than the one in force; psycopg2.Error if the database refuses anything else; and leaves what was
    applied before.
    """
    ours = definitions(definitions_in)
    role = parse_dsn(app_url).get("user") if app_url else None
    with _locked(owner_url) as session:
        with _opened(owner_url) as backend:
            known = yoyo.read_migrations(str(directory))
            missing = backend.to_apply(known)
            newer = not _knows_all(backend, known)
            with backend.lock():
                for migration in missing:
                    apply = partial(backend.apply_one, migration)
                    _patiently(f"The migration {migration.id}", apply, patience)
        receiver = role if role != parse_dsn(owner_url).get("user") else None
        work = partial(_renew, session, ours, receiver, newer=newer)
        renewed = _patiently("Another text of a view", work, patience)
        # Under the lock too: two that alter a role at once end with "tuple concurrently updated".
        if app_url and app_settings:
            _set_defaults(app_url, app_settings)
    return Migrated([migration.id for migration in missing], renewed, newer)


def roll_back(
    owner_url: str,
    count: int = 1,
    *,
    directory: Path = DIRECTORY,
    patience: float = PATIENCE_SECONDS,
) -> list[str]:
    """Undo the newest `count` migrations, and return their names. Raises what `migrate` does.

    Whatever `migrate` runs next puts its own texts of functions and views in force, older ones too.
    """
    with _locked(owner_url) as session, _opened(owner_url) as backend:
        undone = backend.to_rollback(yoyo.read_migrations(str(directory)))[:count]
        # First, so that none passes for right that a failure leaves behind.
        with _transaction(session) as cursor:
            texts.give_up(cursor)
        with backend.lock():
            for migration in undone:
                undo = partial(backend.rollback_one, migration)
                _patiently(f"The migration {migration.id}", undo, patience)
        return [migration.id for migration in undone]


def _knows_all(backend: PostgresqlBackend, known: MigrationList) -> bool:
    """Say whether no later version than this code has been at the database."""
    return {migration.hash for migration in known} >= set(backend.get_applied_migration_hashes())


def _patiently(what: str, work: Callable[[], T], seconds: float) -> T:
    """Do `work`, again for so many seconds while a table that it needs is in use, and return what it returns."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return work()
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if time.monotonic() >= deadline:
                raise MigrationError(
                    f"{what} waited in vain for a table that others are using (a dump, a long"
                    " report, a forgotten transaction): run migrate again when they are done."
                ) from error
        except texts.TextRefused as error:
            raise MigrationError(str(error)) from error
        except errors.RaiseException as error:
            raise MigrationError(
                f"{what} needs your help first: {error.diag.message_primary}."
            ) from error
        time.sleep(PAUSE_SECONDS)


def _renew(
    session: connection, ours: list[Definition], role: str | None, *, newer: bool
) -> list[str]:
    """Put in force what has changed and give the role its rights, in one transaction; return what has another text."""
    with _transaction(session) as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_MILLISECONDS}ms'")
        renewed = texts.renew(cursor, ours, newer=newer)
        # A later version may have more ledgers than this one knows to protect.
        if role is not None and not (newer and _has_rights(cursor, role)):
            _grant(cursor, role)
        return renewed


def _has_rights(cursor: Cursor, role: str) -> bool:
    cursor.execute("SELECT has_table_privilege(%s, 'shop', 'SELECT')", (role,))
    ((has,),) = cursor.fetchall()
    return bool(has)


@contextmanager
def _transaction(session: connection) -> Iterator[Cursor]:
    """Lend a cursor whose statements are one transaction; the session commits each by itself otherwise."""
    with session.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            yield cursor
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


@contextmanager
def _locked(owner_url: str) -> Iterator[connection]:
    with closing(psycopg2.connect(owner_url)) as session:
        session.autocommit = True
        _lift_limits(session)
        with session.cursor() as cursor:
            cursor.execute(
                "SELECT has_schema_privilege('public', 'CREATE'), current_user, current_database()"
            )
            allowed, role, name = cursor.fetchone() or (False, "", "")
            if not allowed:
                # yoyo would go on without its tables, and fail at something that says less.
                raise MigrationError(
                    f"The role {role} may not make tables in the database {name}: "
                    "name the one that owns it in OGS_DATABASE__OWNER_URL."
                )
        # Asked again and again: a statement that waits is a transaction that is open, and the other run's CREATE INDEX
        # CONCURRENTLY waits for all of those, so that both would wait for ever.
        while not _has_lock(session):
            time.sleep(ASK_SECONDS)
        yield session


def _has_lock(session: connection) -> bool:
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
        (got,) = cursor.fetchone() or (False,)
    return bool(got)


class _Backend(PostgresqlBackend):
    """yoyo's, which opens a connection for each migration; none has limits but for waiting in a transaction."""

    def init_connection(self, connection: connection) -> None:
        super().init_connection(connection)
        _lift_limits(connection)

    def begin(self) -> None:
        super().begin()
        # Not for `transactional: false`: CREATE INDEX CONCURRENTLY waits for others by its nature, and
        # nobody waits behind it.
        self.execute(f"SET LOCAL lock_timeout = '{LOCK_MILLISECONDS}ms'")


def _lift_limits(session: connection) -> None:
    # The role may be the app's too, and its defaults are for requests.
    with session.cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET lock_timeout = 0;"
            " SET idle_in_transaction_session_timeout = 0"
        )


@contextmanager
def _opened(owner_url: str) -> Iterator[PostgresqlBackend]:
    with _Backend(parse_uri(owner_url), default_migration_table) as backend:
        backend.init_database()
        backend.break_lock()
        yield backend


def _grant(cursor: Cursor, role: str) -> None:
    statements = sql.SQL((DIRECTORY / "roles" / "app.sql").read_text(encoding="utf-8"))
    cursor.execute(statements.format(app=sql.Identifier(role)))


def _set_defaults(app_url: str, settings: Mapping[str, str]) -> None:
    # A role may set its own defaults, so this needs no privilege that the owner might not have.
    with (
        closing(psycopg2.connect(app_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        for name, value in {**DEFAULT_SESSION, **settings}.items():
            cursor.execute(
                sql.SQL("ALTER ROLE CURRENT_USER SET {} TO {}").format(
                    sql.Identifier(name), sql.Literal(value)
                )
            )


def past_the_pooler(owner_url: str, pooled_url: str) -> str:
    """Return how the role in `pooled_url` connects to the server in `owner_url` itself.

    A session that a pooler keeps has the defaults of its beginning: what changes them must not begin one.
    """
    pooled = parse_dsn(pooled_url)
    role = {"user": pooled.get("user"), "password": pooled.get("password")}
    return str(make_dsn(**{**parse_dsn(owner_url), **role}))
