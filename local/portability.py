"""`make portability` asks whether every lock would install on each Python and platform that is promised.

uv plays the part of each: Linux with glibc 2.28 or newer, macOS 13 or newer. It asks the registry for what is there today, so
this is no part of `make test`.
"""

import sys
import tempfile
import textwrap
import tomllib
from pathlib import Path
from typing import Any

from local.environments import ROOT
from local.locks import Refused, ask_uv, locks, pins
from local.trouble import exit_code

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "Linux x86_64": "x86_64-unknown-linux-gnu",
    "Linux aarch64": "aarch64-unknown-linux-gnu",
    "macOS arm64": "aarch64-apple-darwin",
}


def faults(lock: Path, python: str, platform: str) -> list[str]:
    """Return a sentence for each thing that keeps `lock` from being installed there; none if it can be.

    Each pin that counts there needs a wheel whose hash the lock has, and what those packages need there has to be pinned.
    `platform` is a name in PLATFORMS. Raises LocalError if the registry does not answer in time.
    """
    if not lock.exists():
        return ["there is no such lock yet: make lock"]
    known = pins(lock)
    try:
        pinned = _resolve(lock, python, platform, "--no-deps")
        needed = _resolve(lock, python, platform)
    except Refused as error:
        return [str(error)]
    return [
        *(f"{name} is needed and not pinned" for name in sorted(needed.keys() - pinned.keys())),
        *(
            f"{name}: the lock has no hash of a wheel for it"
            for name, wheels in pinned.items()
            if not wheels & known.get(name, set())
        ),
    ]


def _resolve(lock: Path, python: str, platform: str, *options: str) -> dict[str, set[str]]:
    """Return what `lock` comes to there: by package, the hashes of the wheels that fit."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "pylock.found.toml"
        ask_uv(
            [
                "pip",
                "compile",
                *options,
                "--quiet",
                f"--python={sys.executable}",
                f"--python-version={python}",
                f"--python-platform={PLATFORMS[platform]}",
                "--only-binary=:all:",
                "--format=pylock.toml",
                f"--output-file={found}",
                str(lock),
            ]
        )
        packages: list[dict[str, Any]] = tomllib.loads(found.read_text("utf-8"))["packages"]
    return {
        package["name"]: {wheel["hashes"]["sha256"] for wheel in package["wheels"]}
        for package in packages
    }


def main() -> int:
    """Ask for every lock on each of them, a line a lock; return 1 where one would not install."""

    def work() -> int:
        wrong = 0
        files = locks()
        for number, lock in enumerate(files, 1):
            print(f"{number}/{len(files)} {lock.relative_to(ROOT)}: ", end="", flush=True)
            found = [
                textwrap.indent(f"Python {python}, {platform}: {fault}", "  ")
                for python in PYTHONS
                for platform in PLATFORMS
                for fault in faults(lock, python, platform)
            ]
            print("\n".join(["", *found]) if found else "installs everywhere", flush=True)
            wrong += len(found)
        return min(wrong, 1)

    return exit_code(work)


if __name__ == "__main__":
    sys.exit(main())
