"""`make restore FILE=…`: a shop from a dump, in an empty database, with its roles' rights, and proved to add up."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from local.account import LocalError
from local.dump import asking, execute, program, run, server_version
from local.postgres import PROGRAMS
from local.shop import ROOT, ShopDatabase, shop_database

# pg_restore from 17 on begins with a setting that older servers do not know.
OLDEST_SERVER = 17

_TABLES = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
# What others do, even what kind of process they are, is hidden from roles without privileges; who they are is not,
# and PostgreSQL's own processes are nobody.
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
"""


def restore(owner_url: str, file: Path, *, anew: bool = False) -> None:
    """Fill the database of `owner_url`, which has to have no tables, with what is in `file`: all of it or nothing.

    With `anew`, all that it has is dropped first, once the file was read to its end. Objects belong to the owner's
    role whatever it was called where the dump was taken. Rights and the app's role's settings are `migrate`'s.
    Raises LocalError if the file is no whole dump, somebody uses the database, or PostgreSQL refuses.
    """
    restorer = _restorer(owner_url)
    _check_file(restorer, file)
    with asking(owner_url) as cursor:
        _make_empty(cursor, anew=anew)
    # No comments: those on extensions may be written by who made them only, which may have been an administrator.
    plain = ["--no-owner", "--no-privileges", "--no-comments"]
    run(restorer, owner_url, "--single-transaction", "--exit-on-error", *plain, str(file))
    with asking(owner_url) as cursor:
        # A dump has no statistics, and without them the first queries are planned badly.
        cursor.execute("ANALYZE")


def _restorer(url: str) -> Path:
    server = server_version(url)
    found = program("pg_restore", server)
    if found.is_relative_to(PROGRAMS) and server < OLDEST_SERVER:
        raise LocalError(
            f"The server is PostgreSQL {server} and refuses what this pg_restore writes: put pg_restore of"
            f" PostgreSQL {server} on the PATH, or restore into PostgreSQL {OLDEST_SERVER} or newer."
        )
    return found


def _check_file(restorer: Path, file: Path) -> None:
    """Read the whole dump without doing anything, so that nothing is dropped for half a file."""
    if not file.is_file():
        raise LocalError(f"{file} is not a file: name a dump with FILE=….")
    with tempfile.TemporaryFile() as names:
        try:
            execute([str(restorer), "--format=custom", "--list", str(file)], output=names)
            execute([str(restorer), "--format=custom", "--file=/dev/null", str(file)])
        except LocalError as error:
            if "unsupported version" in str(error):
                raise LocalError(
                    f"{file} was written by a newer PostgreSQL than {restorer} is of."
                ) from error
            raise LocalError(f"{file} is no dump, or not a whole one: {error}") from error
        names.seek(0)
        if b" TABLE DATA public _yoyo_migration " not in names.read():
            raise LocalError(f"{file} is a dump, but not of a shop.")


def _make_empty(cursor: Cursor, *, anew: bool) -> None:
    cursor.execute("SELECT current_database()")
    (name,) = cursor.fetchone() or ("",)
    cursor.execute(_TABLES)
    if cursor.fetchone() == (0,):
        return
    if not anew:
        raise LocalError(
            f"The database {name} is not empty: restore into an empty one, or drop all that it has with ANEW=1."
        )
    cursor.execute(_OTHERS)
    (others,) = cursor.fetchone() or (0,)
    if others:
        raise LocalError(
            f"Others are connected to the database {name} ({others}): stop the shop first."
        )
    cursor.execute("SET client_min_messages = warning")
    cursor.execute(
        "BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC; COMMIT"
    )


def _command(database: ShopDatabase, name: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "main", name]
    if subprocess.run(command, cwd=ROOT, env=database.environment, check=False).returncode:
        raise LocalError(
            f"The data is there, but `flask --app main {name}` failed: the reason stands above."
        )


def main(arguments: list[str]) -> int:
    """Restore the file that `arguments` name; return 0 if the shop is there and adds up."""
    parser = argparse.ArgumentParser(prog="make restore", usage="make restore FILE=… [ANEW=1]")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--anew", action="store_true")
    given = parser.parse_args(arguments)
    file = given.file.absolute()
    try:
        with shop_database() as database:
            restore(database.owner_url, file, anew=given.anew)
            _command(database, "migrate")
            _command(database, "verify")
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"The shop is back, as it was in {file}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
