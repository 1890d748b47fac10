"""The tests on other days, and a demo shop that grows old: `make test-dates` (Linux, with a C compiler).

    python -m tests.dates [pytest's arguments]

On each of MOMENTS all tests run, in processes whose wall clock was moved there; then tests/dates/life.py runs, which moves
the clock itself.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

MOMENTS = {
    "in 40 days": timedelta(days=40),
    "in 400 days": timedelta(days=400),
    # Seconds since 1970 do not fit into 32 bits any more.
    "in February 2038": datetime(2038, 2, 15, 12, tzinfo=UTC) - datetime.now(UTC),
}


@contextmanager
def clock() -> Iterator[Path]:
    """Lend the library to preload; compiled anew, where PostgreSQL's own account can read it too."""
    with tempfile.TemporaryDirectory(prefix="ogs-clock-") as folder:
        Path(folder).chmod(0o755)
        library = Path(folder, "clock.so")
        command = [os.environ.get("CC", "cc"), "-O2", "-Wall", "-Werror", "-shared", "-fPIC"]
        subprocess.run([*command, "-o", library, HERE / "clock.c"], check=True)
        yield library


def tests_pass(library: Path, shift: timedelta, arguments: list[str]) -> bool:
    """Run pytest with the wall clock ahead by `shift`, and say whether all is well."""
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "CLOCK_SHIFT": str(int(shift.total_seconds())),
    }
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    """Return 0 if every moment's tests pass."""
    failed = []
    with clock() as library:
        for name, shift in MOMENTS.items():
            print(f"== {name}: {datetime.now(UTC) + shift:%d %B %Y}", flush=True)
            if not tests_pass(library, shift, arguments):
                failed.append(name)
        print("== the life of a demo shop", flush=True)
        if not tests_pass(library, timedelta(), [str(HERE / "life.py")]):
            failed.append("the life of a demo shop")
    print(f"Failed: {', '.join(failed)}." if failed else "All is well on all days.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
