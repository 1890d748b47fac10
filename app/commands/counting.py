"""How commands say how many there are, and how far they are."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return the number with its noun: `1 lot`, `2 lots`; `many` where the plural is not `one` with an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


@contextmanager
def progress(
    done: str, total: int | None = None, unit: str = "rows"
) -> Iterator[Callable[[int], object]]:
    """Show how many of a unit are `done`, on a terminal; give what to call with each number of them."""
    # Not at the top: what serves requests has no use for it.
    from tqdm import tqdm  # noqa: PLC0415 - as above

    with tqdm(
        total=total, desc=done, unit=f" {unit}", file=sys.stderr, disable=None, leave=False
    ) as bar:
        yield bar.update
