"""A folder of pictures, each named by its product's code: all are looked at first, and then taken in one by one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from app.commands.counting import counted, progress
from app.commands.sheets.faults import quoted
from app.commands.sheets.reporting import first_of
from app.core.database import Manager, Statement
from app.core.serving.concurrency import run_sync
from app.core.web import Invalid
from app.core.web.bodies import FILE_BODY
from app.core.wiring import wired
from app.product.images.renditions import Renditions
from app.product.images.service import Images
from app.product.products.kind import PRODUCT

_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_SHOWN = Statement("SELECT code, image FROM product WHERE code = ANY (%(codes)s::text[])")

# Those behind them are made once more when their turn comes: to keep all would take as much memory as there are.
_MOST_KEPT = 200

Shown = Mapping[str, str | None]
"""The hashes of what products show, by code; None of those that show nothing."""
Changes = dict[Path, Renditions | None]
"""Files that their products do not show yet, with what was made of them if it was kept."""


class PicturesError(Exception):
    """A folder that cannot be taken."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__(" ".join(self.faults))

    def sentences(self) -> list[str]:
        """Return of each file that is wrong its name and why."""
        return self.faults


def load_pictures(folder: Path, *, dry_run: bool = False, ignore_unknown: bool = False) -> str:
    """Have products show the pictures in `folder`, each named by its product's code, and say what that changed, or would.

    Needs the application. Raises PicturesError if anything is wrong, before anything is changed, and Problem and peewee's
    errors, with what was changed up to there.
    """
    # Hidden ones are systems' own, not people's.
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    shown = dict(run_sync(wired(Manager).fetch, _SHOWN, codes=[path.stem for path in paths]))
    if ignore_unknown and (unknown := [path for path in paths if path.stem not in shown]):
        click.echo(f"Not read: {', '.join(quoted(path.name) for path in unknown)}.", err=True)
        paths = [path for path in paths if path.stem in shown]
    changed = _compared(paths, shown)
    if not dry_run:
        _write(changed)
    return f"{folder.name}: " + "\n".join(_summary(len(paths), changed, shown, dry_run=dry_run))


def _compared(paths: Sequence[Path], shown: Shown) -> Changes:
    """Return the pictures that their products do not show yet. Raises PicturesError."""
    times = Counter(path.stem for path in paths)
    changed: Changes = {}
    faults = []
    with progress("read", len(paths), "pictures") as advance:
        for path in paths:
            fault = _fault(path, times[path.stem], shown)
            try:
                if fault is None and (made := _made(path)).hash != shown[path.stem]:
                    changed[path] = made if len(changed) < _MOST_KEPT else None
            except Invalid as refusal:
                fault = refusal.detail
            if fault is not None:
                faults.append(f"{path.name}: {fault}")
            advance(1)
    if faults:
        raise PicturesError(faults)
    return changed


def _fault(path: Path, times: int, shown: Shown) -> str | None:
    """Return what is wrong with a file before it is read, as a sentence, or None."""
    if not path.is_file() or path.suffix.lower() not in _ENDINGS:
        return "Only files that end in .jpg, .jpeg, .png or .webp are pictures."
    if path.stem not in shown:
        return f"There is no product {quoted(path.stem)}."
    if times > 1:
        return f"There are {times} pictures of this product."
    if path.stat().st_size > FILE_BODY:
        return f"A picture's file may have {FILE_BODY:,} bytes."
    return None


def _made(path: Path) -> Renditions:
    """Return the image that a file is. Raises Invalid."""
    return run_sync(wired(Images).made_of, path.read_bytes())


def _write(changed: Changes) -> None:
    """Have products show these pictures; whatever ends it before its time, say what is there then."""
    show = wired(Images).show
    done = 0
    try:
        with progress("written", len(changed), "pictures") as advance:
            for path, made in changed.items():
                image = made or _made(path)
                run_sync(show, PRODUCT, path.stem, image, expected=None, by=None)
                done += 1
                advance(1)
    except BaseException:
        said = f"{done} of {len(changed)} pictures were written and stay. Import the folder again for the rest."
        click.echo(said if done else "Nothing was imported.", err=True)
        raise


def _summary(pictures: int, changed: Changes, shown: Shown, *, dry_run: bool) -> Iterator[str]:
    would_be = "would be " if dry_run else ""
    same = pictures - len(changed)
    yield f"{counted(pictures, 'picture')}, {len(changed)} {would_be}set, {same} unchanged."
    if dry_run:
        yield from first_of(
            (f"{path.name}: {_news(path, shown)}" for path in changed), len(changed)
        )


def _news(path: Path, shown: Shown) -> str:
    return "another picture" if shown[path.stem] else "the first picture"
