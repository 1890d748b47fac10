"""`make dump`: the whole shop in one file, taken while it sells, in PostgreSQL's custom format."""

import contextlib
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class
from psycopg2.extensions import make_dsn, parse_dsn

from local.account import LocalError
from local.postgres import PROGRAMS
from local.shop import FOLDER, shop_database
from local.trouble import FULL, exit_code, first_line

DUMPS = FOLDER / "dumps"


def default_file() -> Path:
    """Return the name of a new dump: the moment in UTC, so that names sort as the dumps were taken."""
    return DUMPS / f"shop-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}.dump"


def dump(url: str, file: Path) -> None:
    """Write all of the database of `url`, as it was when this began, to the new file `file`.

    The name appears when the whole dump is safely on the disk. Only its owner may read it: it holds what
    customers told the shop. Raises LocalError if the file exists or anything is in the way.
    """
    _refuse_existing(file)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    _refuse_nothing(url)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _new(part) as output:
            run(program("pg_dump", server_version(url)), url, "--format=custom", output=output)
            os.fsync(output.fileno())
        _refuse_existing(file)
        part.rename(file)
        _sync(file.parent)
    except OSError as error:
        raise LocalError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def asking(url: str) -> Iterator[Cursor]:
    """Lend a cursor that commits each statement by itself. Raises LocalError for whatever PostgreSQL refuses."""
    try:
        with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                # The role may be the app's too, whose limits are for requests.
                cursor.execute("SET statement_timeout = 0; SET lock_timeout = '5s'")
                yield cursor
    except psycopg2.Error as error:
        raise LocalError(f"The shop's database cannot be used: {first_line(error)}.") from error


def server_version(url: str) -> int:
    """Return the major version of the server behind `url`. Raises LocalError if it cannot be asked."""
    with asking(url) as cursor:
        return cursor.connection.server_version // 10_000


def program(name: str, server: int) -> Path:
    """Return PostgreSQL's program `name` for a server of that major version.

    The one from the wheel, or the one on the PATH if that is the server's own and the wheel's is not: what a newer
    version writes, an older server may refuse. Raises LocalError if both are older than the server.
    """
    own = PROGRAMS / name
    found = shutil.which(name)
    candidates = [own, *([Path(found)] if found else [])]
    versions = {path: _version(path) for path in candidates}
    for path, version in versions.items():
        if version == server:
            return path
    if versions[own] < server:
        raise LocalError(
            f"The server is PostgreSQL {server} and {name} here is {versions[own]}:"
            f" put {name} of PostgreSQL {server} on the PATH."
        )
    return own


def run(command: Path, url: str, *arguments: str, output: IO[bytes] | None = None) -> None:
    """Run one of PostgreSQL's programs on the database of `url`. Raises LocalError with what it complained of."""
    options, password = connecting(url)
    execute([str(command), *options, *arguments], password, output)


def connecting(url: str) -> tuple[list[str], dict[str, str]]:
    """Return the options and the variables with which PostgreSQL's programs connect to the database of `url`."""
    parts = parse_dsn(url)
    # Everybody on this computer can read a command line.
    password = {"PGPASSWORD": parts.pop("password")} if "password" in parts else {}
    return ["--no-password", f"--dbname={make_dsn(**parts)}"], password


def execute(
    command: Sequence[str], variables: dict[str, str] | None = None, output: IO[bytes] | None = None
) -> None:
    """Run `command` to its end. Raises LocalError, one sentence, if it fails."""
    done = subprocess.run(
        command,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    check_end(command[0], done.returncode, done.stderr)


def environment(variables: dict[str, str] | None = None) -> dict[str, str]:
    """Return what PostgreSQL's programs are started with: ours and `variables`, and English, which is searched."""
    return {**os.environ, **(variables or {}), "LC_ALL": "C"}


def check_end(command: str, code: int, stderr: bytes) -> None:
    """Raise LocalError, one sentence, if the program `command` ended with another `code` than 0."""
    if code:
        raise LocalError(_sentence(Path(command).name, code, stderr.decode(errors="replace")))


def _sentence(name: str, code: int, said: str) -> str:
    if any(sign in said for sign in FULL):
        return f"A disk is full ({name}): free some space and try again."
    if code < 0:
        return f"{name} was ended by signal {-code}."
    reasons = re.findall(r"(?:ERROR|FATAL|error):\s+(?!query failed|could not execute)(.+)", said)
    reason = (reasons or said.strip().splitlines() or ["it does not say why"])[-1]
    return f"{name} failed: {reason.strip().rstrip('.')}."


def _version(path: Path) -> int:
    said = subprocess.run([path, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise LocalError(
            f"{file} exists already: move it away, or choose another name with FILE=…."
        )


def _refuse_nothing(url: str) -> None:
    # A file that says it is a backup and holds nothing does more harm than none.
    with asking(url) as cursor:
        cursor.execute("SELECT to_regclass('public._yoyo_migration')")
        if cursor.fetchone() == (None,):
            raise LocalError("The database has no shop in it: there is nothing to dump.")


def _new(part: Path) -> IO[bytes]:
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync(folder: Path) -> None:
    # A new name is safe when its folder is.
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def main(arguments: list[str]) -> int:
    """Dump the shop into the file named, or into one with the date in its name; return the exit code."""
    file = Path(arguments[0]).absolute() if arguments and arguments[0] else default_file()

    def run() -> None:
        _refuse_existing(file)
        with shop_database() as database:
            dump(database.owner_url, file)
        size = file.stat().st_size / 1e6
        print(f"The shop is in {file} ({size:.1f} MB): it holds personal data.")

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
