"""`export`: write the catalogue, the suppliers or the stock as the CSV that `import` takes."""

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask.cli import with_appcontext
from psycopg2 import extensions

from app.commands.consistency import snapshot
from app.commands.failing import one_sentence
from app.commands.pictures import IMAGES, file_or_folder
from app.commands.pictures.exporting import write_pictures
from app.commands.sheets.cells import guarded
from app.commands.sheets.kinds import SHEETS, Sheet
from app.core.settings import Settings
from app.core.wiring import wired

_ROWS_AT_ONCE = 2000


def write_table(cursor: extensions.cursor, sheet: Sheet, output: TextIO) -> int:
    """Write all rows of `sheet`, with a heading, and return how many there were."""
    cursor.execute(f"DECLARE rows NO SCROLL CURSOR FOR {sheet.export()}")
    writer = csv.writer(output, lineterminator="\n")
    count = 0
    while True:
        cursor.execute(f"FETCH {_ROWS_AT_ONCE} FROM rows")
        if not count:
            writer.writerow([column.name for column in cursor.description or ()])
        rows = cursor.fetchall()
        writer.writerows([_cell(value) for value in row] for row in rows)
        count += len(rows)
        if len(rows) < _ROWS_AT_ONCE:
            return count


def _cell(value: object) -> object:
    match value:
        case bool():
            # Not true and false, which spreadsheets translate.
            return "yes" if value else "no"
        case str():
            return guarded(value)
    return value


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
    else:
        with file.open("w", encoding="utf-8", newline="") as output:
            yield output


@click.command("export")
@click.argument("kind", type=click.Choice([*SHEETS, IMAGES]))
@click.argument("file", required=False, type=click.Path(path_type=Path), callback=file_or_folder)
@with_appcontext
def export_file(kind: str, file: Path | None) -> None:
    """Write brands, categories, discounts, products, suppliers or the stock on hand to FILE, or to standard output.

    As the CSV that `import` takes, seen at one moment, with what was withdrawn. Text that a spreadsheet would take for
    a formula gets a ' in front, which `import` takes away.

    Of images FILE is a folder, which gets the picture of each product by its code: milk-1l.webp.
    """
    with one_sentence(), snapshot(wired(Settings).database.url) as cursor:
        if kind == IMAGES and file is not None:
            count = write_pictures(cursor, file)
        else:
            with _opened(file) as output:
                count = write_table(cursor, SHEETS[kind], output)
    click.echo(f"{count} {'lots' if kind == 'stock' else kind}.", err=True)
