"""Lines on their way out: written by a thread, for what takes them may be full, gone, or a pipe that nobody reads.

Whoever has a line leaves it here and goes on at once. What cannot be written, or has to wait behind too much
else, is dropped and counted.
"""

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

MOST_BYTES = 2 * 1024 * 1024
"""What may wait to be written, in one process: some seconds of a busy one's access lines."""

_GATHERING = 0.025
"""Seconds that the thread lets lines gather: to be woken for each would cost more than to write it."""


class Lines:
    """Lines for the file `descriptor`, which come out whole and in order.

    `dropped` is called with a number for each line, or lines, that will not come out; `tell` with
    their sum, from the thread, when lines come out again.
    """

    def __init__(
        self, descriptor: int, dropped: Callable[[int], object], tell: Callable[[int], object]
    ) -> None:
        self._descriptor = descriptor
        self._dropped = dropped
        self._tell = tell
        self._begin()
        # The thread is the parent's, and so are the lines that wait.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        # Entered again by a signal's handler that has something to say.
        self._lock = threading.RLock()
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._untold = 0
        self._torn = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def write(self, line: bytes) -> None:
        """Have `line`, which ends as lines do, written soon. Neither waits nor raises."""
        with self._lock:
            fits = self._size + len(line) <= MOST_BYTES
            if fits:
                self._size += len(line)
                self._waiting.append(line)
        if not fits:
            self._drop(1)
        elif not self._wake.is_set():
            self._wake.set()
        if self._thread is None:
            self._start()

    def flush(self, seconds: float) -> bool:
        """Wait until all is written, for so long at most, and say whether it is."""
        end = time.monotonic() + seconds
        while self._size and time.monotonic() < end:
            time.sleep(_GATHERING / 2)
        return not self._size

    def _start(self) -> None:
        with self._lock, suppress(RuntimeError):  # no more threads; the next line tries again
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="log", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(_GATHERING)
            self._wake.clear()
            if self._write_all() and self._untold:
                self._tell_of_the_dropped()

    def _write_all(self) -> bool:
        """Write what waits, and say whether the last of it came out."""
        whole = False
        while lines := self._next():
            whole = self._put_out(b"".join(lines))
            with self._lock:
                self._size -= sum(map(len, lines))
            if not whole:
                self._drop(len(lines))
        return whole

    def _next(self) -> list[bytes]:
        """Return lines that no other process' come in between of: that much a pipe takes in one piece."""
        lines: list[bytes] = []
        room = select.PIPE_BUF
        with self._lock:
            while self._waiting and (not lines or len(self._waiting[0]) <= room):
                lines.append(self._waiting.popleft())
                room -= len(lines[-1])
        return lines

    def _put_out(self, data: bytes) -> bool:
        """Write all of it, and say whether that was possible."""
        left = memoryview(b"\n" + data if self._torn else data)
        try:
            while left:
                try:
                    left = left[os.write(self._descriptor, left) :]
                    self._torn = True
                except BlockingIOError:  # somebody who has the file too wants it so
                    select.select((), (self._descriptor,), ())
        except OSError:
            return False
        self._torn = False
        return True

    def _drop(self, count: int) -> None:
        with self._lock:
            self._untold += count
        self._dropped(count)

    def _tell_of_the_dropped(self) -> None:
        with self._lock:
            count, self._untold = self._untold, 0
        self._tell(count)
