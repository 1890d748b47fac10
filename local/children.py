"""The programs that `make run` starts: each in a session of its own, so that Ctrl-C reaches only the supervisor."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Children:
    """Starts programs and ends all of them together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def start(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str],
        keep: Sequence[int] = (),
        capture: bool = False,
    ) -> subprocess.Popen[str]:
        """Start `python -m module arguments…`; it inherits the open file numbers in `keep`."""
        command = [sys.executable, "-m", module, *arguments]
        return self.launch(command, environment=environment, keep=keep, capture=capture)

    def launch(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        keep: Sequence[int] = (),
        capture: bool = False,
    ) -> subprocess.Popen[str]:
        """Start any command, as `start()` does."""
        child = subprocess.Popen(
            command,
            cwd=self._folder,
            env=environment,
            pass_fds=keep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            text=True,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 (nothing here has threads)
        )
        self._started = [other for other in self._started if other.poll() is None] + [child]
        return child

    def end(self, patience: float) -> None:
        """Ask all that still run to end, and kill what has not within `patience` seconds."""
        running = [child for child in self._started if child.poll() is None]
        for child in running:
            child.terminate()
        deadline = time.monotonic() + patience
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            kill_session(child)


def kill_session(child: subprocess.Popen[str]) -> None:
    """Kill a child and all that it started; call this soon after its end, while its number is its own."""
    # A Gunicorn that was killed leaves workers behind, and they serve on.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class Signals:
    """Remembers that somebody asked this process to end: Ctrl-C, SIGTERM, or a terminal that closed."""

    def __init__(self) -> None:
        self._told = False
        # Only make's end is ours too: a shell that started this in the background may go.
        self._make = os.getppid() if "MAKELEVEL" in os.environ else None
        if self._make and _handles_signal(self._make):
            self._make = None
        for number in ENDING:
            # nohup ignores SIGHUP on purpose; a background job's ignored SIGINT is only the shell's habit.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._tell)

    def _tell(self, _number: int, _frame: object) -> None:
        self._told = True

    def ended(self) -> bool:
        """Say whether to end now: told to, or the `make` that started this is ending or gone.

        make passes on SIGTERM only. Of others that it alone got it waits for us inside its handler,
        where they are blocked: that can be seen.
        """
        if self._make and (os.getppid() != self._make or _handles_signal(self._make)):
            self._told = True
        return self._told


def _handles_signal(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    except (
        OSError
    ):  # no such thing on macOS; Ctrl-C reaches us there too, a `kill -INT` of make does not
        return False
    blocked = re.search(r"^SigBlk:\s*([0-9a-f]+)", status, re.MULTILINE)
    return any(blocked and int(blocked[1], 16) >> (number - 1) & 1 for number in ENDING)


def _end_with_parent() -> None:
    """Ask Linux to end this child too if the supervisor is killed with -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until(done: Callable[[], bool], signals: Signals, seconds: float) -> bool:
    """Wait until `done()`, and say whether it came to that before the time was up or somebody said to end."""
    deadline = time.monotonic() + seconds
    while not signals.ended():
        if done():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return False
