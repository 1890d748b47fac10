"""`export`: write the catalogue or the suppliers as the CSV that `import` takes."""

import csv
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
from flask.cli import with_appcontext
from psycopg2 import extensions

from app.commands.consistency import snapshot
from app.commands.failing import one_sentence
from app.core.config import Settings
from app.core.wiring import wired

_ROWS_AT_ONCE = 2000

# What was withdrawn is left out: an import would offer it again. A row stands behind those it refers to.
QUERIES: Mapping[str, str] = {
    "brands": "SELECT code, name FROM brand WHERE active ORDER BY code",
    "categories": """
        WITH RECURSIVE tree AS (
            SELECT c.id, c.code, c.name, NULL::text AS parent, 1 AS level
            FROM category c WHERE c.parent_id IS NULL AND c.active
            UNION ALL
            SELECT c.id, c.code, c.name, t.code, t.level + 1
            FROM category c JOIN tree t ON t.id = c.parent_id WHERE c.active
        )
        SELECT code, name, parent FROM tree ORDER BY level, code
    """,
    "discounts": """
        SELECT code, name, rate, starts_on, ends_on FROM discount WHERE active ORDER BY code
    """,
    "products": """
        SELECT p.code, p.gtin, p.name, p.description, b.code AS brand, c.code AS category,
            p.unit, p.price AS list_price, p.vat_rate, d.code AS discount, p.reorder_level
        FROM product p
        JOIN category c ON c.id = p.category_id
        LEFT JOIN brand b ON b.id = p.brand_id
        LEFT JOIN discount d ON d.id = p.discount_id
        WHERE p.active ORDER BY p.code
    """,
    "suppliers": "SELECT code, name, email, phone, address FROM supplier WHERE active ORDER BY code",
}


def write_table(cursor: extensions.cursor, kind: str, output: TextIO) -> int:
    """Write all rows of `kind`, with a heading, and return how many there were."""
    cursor.execute(f"DECLARE rows NO SCROLL CURSOR FOR {QUERIES[kind]}")
    writer = csv.writer(output, lineterminator="\n")
    count = 0
    while True:
        cursor.execute(f"FETCH {_ROWS_AT_ONCE} FROM rows")
        if not count:
            writer.writerow([column.name for column in cursor.description or ()])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        writer.writerows(rows)
        count += len(rows)
        if len(rows) < _ROWS_AT_ONCE:
            return count


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
    else:
        with file.open("w", encoding="utf-8", newline="") as output:
            yield output


@click.command("export")
@click.argument("kind", type=click.Choice([*QUERIES]))
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export_file(kind: str, file: Path | None) -> None:
    """Write brands, categories, discounts, products or suppliers to FILE, or to standard output.

    As the CSV that `import` takes, seen at one moment. What was withdrawn is left out.
    """
    with one_sentence(), snapshot(wired(Settings).database.url) as cursor, _opened(file) as output:
        count = write_table(cursor, kind, output)
    click.echo(f"{count} {kind}.", err=True)
