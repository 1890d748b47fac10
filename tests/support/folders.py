"""Folders for the PostgreSQL servers of tests: short names, and gone in the end, even after a killed run."""

import fcntl
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


@contextmanager
def short_folder() -> Iterator[Path]:
    """Lend a new folder that a server can use, whoever it has to run as.

    pytest's own are too deep: a socket's name has to fit into about a hundred bytes.
    """
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
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


def _sweep() -> None:
    """Remove what a killed run left, servers too: its locks went with its process."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    if process.name() == "postgres" and Path(process.cwd()).is_relative_to(
                        path.parent
                    ):
                        process.kill()
            shutil.rmtree(path.parent, ignore_errors=True)
