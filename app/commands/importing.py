"""`import`: take a spreadsheet's file into the catalogue or the stock; nothing of it if anything in it is wrong."""

import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import click
from flask.cli import with_appcontext
from psycopg2 import extensions

from app.commands.batches import in_batches
from app.commands.consistency import snapshot
from app.commands.counting import progress
from app.commands.failing import one_sentence
from app.commands.mappings.finding import READY, find_mapping
from app.commands.mappings.format import MappingFile
from app.commands.mappings.layout import MappedColumns
from app.commands.mappings.wording import in_its_words
from app.commands.pictures import IMAGES, file_or_folder
from app.commands.pictures.importing import PicturesError, load_pictures
from app.commands.sheets.buying import ARTICLES, STOCK
from app.commands.sheets.checking import Content, read_content
from app.commands.sheets.faults import SheetError
from app.commands.sheets.files.reading import Table, open_table
from app.commands.sheets.kinds import CUSTOMERS, PRICES, PRODUCTS, SHEETS, SYNONYMS
from app.commands.sheets.layout import Layout, NamedColumns
from app.commands.sheets.plans.articles import compare_articles
from app.commands.sheets.plans.catalogue import Refused, compare
from app.commands.sheets.plans.opening import compare_stock
from app.commands.sheets.plans.people import People, compare_people
from app.commands.sheets.plans.prices import compare_prices
from app.commands.sheets.plans.synonyms import Rewording, compare_synonyms
from app.commands.sheets.reporting import (
    first_of,
    people_summary,
    prices_summary,
    stock_summary,
    summary,
    synonyms_summary,
)
from app.commands.sheets.sheet import Sheet
from app.commands.sheets.writing import Writer, writer
from app.core.serving.concurrency import run_sync
from app.core.settings import Settings, ShopSettings
from app.core.wiring import wired
from app.login.accounts import Accounts
from app.product.discounts.service import Discounts
from app.product.products.barcodes import labels_in
from app.product.scales import Scales
from app.product.synonyms.service import SynonymList

Compared = tuple[Callable[[], None], Iterator[str]]
"""How to write what a file changes, and the sentences about it."""

_FOLLOWED = frozenset({"discounts", "categories"})
"""What products take their discounts from: PostgreSQL has a thousand follow by itself."""


def load(
    kind: str,
    path: Path,
    *,
    source: MappingFile | None = None,
    dry_run: bool = False,
    ignore_unknown: bool = False,
) -> str:
    """Take the file `path` in, and return sentences that say what that changed, or would.

    `source` says what its columns are called, if not as ours. Needs the application. What had to be assumed, and what
    is left out, is said on standard error before anything is written. Raises SheetError if anything is wrong, before
    anything is written, MappingError where `source` says nothing of the kind, and StoppedError.
    """
    sheet = SHEETS[kind]
    table, layout = _opened(sheet, path, source, ignore_unknown=ignore_unknown)
    try:
        with progress("read") as advance:
            content = read_content(table, sheet, layout, advance)
        for note in [*table.notes, *layout.notes]:
            click.echo(f"{path.name}: {note}", err=True)
        write, sentences = _compared(sheet, content, dry_run=dry_run)
    except SheetError as error:
        if isinstance(layout, MappedColumns):
            raise in_its_words(error, table, layout) from None
        raise
    if not dry_run:
        write()
        if kind in _FOLLOWED:
            run_sync(in_batches, wired(Discounts).renew)
    return f"{path.name}: " + "\n".join(sentences)


def _opened(
    sheet: Sheet, path: Path, source: MappingFile | None, *, ignore_unknown: bool
) -> tuple[Table, Layout]:
    """Return the table in the file, and which of its cells are whose. Raises SheetError and MappingError."""
    if source is None:
        table = open_table(path, {column.name for column in sheet.columns})
        return table, NamedColumns(table, sheet, ignore_unknown=ignore_unknown)
    mapping = source.of(sheet.name)
    table = open_table(path, mapping.headings, source.file.dialect)
    return table, MappedColumns(table, sheet, source.file, mapping, ignore_unknown=ignore_unknown)


def _compared(sheet: Sheet, content: Content, *, dry_run: bool) -> Compared:
    """Return how to write what a file changes, and the sentences about it. Raises SheetError."""
    settings = wired(Settings)
    with snapshot(settings.database.url) as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", (settings.shop.time_zone,))
        if of_its_own := _OF_ITS_OWN.get(sheet.name):
            return of_its_own(cursor, content, dry_run=dry_run)
        with progress("compared", len(content.lines)) as advance:
            plan = compare(cursor, sheet, content, advance, _refused(sheet, settings.shop))
    rows = len(content.lines) - plan.unchanged
    return lambda: _write(rows, lambda to: to.write(sheet, plan)), summary(
        plan, sheet, dry_run=dry_run
    )


def _articles(cursor: extensions.cursor, content: Content, *, dry_run: bool) -> Compared:
    with progress("compared", len(content.lines)) as advance:
        offers = compare_articles(cursor, content, advance)
    rows = len(content.lines) - offers.plan.unchanged
    return lambda: _write(rows, lambda to: to.offer(offers)), summary(
        offers.plan, ARTICLES, dry_run=dry_run
    )


def _stock(cursor: extensions.cursor, content: Content, *, dry_run: bool) -> Compared:
    opening = compare_stock(cursor, content)
    lots = sum(map(len, opening.lots))
    return lambda: _write(lots, lambda to: to.receive(opening)), stock_summary(
        opening, dry_run=dry_run
    )


def _prices(cursor: extensions.cursor, content: Content, *, dry_run: bool) -> Compared:
    repricings = compare_prices(cursor, content)
    lines = sum(len(one.lines) for one in repricings.changed)
    return lambda: _write(lines, lambda to: to.plan_prices(repricings)), prices_summary(
        repricings, dry_run=dry_run
    )


def _synonyms(cursor: extensions.cursor, content: Content, *, dry_run: bool) -> Compared:
    new = compare_synonyms(cursor, content)
    return lambda: _reword(new), synonyms_summary(new, dry_run=dry_run)


def _reword(new: Rewording) -> None:
    # One list of few words, in one transaction: as the API does it.
    run_sync(wired(SynonymList).replace, new.groups, expected=new.version, by=None)


def _customers(cursor: extensions.cursor, content: Content, *, dry_run: bool) -> Compared:
    people = compare_people(cursor, content)
    return lambda: _open_accounts(people), people_summary(people, dry_run=dry_run)


_OF_ITS_OWN: Mapping[str, Callable[..., Compared]] = {
    ARTICLES.name: _articles,
    STOCK.name: _stock,
    PRICES.name: _prices,
    SYNONYMS.name: _synonyms,
    CUSTOMERS.name: _customers,
}


def _open_accounts(people: People) -> None:
    async def password_of_nobody() -> str:
        return await wired(Accounts).hash(secrets.token_urlsafe(), "nobody@shop.example")

    password_hash = run_sync(password_of_nobody)
    _write(len(people.new), lambda to: to.open_accounts(people, password_hash))


def _refused(sheet: Sheet, shop: ShopSettings) -> Refused:
    """Return what says which values this shop refuses though they are right: barcodes for labels of its scales."""
    return partial(labels_in, scales=Scales.of(shop)) if sheet is PRODUCTS else lambda _: ()


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
@click.option(
    "--from",
    "source",
    metavar="MAPPING",
    help=f"What the file's columns are called: a TOML file, or one of {', '.join(READY)}.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--ignore-unknown", is_flag=True, help="Leave columns, or pictures, out that are not known."
)
@with_appcontext
def import_file(
    kind: str, file: Path, *, source: str | None, dry_run: bool, ignore_unknown: bool
) -> None:
    """Take FILE in: brands, categories, discounts, deposits, markdowns, products, prices to come, synonyms, coupons, suppliers, their articles, opening stock or customers.

    As CSV or XLSX, and nothing of it if anything is wrong: each wrong value is then named with its line and column. What is there already
    is changed to what the file says, so a second run changes nothing; a column that the file does not have stays as it
    is, an empty cell clears. The columns are described in docs/columns.md, files of other programs in docs/migrate.md.

    Of images FILE is a folder of pictures, JPEG, PNG or WebP, each named by its product's code: milk-1l.jpg.
    """
    try:
        with one_sentence():
            if kind == IMAGES:
                take = load_pictures
            else:
                mapping = None if source is None else find_mapping(source)
                take = partial(load, kind, source=mapping)
            click.echo(take(file, dry_run=dry_run, ignore_unknown=ignore_unknown))
    except (SheetError, PicturesError) as error:
        sentences = error.sentences()
        for sentence in first_of(iter(sentences), len(sentences)):
            click.echo(f"{file.name}: {sentence}", err=True)
        click.echo("Nothing was imported.", err=True)
        sys.exit(1)
