"""What libpq is told about a connection: where the server is, and the session's settings."""

import asyncio
import socket
from collections.abc import Mapping

import psycopg2
from psycopg2 import extensions

# A cancelled statement ends when its server notices that the socket is gone. psycopg2's cancel() is
# no way to end it sooner: it holds the interpreter's lock while it waits for the server, so that a
# server that hangs would freeze the whole process.
#
# A Statement has one plan, whatever its parameters: one that tests can look at, and that costs no
# planning. Such plans read few rows by indexes: to compile them, or to share them out among
# processes, takes longer than they run, and what an index points to is in memory or on an SSD.
DEFAULT_SESSION: Mapping[str, str] = {
    "client_connection_check_interval": "250ms",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
}

# Finds a peer that vanished without a word, and keeps firewalls from forgetting idle connections.
_KEEPALIVE: Mapping[str, str] = {
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


async def servers(params: Mapping[str, str]) -> list[Mapping[str, str]]:
    """Return the parameters for each address that `params` may mean.

    Looked up here: libpq would stop the event loop. Raises OSError.
    """
    if "hostaddr" in params:
        return [params]
    hosts = params.get("host", "").split(",")
    ports = params["port"].split(",") if "port" in params else [""]
    if len(ports) == 1:
        ports *= len(hosts)
    found: list[Mapping[str, str]] = []
    for host, port in zip(hosts, ports, strict=True):
        one = {**params, "host": host, "port": port}
        if not host or host.startswith(("/", "@")):
            found.append(one)
        else:
            loop = asyncio.get_running_loop()
            infos = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = dict.fromkeys(str(address[0]) for *_, address in infos)
            found += [{**one, "hostaddr": address} for address in addresses]
    return found


def connection_params(url: str, session: Mapping[str, str] | None) -> dict[str, str]:
    """Return libpq's parameters for `url`, with the server's settings in `session`.

    `url` is what libpq takes: postgresql://user:password@host/name?sslmode=require, or with a
    socket's folder, postgresql://user@/name?host=/run/postgresql. `session` adds to DEFAULT_SESSION;
    None sends no settings at all, which is what PgBouncer wants. Raises ValueError.
    """
    try:
        params = dict(extensions.parse_dsn(url))
    except psycopg2.Error:
        # libpq's sentence may quote the password.
        raise ValueError("the database's URL is not one that libpq understands") from None
    if params.get("port", "").count(",") not in {0, params.get("host", "").count(",")}:
        raise ValueError("the database's URL has not one port for each host")
    if session is not None:
        given = params.get("options", "")
        wanted = [
            f"-c {name}={_escaped(value)}" for name, value in {**DEFAULT_SESSION, **session}.items()
        ]
        params["options"] = " ".join([*wanted, given] if given else wanted)
    return {"client_encoding": "UTF8", **_KEEPALIVE, **params}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
