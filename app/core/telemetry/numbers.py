"""The numbers behind the metrics: in this process, and where several serve together, in files that all of them read.

prometheus_client's own way to share them makes files for each process there ever was, and leaves holes in them: where
the disk is full, to write into one kills the process (SIGBUS), and the next one. Here files belong to a slot that one
process holds at a time, and what is mapped into memory was written to the disk before. The format is prometheus_client's,
which also adds the files up.
"""

import fcntl
import itertools
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from prometheus_client import Metric, values
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_FIRST_BYTES = 64 * 1024
_HEAD_BYTES = 8
_LIVE = "gauge_live"

_logger = logging.getLogger(__name__)


class Number:
    """One number of a metric, as prometheus_client wants to have it."""

    _multiprocess = False

    def __init__(  # noqa: PLR0913, PLR0917 - prometheus_client's signature
        self,
        typ: str,
        metric_name: str,
        name: str,
        labelnames: Sequence[str],
        labelvalues: Sequence[str],
        help_text: str,
        multiprocess_mode: str = "",
        **_: Any,
    ) -> None:
        self.kind = f"{typ}_{multiprocess_mode}" if typ == "gauge" else typ
        self.key = mmap_key(metric_name, name, list(labelnames), list(labelvalues), help_text)
        self.value = 0.0
        self.book: _Book | None = None
        shared.add(self)

    def inc(self, amount: float) -> None:
        """Add `amount`."""
        with shared.opened():
            self._store(self.value + amount)

    def set(self, value: float, timestamp: float | None = None) -> None:  # noqa: ARG002 - as above
        """Be `value` from now on."""
        with shared.opened():
            self._store(value)

    def get(self) -> float:
        """Return what this process has counted; with its slot's past, if it has one."""
        return self.value

    def set_exemplar(self, exemplar: object) -> None:
        """Do nothing: there are none."""

    def get_exemplar(self) -> None:
        """Return none."""

    def _store(self, value: float) -> None:
        self.value = value
        if self.book is not None:
            self.book.write(self.key, value)


class _Book(MmapedDict):
    """A file of numbers by their keys, all of whose bytes have room on the disk. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _reserve(path, _FIRST_BYTES)
        super().__init__(str(path))  # type: ignore[no-untyped-call]  # it has no annotations
        if path.name.startswith(_LIVE):
            for key in self._positions:
                self.write(key, 0.0)

    def enter(self, key: str) -> float:
        """Return what stands under `key`, 0 if it is new. Raises OSError if there is no room for it."""
        longest = len(key.encode()) + 32  # length, padding, value and time
        if key not in self._positions and self._used + longest > self._capacity:
            _reserve(self._path, self._capacity * 2)
        value: float = self.read_value(key)[0]  # type: ignore[no-untyped-call]  # as above
        return value

    def write(self, key: str, value: float) -> None:
        """Put `value` under a key that was entered."""
        self.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]  # as above


class Shared:
    """The files of this process's slot in a directory, for all Numbers; none before share().

    The slot is taken with the first number that is counted, so that a master which only loads the
    application takes none. A forked child begins anew, with a slot of its own.

    Where there is no room, numbers stay in the process, with one warning; `unplaced` is then told
    how many they are.
    """

    def __init__(self) -> None:
        self.directory: Path | None = None
        self.unplaced: Callable[[int], object] = lambda _: None
        self._numbers: list[Number] = []
        self._books: dict[str, _Book] = {}
        self._count_unplaced = 0
        self._slot: tuple[int, int] | None = None  # its number, and the file that is locked
        self._is_open = True
        # Entered again: a warning may be a line that is dropped, which is counted.
        self._lock = threading.RLock()
        os.register_at_fork(after_in_child=self._begin_anew)

    def share(self, directory: Path) -> None:
        """From now on, keep the numbers in files of that directory too."""
        with self._lock:
            if directory != self.directory:
                self._close()
                self.directory = directory
                self._is_open = False

    def add(self, number: Number) -> None:
        """Take a new number in; it stands for 0 until it is counted."""
        with self._lock:
            self._numbers.append(number)
            if self._slot is not None:
                self._place(number)

    def opened(self) -> threading.RLock:
        """Return the lock to hold while a number changes, with the slot taken."""
        if not self._is_open:
            with self._lock:
                self._open()
        return self._lock

    def _open(self) -> None:
        if self._is_open or self.directory is None:
            return
        self._is_open = True
        try:
            self._slot = _take_slot(self.directory)
        except OSError as error:
            self._give_up(error)
            return
        for number in self._numbers:
            self._place(number)

    def _place(self, number: Number) -> None:
        assert self._slot is not None  # noqa: S101 - for mypy
        try:
            book = self._books.get(number.kind)
            if book is None:
                path = Path(self.directory or "", f"{number.kind}_{self._slot[0]}.db")
                book = self._books[number.kind] = _Book(path)
            number.value += book.enter(number.key)
            book.write(number.key, number.value)
            number.book = book
        except Exception as error:  # noqa: BLE001 - no room; or somebody else's file, which must stop nobody either
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._count_unplaced += 1
        if self._count_unplaced == 1:
            _logger.warning("There is no room for metrics in %s: %s", self.directory, error)
        self.unplaced(self._count_unplaced)

    def _close(self) -> None:
        for book in self._books.values():
            book.close()  # type: ignore[no-untyped-call]  # as above
        self._books.clear()
        for number in self._numbers:
            number.book = None
        if self._slot is not None:
            os.close(self._slot[1])
            self._slot = None
        self._count_unplaced = 0

    def _begin_anew(self) -> None:
        self._lock = threading.RLock()
        self._close()
        for number in self._numbers:
            number.value = 0.0
        self._is_open = self.directory is None


class SharedCollector(Collector):
    """Adds up what the processes of all slots have counted; of gauges, what is now."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> Iterable[Metric]:
        """Return the sums of this moment."""
        files = [str(path) for path in self._directory.glob("*.db") if _counts(path)]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]  # as above
        return merged


def _counts(path: Path) -> bool:
    if path.stat().st_size < _HEAD_BYTES:  # just being made, or for want of room never was
        return False
    return not path.name.startswith(_LIVE) or _is_held(path)


def _is_held(path: Path) -> bool:
    """Say whether a process holds the slot of this file."""
    number = path.stem.rpartition("_")[2]
    try:
        file = os.open(path.with_name(f"slot_{number}"), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two scrapes do not take each other for a holder.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _take_slot(directory: Path) -> tuple[int, int]:
    """Return the first slot that nobody holds, which this process then does until it ends, and its file."""
    for number in itertools.count():
        file = os.open(directory / f"slot_{number}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
        except OSError:
            os.close(file)
            raise
        else:
            return number, file
    raise AssertionError


def _reserve(path: Path, size: int) -> None:
    """Make a file that long, by writing: nothing else is sure of its room. Raises OSError, and the file is as before."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    before = end = os.fstat(file).st_size
    try:
        while end < size:
            end += os.pwrite(file, bytes(size - end), end)
    except OSError:
        os.ftruncate(file, before)
        raise
    finally:
        os.close(file)


shared = Shared()
"""This process's."""

# Before any metric is made.
values.ValueClass = Number
