"""PostgreSQL refuses to run as root. This finds the account that runs it instead, and starts programs as that account."""

import os
import pwd
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class LocalError(Exception):
    """Something on this computer is in the way. The text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """A user of this computer that the database server runs as."""

    name: str
    uid: int
    gid: int


def server_account(data: Path) -> Account | None:
    """Return who runs the server whose files lie in `data`, or None for whoever runs this process.

    Root hands over to the owner of the nearest existing folder (so that `sudo make run` leaves
    nothing behind that its user cannot touch); where that is root too, to `postgres` or `nobody`.
    """
    if os.geteuid() != 0:
        return None
    nearest = next(folder for folder in (data, *data.parents) if folder.exists())
    for who in (nearest.stat().st_uid, "postgres", "nobody"):
        try:
            entry = pwd.getpwuid(who) if isinstance(who, int) else pwd.getpwnam(who)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise LocalError(
        "PostgreSQL does not run as root, and this computer has no user `postgres` or `nobody`:"
        " run make as an ordinary user."
    )


def run_as(
    account: Account | None, command: Sequence[str], needs: Sequence[Path]
) -> tuple[list[str], dict[str, Any]]:
    """Return the command line and the keyword arguments with which subprocess runs `command` as `account`.

    `needs` are the files that it has to reach. Where a folder on the way is closed to others, as
    root's home is, the program keeps root's right to pass (and no other): the folder's mode is not
    for us to change.
    """
    if account is None:
        return list(command), {}
    if all(_open_to_others(path) for path in needs):
        return list(command), {"user": account.uid, "group": account.gid, "extra_groups": []}
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise LocalError(
            f"The user {account.name}, as whom PostgreSQL runs because you are root, may not enter this"
            " folder: move the project, or run make as an ordinary user."
        )
    # Without the last, access(2), by which initdb looks for its fellow programs, would overlook that right.
    keep = [
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup",
    ]
    become = [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    return [setpriv, *become, *keep, "--", *command], {}


def _open_to_others(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents) if step.exists())
