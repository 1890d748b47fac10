"""`make lock` and `make upgrade`: pins what the *.in files ask for, with hashes, for every platform at once.

uv resolves: in seconds, and with the markers of all platforms and Pythons, where pip's resolver knows the one that it runs on.
What it writes any pip installs.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from local.account import LocalError
from local.environments import ROOT
from local.trouble import exit_code

OLDEST_PYTHON = "3.11"
UV = (sys.executable, "-m", "uv", "--no-python-downloads", "--no-progress")
PIN = re.compile(r"^([a-z0-9-]+).*\\\n((?: +--hash=.*\n)+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
SECONDS = 120
"""How long the registry may take for one lock."""


class Refused(LocalError):  # noqa: N818 - it is an answer
    """uv says no, and this is what it says."""


def locks() -> list[Path]:
    """Return every lock, each after those whose pins it takes over (`-c` in its .in)."""
    first = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
    others = [ROOT / "benchmarks", ROOT / "deploy" / "requirements"]
    return first + sorted(
        asked.with_suffix(".txt") for folder in others for asked in folder.glob("*.in")
    )


def pins(lock: Path) -> dict[str, set[str]]:
    """Return what `lock` pins: by package, the sha256 of each file that may be installed for it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, lines in PIN.findall(lock.read_text(encoding="utf-8")):
        found[name].update(HASH.findall(lines))
    return found


def ask_uv(arguments: Sequence[str]) -> None:
    """Run `uv` with `arguments` in the project's root; raise Refused if it says no, LocalError after SECONDS."""
    try:
        done = subprocess.run(
            [*UV, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise LocalError(f"The registry took more than {SECONDS} s: try again.") from None
    if done.returncode:
        raise Refused(done.stderr.strip())


def pin(lock: Path, upgrade: Sequence[str] | None) -> None:
    """Write `lock` anew; raises as `ask_uv` does.

    `upgrade` names the packages to take the newest of: of all, if it is empty. The others, and all if it is None, keep
    the versions that still fit.
    """
    newest = (
        ["--upgrade"] if upgrade == [] else [f"--upgrade-package={name}" for name in upgrade or ()]
    )
    ask_uv(
        [
            "pip",
            "compile",
            *newest,
            "--universal",
            f"--python={sys.executable}",
            f"--python-version={OLDEST_PYTHON}",
            # One version for all Pythons, as far as there is one.
            "--fork-strategy=fewest",
            # Only what has wheels: nothing is built where a lock is installed.
            "--only-binary=:all:",
            "--generate-hashes",
            "--no-strip-extras",
            "--custom-compile-command=make lock",
            f"--output-file={lock.relative_to(ROOT)}",
            str(lock.with_suffix(".in").relative_to(ROOT)),
        ]
    )


def _check(names: Sequence[str], files: Sequence[Path]) -> None:
    """Raise LocalError for a name that none of `files` pins: nothing would be upgraded, without a word."""
    pinned = {name for lock in files for name in pins(lock)}
    for name in names:
        # Without a version, and spelt as in a lock.
        bare = re.split(r"[^\w.-]", name)[0]
        if re.sub(r"[-_.]+", "-", bare).lower() not in pinned:
            raise LocalError(f"No lock pins {name}.")


def main() -> int:
    """Pin all of them, a line each."""
    parser = argparse.ArgumentParser(prog="python -m local.locks", description=main.__doc__)
    parser.add_argument(
        "--upgrade",
        nargs="*",
        metavar="PACKAGE",
        help="to the newest version, all if none is named",
    )
    upgrade = parser.parse_args().upgrade

    def work() -> None:
        files = locks()
        _check(upgrade or (), [lock for lock in files if lock.exists()])
        for number, lock in enumerate(files, 1):
            print(f"{number}/{len(files)} {lock.relative_to(ROOT)}: ", end="", flush=True)
            before = lock.read_bytes() if lock.exists() else b""
            pin(lock, upgrade)
            print("as it was" if lock.read_bytes() == before else "written", flush=True)

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
