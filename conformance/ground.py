"""What a shop stands on: a throwaway PostgreSQL with the demo's goods."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self
from urllib.parse import quote

from local.account import server_account
from local.environments import ROOT
from local.postgres import THROWAWAY, Postgres
from tests.builders import rows
from tests.support.database import Cluster, Database
from tests.support.folders import short_folder

NAME = "conformance"


class Ground:
    """A PostgreSQL of its own for one way to serve the shop: it may be killed and started again.

    Use it as a context manager; its files are gone in the end. `database` is for the suite, `env` is what a server
    needs to find it.
    """

    def __init__(self) -> None:
        self._folder = short_folder()

    def __enter__(self) -> Self:
        folder = self._folder.__enter__()
        door = folder / "door"
        door.mkdir()
        _open_to_all(folder, door)
        # Apache's processes belong to www-data: its socket is in a folder that everybody may enter, besides the
        # one of the tests, whose folder is the database's own and closed.
        sockets = f'"{folder / "pg"}","{door}"'
        settings = {
            **THROWAWAY,
            "unix_socket_directories": sockets,
            "unix_socket_permissions": "0777",
        }
        self._cluster = Cluster(folder, settings)
        try:
            self._cluster.start()
            self.database: Database = self._cluster.clone(NAME)
            self.env = {
                "OGS_ENV": "test",
                "OGS_LOGGING__FORMAT": "json",
                "OGS_DATABASE__URL": self._through(door),
            }
            self._fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._cluster.stop()
        self._folder.__exit__(None, None, None)

    @property
    def postgres(self) -> Postgres:
        """The server: `stop("immediate")` crashes it, `start()` revives it."""
        return self._cluster.server

    def _through(self, door: Path) -> str:
        return f"{self.database.app_url.partition('?')[0]}?host={quote(str(door))}"

    def _fill(self) -> None:
        owner = {"OGS_DATABASE__OWNER_URL": self.database.owner_url}
        command = [sys.executable, "-m", "flask", "--app", "main", "demo"]
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **self.env, **owner},
            check=True,
            capture_output=True,
        )
        rows(self.database, "ANALYZE")


def _open_to_all(folder: Path, door: Path) -> None:
    folder.chmod(0o711)
    door.chmod(0o755)
    account = server_account(folder)
    if account:
        os.chown(door, account.uid, account.gid)
