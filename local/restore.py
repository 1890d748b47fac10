"""`make restore FILE=…`: a shop from a dump, in an empty database, with its roles' rights, and proved to add up."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from local.account import LocalError
from local.dump import (
    asking,
    check_end,
    connecting,
    environment,
    execute,
    program,
    server_version,
)
from local.environments import ROOT
from local.postgres import PROGRAMS
from local.shop import ShopDatabase, shop_database
from local.trouble import exit_code

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

# The dump lifts the other limits itself; without this one, an owner's that is the app's too would hold for the DROP.
_BEGIN = b"BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '5s'; SET LOCAL client_min_messages = warning;\n"
_DROP = (
    b"DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;\n"
)


def restore(owner_url: str, file: Path, *, anew: bool = False) -> None:
    """Fill the database of `owner_url`, which has to have no tables, with what is in `file`: all of it or nothing.

    With `anew`, all that it has is dropped first, in the same transaction: what fails leaves the old shop as it was.
    Objects belong to the owner's role whatever it was called where the dump was taken. Rights and the app's role's settings are `migrate`'s.
    Raises LocalError if the file is no whole dump, somebody uses the database, or PostgreSQL refuses.
    """
    restorer = _restorer(owner_url)
    _check_file(restorer, file)
    with asking(owner_url) as cursor:
        is_full = _check_database(cursor, anew=anew)
    _fill(restorer, owner_url, file, _BEGIN + _DROP if is_full else _BEGIN)
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
    if not _filler(found).exists():
        raise LocalError(f"There is no psql beside {found}: install PostgreSQL's client programs.")
    return found


def _filler(restorer: Path) -> Path:
    # The one beside it: what one writes and the other reads (\\restrict) may change with a minor version.
    return restorer.with_name("psql")


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


def _check_database(cursor: Cursor, *, anew: bool) -> bool:
    """Say whether the database has anything that is to be dropped. Raises LocalError if it must not be."""
    cursor.execute("SELECT current_database()")
    (name,) = cursor.fetchone() or ("",)
    cursor.execute(_TABLES)
    if cursor.fetchone() == (0,):
        return False
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
    return True


def _fill(restorer: Path, url: str, file: Path, first: bytes) -> None:
    """Run `first`, which begins a transaction, and what is in `file` in it. Raises LocalError; then nothing was done.

    pg_restore puts nothing of its caller's into its transaction, so it writes SQL, and psql runs it.
    """
    # No comments: those on extensions may be written by who made them only, which may have been an administrator.
    plain = ["--no-owner", "--no-privileges", "--no-comments"]
    reader = [str(restorer), *plain, "--file=-", str(file)]
    filler = str(_filler(restorer))
    options, password = connecting(url)
    quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    with tempfile.TemporaryFile() as read_said, tempfile.TemporaryFile() as fill_said:
        with (
            subprocess.Popen(
                [filler, *options, *quiet],
                env=environment(password),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=fill_said,
            ) as filling,
            subprocess.Popen(
                reader,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=read_said,
            ) as reading,
        ):
            is_read = _pass_on(reading, filling, first)
        if not is_read:
            check_end(reader[0], reading.returncode, _said(read_said))
        check_end(filler, filling.returncode, _said(fill_said))


def _pass_on(
    reading: subprocess.Popen[bytes], filling: subprocess.Popen[bytes], first: bytes
) -> bool:
    """Have psql run what pg_restore writes; commit once that has ended well. Return whether it did not fail by itself."""
    into = cast("IO[bytes]", filling.stdin)
    try:
        into.write(first)
        shutil.copyfileobj(cast("IO[bytes]", reading.stdout), into)
        if reading.wait() != 0:
            return False
        # Not by psql's --single-transaction, which commits where its input ends: half a dump ends as well.
        into.write(b"COMMIT;\n")
        into.flush()
    except BrokenPipeError:
        pass  # psql has met an error, and says so at its end
    finally:
        with suppress(BrokenPipeError):
            into.close()
    return True


def _said(stderr: IO[bytes]) -> bytes:
    stderr.seek(0)
    return stderr.read()


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

    def run() -> None:
        with shop_database() as database:
            restore(database.owner_url, file, anew=given.anew)
            _command(database, "migrate")
            _command(database, "open-series")
            _command(database, "verify")
        print(f"The shop is back, as it was in {file}.")

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
