"""`make run` in a process of its own, as a person starts it."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.environments import ROOT

SECONDS = 90


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a shop that has its data in `folder` and listens on any free port."""
    hidden = ("OGS_", "MAKE")
    base = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    return {**base, "OGS_DATA_DIR": str(folder), "PORT": "0", "WEB_CONCURRENCY": "1", **more}


@contextmanager
def started(
    command: Sequence[str], folder: Path, **more: str
) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run `command` until it says that the shop is open; yield it, the shop's address and what was said."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    said = []
    # What hangs fails, and holds nobody up.
    watchdog = threading.Timer(SECONDS, os.killpg, [process.pid, signal.SIGKILL])
    watchdog.start()
    try:
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        address = re.search(r"API +(http://127\.0\.0\.1:\d+)", "".join(said))
        assert address, "".join(said)
        yield process, address[1], "".join(said)
        assert process.stdout.read() is not None
        process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate()
        watchdog.cancel()
        process.stdout.close()
