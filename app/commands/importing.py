"""`import`: take a spreadsheet's file into the catalogue or the stock; nothing of it if anything in it is wrong."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.commands.consistency import snapshot
from app.commands.counting import progress
from app.commands.failing import one_sentence
from app.commands.pictures import IMAGES, file_or_folder
from app.commands.pictures.importing import PicturesError, load_pictures
from app.commands.sheets.checking import Content, read_content
from app.commands.sheets.comparing import compare
from app.commands.sheets.faults import SheetError
from app.commands.sheets.kinds import SHEETS, STOCK, Sheet
from app.commands.sheets.opening import compare_stock
from app.commands.sheets.reading import open_table
from app.commands.sheets.reporting import first_of, stock_summary, summary
from app.commands.sheets.writing import Writer, writer
from app.core.settings import Settings
from app.core.wiring import wired


def load(kind: str, path: Path, *, dry_run: bool = False, ignore_unknown: bool = False) -> str:
    """Take the file `path` in, and return sentences that say what that changed, or would.

    Needs the application. What had to be assumed is said on standard error before anything is written. Raises
    SheetError if anything is wrong, before anything is written, and StoppedError.
    """
    sheet = SHEETS[kind]
    table = open_table(path, {column.name for column in sheet.columns})
    with progress("read") as advance:
        content = read_content(table, sheet, ignore_unknown=ignore_unknown, advance=advance)
    for note in table.notes:
        click.echo(f"{path.name}: {note}", err=True)
    write, sentences = _compared(sheet, content, dry_run=dry_run)
    if not dry_run:
        write()
    return f"{path.name}: " + "\n".join(sentences)


def _compared(
    sheet: Sheet, content: Content, *, dry_run: bool
) -> tuple[Callable[[], None], Iterator[str]]:
    """Return how to write what a file changes, and the sentences about it. Raises SheetError."""
    settings = wired(Settings)
    with snapshot(settings.database.url) as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", (settings.shop.time_zone,))
        if sheet is STOCK:
            opening = compare_stock(cursor, content)
            rows = len(content.lines) - opening.skipped_lots
            return lambda: _write(rows, lambda to: to.receive(opening)), stock_summary(
                opening, dry_run=dry_run
            )
        with progress("compared", len(content.lines)) as advance:
            plan = compare(cursor, sheet, content, advance)
    rows = len(content.lines) - plan.unchanged
    return lambda: _write(rows, lambda to: to.write(sheet, plan)), summary(plan, dry_run=dry_run)


def _write(rows: int, work: Callable[[Writer], None]) -> None:
    """Do `work`; whatever ends it before its time, say what is there then."""
    done = 0

    def count(written: int) -> None:
        nonlocal done
        done += written
        advance(written)

    try:
        with (
            progress("written", rows) as advance,
            writer(wired(Settings).database.url, count) as to,
        ):
            work(to)
    except BaseException:
        said = (
            f"{done} of {rows} rows were written, each of them whole, and stay."
            " Import the file again for the rest."
        )
        click.echo(said if done else "Nothing was imported.", err=True)
        raise


@click.command("import")
@click.argument("kind", type=click.Choice([*SHEETS, IMAGES]))
@click.argument("file", type=click.Path(exists=True, path_type=Path), callback=file_or_folder)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--ignore-unknown", is_flag=True, help="Leave columns, or pictures, out that are not known."
)
@with_appcontext
def import_file(kind: str, file: Path, *, dry_run: bool, ignore_unknown: bool) -> None:
    """Take FILE in: brands, categories, discounts, products, suppliers or opening stock, as CSV or XLSX.

    Nothing of it if anything is wrong: each wrong value is then named with its line and column. What is there already
    is changed to what the file says, so a second run changes nothing; a column that the file does not have stays as it
    is, an empty cell clears. The columns are described in app/commands/demo/README.md.

    Of images FILE is a folder of pictures, JPEG, PNG or WebP, each named by its product's code: milk-1l.jpg.
    """
    take = load_pictures if kind == IMAGES else partial(load, kind)
    try:
        with one_sentence():
            click.echo(take(file, dry_run=dry_run, ignore_unknown=ignore_unknown))
    except (SheetError, PicturesError) as error:
        sentences = error.sentences()
        for sentence in first_of(iter(sentences), len(sentences)):
            click.echo(f"{file.name}: {sentence}", err=True)
        click.echo("Nothing was imported.", err=True)
        sys.exit(1)
