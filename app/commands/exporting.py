"""`export`: write the catalogue, the suppliers, what they sell, the stock or the customers as a file that `import` takes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from psycopg2 import extensions

from app.commands.consistency import snapshot
from app.commands.counting import counted
from app.commands.failing import one_sentence
from app.commands.pictures import IMAGES, file_or_folder
from app.commands.pictures.exporting import write_pictures
from app.commands.sheets.files.output import write_csv, write_workbook
from app.commands.sheets.kinds import SHEETS
from app.commands.sheets.sheet import Sheet
from app.core.settings import Settings
from app.core.wiring import wired

_ROWS_AT_ONCE = 2000


def write_table(cursor: extensions.cursor, sheet: Sheet, file: Path | None) -> int:
    """Write all rows of `sheet` to a file, by its ending, or to standard output; return how many there were.

    Raises TooManyRowsError and OSError.
    """
    rows = _rows(cursor, sheet)
    if file is None:
        return write_csv(sys.stdout, sheet.exported, rows)
    if file.suffix.lower() == ".xlsx":
        return write_workbook(file, sheet.name, sheet.exported, rows)
    with file.open("w", encoding="utf-8", newline="") as output:
        return write_csv(output, sheet.exported, rows)


def _rows(cursor: extensions.cursor, sheet: Sheet) -> Iterator[tuple[Any, ...]]:
    cursor.execute(f"DECLARE rows NO SCROLL CURSOR FOR {sheet.export()}")
    while True:
        cursor.execute(f"FETCH {_ROWS_AT_ONCE} FROM rows")
        rows = cursor.fetchall()
        yield from rows
        if len(rows) < _ROWS_AT_ONCE:
            return


# What is counted, one and several, where it is not what the kind is called.
_CALLED = {
    "categories": ("category", "categories"),
    "stock": ("lot", "lots"),
    "prices": ("price to come", "prices to come"),
    "synonyms": ("group of synonyms", "groups of synonyms"),
}


@click.command("export")
@click.argument("kind", type=click.Choice([*SHEETS, IMAGES]))
@click.argument("file", required=False, type=click.Path(path_type=Path), callback=file_or_folder)
@with_appcontext
def export_file(kind: str, file: Path | None) -> None:
    """Write brands, categories, discounts, deposits, markdowns, products, prices to come, synonyms, coupons, suppliers, their articles, the stock on hand or customers.

    To FILE or to standard output, as `import` takes it, seen at one moment, with what was withdrawn: a workbook where FILE ends in .xlsx, else CSV.
    In CSV, text that a spreadsheet would take for a formula gets a ' in front, which `import` takes away.

    Of images FILE is a folder, which gets the picture of each product by its code: milk-1l.webp.
    """
    with one_sentence(), snapshot(wired(Settings).database.url) as cursor:
        if kind == IMAGES and file is not None:
            count = write_pictures(cursor, file)
        else:
            count = write_table(cursor, SHEETS[kind], file)
    click.echo(f"{counted(count, *_CALLED.get(kind, (kind[:-1], kind)))}.", err=True)
