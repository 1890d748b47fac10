"""Makes virtual environments of what the locks pin, and installs Debian's packages.

`python -m local.environments VENV LOCK…` makes one. It is what makes `.venv`, so it needs nothing but Python itself.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENVS = ROOT / ".servers"
# A lock is complete, so nothing is resolved: a resolver would look at the newest release of what is asked for with an
# extra, and refuse it for having no hash. Nothing is built either: what builds take is not in the lock.
OPTIONS = ("--no-deps", "--only-binary", ":all:", "--require-hashes")
# With these pip installs elsewhere or nothing; its others, as the address of a registry, are people's own affair.
ELSEWHERE = {"PIP_DRY_RUN", "PIP_PREFIX", "PIP_PYTHON", "PIP_ROOT", "PIP_TARGET"}


def install(venv: Path, python: str, locks: Sequence[Path]) -> str | None:
    """Make `venv` with `python` and what `locks` pin, one lock after the other; nothing else is in it.

    Does nothing where that is there already; makes all of it anew when a lock has changed. Returns None,
    or one sentence why not.
    """
    if venv.is_symlink():
        return f"{venv} is a link, and what it leads to would be emptied: remove the link."
    try:
        venv.parent.mkdir(exist_ok=True)
        folder = os.open(venv.parent, os.O_RDONLY)
        try:
            # Two at once would write the same files.
            fcntl.flock(folder, fcntl.LOCK_EX)
            return _install(venv, python, locks)
        finally:
            os.close(folder)
    except OSError as error:
        return f"{venv} cannot be made: {error.filename}: {error.strerror}."


def _install(venv: Path, python: str, locks: Sequence[Path]) -> str | None:
    wanted = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest().encode()
    stamp = venv / ".installed"
    # -I: nothing that PYTHONPATH names counts as installed.
    own = [str(venv / "bin" / "python"), "-I"]
    if stamp.is_file() and stamp.read_bytes() == wanted and _run([*own, "-c", ""]) is None:
        # For make, which takes a stamp that is older than its lock for out of date.
        stamp.touch()
        return None
    print(f"Installing what is needed into {venv} (about a minute)", flush=True)
    stamp.unlink(missing_ok=True)
    pip = [*own, "-m", "pip", "--disable-pip-version-check"]
    steps = [
        [python, "-I", "-m", "venv", "--clear", str(venv)],
        # In turn: eventlet's takes back the version of Gunicorn that requirements.txt pins.
        *([*pip, "install", "--quiet", *OPTIONS, "--requirement", str(lock)] for lock in locks),
        [*pip, "check"],
    ]
    for step in steps:
        if (trouble := _run(step)) is not None:
            return trouble
    stamp.write_bytes(wanted)
    return None


def install_packages(names: Sequence[str]) -> str | None:
    """Install those of Debian's packages that are missing; return one sentence why not, or None."""
    if not names or _has(names):
        return None
    packages = " ".join(names)
    if shutil.which("apt-get") is None:
        return f"It needs Debian's packages {packages}, and this is not Debian."
    if os.geteuid() != 0:
        return f"It needs Debian's packages: sudo apt-get install {packages}."
    for step in (
        ["update", "--quiet=2"],
        ["install", "--quiet=2", "--no-install-recommends", "--yes", *names],
    ):
        if (trouble := _run(["apt-get", *step])) is not None:
            return trouble
    return None


def _has(names: Sequence[str]) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}\n", *names]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return said.split() == ["installed"] * len(names)


def _run(command: Sequence[str]) -> str | None:
    kept = {name: said for name, said in os.environ.items() if name not in ELSEWHERE}
    # In a settings file `user` may be set for good, and in an environment it is an error.
    env = {**kept, "DEBIAN_FRONTEND": "noninteractive", "PIP_USER": "0"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    except OSError as error:
        return f"{command[0]} cannot be started: {error.strerror}."
    if done.returncode == 0:
        return None
    return f"`{' '.join(command)}` failed: {_reason(done.stderr) or _reason(done.stdout)}"


def _reason(said: str) -> str:
    """Return on one line what pip or apt-get says from its first error on; all of it if nothing is marked as one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    marked = (at for at, line in enumerate(lines) if line.startswith(("ERROR:", "E:")))
    return " ".join(lines[next(marked, 0) :])


def main(arguments: Sequence[str]) -> int:
    """Make the environment that the command line names; return 1 after saying why not, 130 after Ctrl-C."""
    venv, *locks = map(Path, arguments)
    try:
        trouble = install(venv, sys.executable, locks)
    except KeyboardInterrupt:
        return 130
    if trouble is not None:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
