"""The default server behind a PgBouncer in transaction mode: one more row, for the setting database.pooler."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from conformance.shop import Process
from local.environments import ROOT, install_packages
from local.servers import SERVERS

_CONFIG = """
[databases]
{database} = host={host} user={role}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
unix_socket_mode = 0777
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 200
; A PostgreSQL that is back is used at once, and nobody waits for one that is away.
server_login_retry = 1
query_wait_timeout = 3
"""


class Pooled:
    """Gunicorn and its PgBouncer: ends in that order, so that what is under way finds its database."""

    def __init__(self, server: subprocess.Popen[bytes], pooler: subprocess.Popen[bytes]) -> None:
        self.pid, self.poll, self.terminate = server.pid, server.poll, server.terminate
        self.pids = [server.pid, pooler.pid]
        self._server, self._pooler = server, pooler

    def wait(self, timeout: float | None = None) -> int:
        """Return Gunicorn's exit status, when PgBouncer has ended too."""
        status = self._server.wait(timeout)
        self._pooler.terminate()
        self._pooler.wait(timeout)
        return status


@dataclass(frozen=True)
class PooledWay:
    """The row `pgbouncer` of the table."""

    name: str = "pgbouncer"
    title: str = "Gunicorn, PgBouncer in between"
    concurrent: bool = True
    keeps_alive: bool = True
    pipelines: bool = True

    def prepare(self) -> str | None:
        """Install PgBouncer; return why it cannot run here, or None."""
        return None if shutil.which("pgbouncer") else install_packages(("pgbouncer",))

    def start(self, port: int, folder: Path, env: Mapping[str, str]) -> Process:
        """Start PgBouncer on a socket beside PostgreSQL's, and Gunicorn on that."""
        straight = urlsplit(env["OGS_DATABASE__URL"])
        host = Path(parse_qs(straight.query)["host"][0])
        database = straight.path.strip("/")
        own = host.parent / "pooler"
        own.mkdir(exist_ok=True)
        own.chmod(0o777)
        config = own / "pgbouncer.ini"
        text = _CONFIG.format(database=database, host=host, role=straight.username, folder=own)
        config.write_text(text, encoding="utf-8")
        # It refuses to be root.
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        with (folder / "pgbouncer.log").open("ab") as log:
            pooler = subprocess.Popen(
                [shutil.which("pgbouncer") or "pgbouncer", str(config)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user,
            )
        through = f"postgresql://{straight.username}@/{database}?host={quote(str(own))}&port=6432"
        pooled = {"OGS_DATABASE__URL": through, "OGS_DATABASE__POOLER": "true"}
        return Pooled(SERVERS["gunicorn"].start(port, folder, {**env, **pooled}), pooler)
