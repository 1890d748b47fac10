"""Installs what a server needs besides the shop: a virtual environment of its own, and Debian's packages."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENVS = ROOT / ".servers"
REQUIREMENTS = ROOT / "deploy" / "requirements"


def install(venv: Path, python: str, requirements: str | Path | None) -> str | None:
    """Make `venv` of `python` with requirements.txt and another such file; anew when they change.

    `requirements` is the name of a file in deploy/requirements/, or the whole path of one elsewhere. Returns one
    sentence why not, or None.
    """
    VENVS.mkdir(exist_ok=True)
    with (VENVS / f"{venv.name}.lock").open("w") as lock:
        # Two at once would write the same files.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _install(venv, python, requirements)


def _install(venv: Path, python: str, requirements: str | Path | None) -> str | None:
    files = [ROOT / "requirements.txt", *([REQUIREMENTS / requirements] if requirements else [])]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp = venv / ".installed"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return None
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    made = _run([*pip[:3], "--version"]) is None
    steps = [] if made else [[python, "-m", "venv", "--clear", str(venv)]]
    # One after the other: eventlet's takes back the version of Gunicorn that requirements.txt names.
    steps += [[*pip, "--quiet", "--require-hashes", "--requirement", str(file)] for file in files]
    for step in steps:
        if (trouble := _run(step)) is not None:
            return trouble
    stamp.write_text(wanted, encoding="ascii")
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
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet)
    except OSError as error:
        return f"{command[0]} cannot be started: {error.strerror}."
    if done.returncode == 0:
        return None
    lines = (done.stderr or done.stdout).strip().splitlines() or ["it does not say why"]
    return f"`{' '.join(command)}` failed: {lines[-1].strip()}"
