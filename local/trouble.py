"""Turns what PostgreSQL and the operating system say into one sentence, and a program's end into its exit code."""

import errno
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from local.account import LocalError

FULL = ("No space left on device", "Disk quota exceeded", "could not extend file")
LEAST_ROOM = 1 << 20


def first_line(error: Exception) -> str:
    """Return the first line that `error` says, without its full stop; its kind if it says nothing."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")


def exit_code(work: Callable[[], int | None]) -> int:
    """Do `work`, and return its exit code: 1 and a sentence for a LocalError, 130 for Ctrl-C as shells do."""
    try:
        return work() or 0
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


@contextmanager
def explain(data: Path) -> Iterator[None]:
    """Raise what happens inside as a LocalError that says what is wrong with the database in `data`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise LocalError(_full(data)) from error
        raise LocalError(
            f"The database in {data} cannot be used: {error.filename or 'it'}: {error.strerror}."
        ) from error
    except (subprocess.SubprocessError, psycopg2.Error) as error:
        raise LocalError(_sentence(data, str(getattr(error, "output", None) or error))) from error


def _sentence(data: Path, said: str) -> str:
    log = data / "server.log"
    if log.exists():
        said = f"{said}\n{log.read_text(errors='replace')}"
    # On a full disk the log may have no room to say so.
    room = shutil.disk_usage(data if data.exists() else data.parent).free
    if room < LEAST_ROOM or any(sign in said for sign in FULL):
        return _full(data)
    reasons = re.findall(r"(?:FATAL|PANIC|error):\s+(.+)", said) or said.strip().splitlines()
    reason = reasons[-1].strip().rstrip(".") if reasons else "PostgreSQL does not say why"
    return (
        f"The database in {data} does not start: {reason}"
        f" (more in {log}; move the folder away to begin a new shop)."
    )


def _full(data: Path) -> str:
    return f"The disk that holds {data} is full: free some space and try again."
