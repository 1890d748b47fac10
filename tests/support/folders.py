"""Folders for the PostgreSQL servers of tests: short names, and gone in the end, even after a killed run."""

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from local.account import server_account

PREFIX = "ogs-test-"
LOCK = "owner.lock"
MEMORY = Path("/dev/shm")
ENOUGH = 4 * 1024**3
"""Bytes: far more than all databases of a run take, on a computer that has as much again for the run."""


@contextmanager
def short_folder(*, in_memory: bool = False) -> Iterator[Path]:
    """Lend a new folder that a server can use, whoever it has to run as; `in_memory` if there is enough of it.

    pytest's own are too deep: a socket's name has to fit into about a hundred bytes. On a disk, to make and drop the
    databases of a run takes more than to use them: a thousand small files each.
    """
    _sweep()
    base = MEMORY if in_memory and _enough_memory() else None
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    account = server_account(folder)
    if account:
        os.chown(folder, account.uid, account.gid)
    with (folder / f"{LOCK}.new").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Named only now, so that nobody ever sees it unlocked while its owner lives.
        (folder / f"{LOCK}.new").rename(folder / LOCK)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _enough_memory() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    return min(psutil.disk_usage(str(MEMORY)).free, psutil.virtual_memory().available / 2) > ENOUGH


def _sweep() -> None:
    """Remove what a killed run left, servers too: its locks went with its process."""
    bases = (Path(tempfile.gettempdir()), MEMORY)
    for path in itertools.chain.from_iterable(base.glob(f"{PREFIX}*/{LOCK}") for base in bases):
        with suppress(OSError), path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    if process.name() == "postgres" and Path(process.cwd()).is_relative_to(
                        path.parent
                    ):
                        process.kill()
            shutil.rmtree(path.parent, ignore_errors=True)
