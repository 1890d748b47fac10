"""How many processes a WSGI server starts, and how many connections each of them may hold.

Read by the configuration of every WSGI server here. WEB_CONCURRENCY sets the processes, THREADS the
threads of each, and DATABASE_CONNECTIONS how many connections this server may hold in all: 80 of
the 100 that PostgreSQL allows by default, as `migrate`, `tidy`, backups and people need some too. Several
servers on one database share its limit: give each its part. A size of the pool that is set, by
OGS_DATABASE__POOL_SIZE or in the file that OGS_CONFIG names, wins over the sum.
"""

import os
import tomllib
from contextlib import suppress
from pathlib import Path

POOL_SIZE = "OGS_DATABASE__POOL_SIZE"
# What was summed up last. SIGHUP has Gunicorn read all of this again, with our own variable in its environment.
SUM = "SHOP_SUM_OF_CONNECTIONS"
# One process cannot keep more than this busy: the rest would lie idle in PostgreSQL.
MOST_PER_PROCESS = 20


def cores() -> int:
    """Return how many cores this process may run on.

    A container's share of CPU time is not seen: there WEB_CONCURRENCY has to say it.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def number(name: str, default: int) -> int:
    """Return the number in an environment variable. Raises ValueError, in one sentence, for anything else."""
    given = os.environ.get(name, "") or str(default)
    if not given.isascii() or not given.isdecimal() or int(given) < 1:
        raise ValueError(f"{name} is {given!r}: it has to be a number from 1 on.")
    return int(given)


def pool_size(processes: int, requests: int) -> int:
    """Return the most connections of each of `processes` that serve `requests` at once.

    No request uses two. Raises ValueError if there is not one for each process.
    """
    allowed = number("DATABASE_CONNECTIONS", 80)
    if processes > allowed:
        raise ValueError(
            f"{processes} processes cannot share {allowed} connections:"
            " lower WEB_CONCURRENCY, or raise DATABASE_CONNECTIONS and what PostgreSQL allows."
        )
    return min(allowed // processes, requests, MOST_PER_PROCESS)


def set_pool_size(processes: int, requests: int) -> None:
    """Give the application that pool, unless its size is set."""
    if os.environ.get(POOL_SIZE, "") not in {"", os.environ.get(SUM)}:
        return
    # A variable is stronger than the file: where the file says it, there must be none.
    os.environ.pop(POOL_SIZE, None)
    if not _is_in_the_file():
        os.environ[POOL_SIZE] = os.environ[SUM] = str(pool_size(processes, requests))


def _is_in_the_file() -> bool:
    # What is wrong with the file, the application says itself.
    with suppress(OSError, ValueError, TypeError):
        text = Path(os.environ.get("OGS_CONFIG", "")).read_text(encoding="utf-8")
        return "pool_size" in tomllib.loads(text).get("database", {})
    return False
