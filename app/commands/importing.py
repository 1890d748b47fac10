"""`import`: take a CSV file into the catalogue or the stock, all of it or nothing."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click
from flask.cli import with_appcontext

from app.commands.counting import counted
from app.commands.failing import one_sentence
from app.commands.tables import MAX_FAULTS, Fault, Line, TableError, read_table
from app.core.concurrency import run_sync
from app.core.database import Manager
from app.core.errors import Invalid, Problem
from app.core.schema import Schema
from app.core.wiring import wired
from app.inventory.stock_schemas import OpeningStock
from app.inventory.stock_service import Stock
from app.inventory.supplier_schemas import NewSupplier
from app.inventory.supplier_service import Suppliers
from app.product.kinds import BRAND, CATEGORY, DISCOUNT, PRODUCT, Kind
from app.product.product_schemas import NewProduct
from app.product.schemas import NewBrand, NewCategory, NewDiscount
from app.product.service import Catalogue

Done = Literal["created", "changed", "unchanged"]
Put = Callable[[Mapping[str, Any]], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a kind of file is read as, the column that names a row, and how a row is taken."""

    schema: type[Schema]
    key: str
    put: Callable[[], Put]


def _catalogue(kind: Kind) -> Callable[[], Put]:
    def service() -> Put:
        catalogue = wired(Catalogue)

        async def put(values: Mapping[str, Any]) -> Done:
            return await catalogue.put(kind, values, None)

        return put

    return service


def _suppliers() -> Put:
    suppliers = wired(Suppliers)

    async def put(values: Mapping[str, Any]) -> Done:
        return await suppliers.put(values, None)

    return put


KINDS: Mapping[str, FileKind] = {
    "brands": FileKind(NewBrand, "code", _catalogue(BRAND)),
    "categories": FileKind(NewCategory, "code", _catalogue(CATEGORY)),
    "discounts": FileKind(NewDiscount, "code", _catalogue(DISCOUNT)),
    "products": FileKind(NewProduct, "code", _catalogue(PRODUCT)),
    "suppliers": FileKind(NewSupplier, "code", _suppliers),
}
STOCK = "stock"


def load(kind: str, path: Path) -> str:
    """Take the file `path` in, and return a sentence that says what that changed.

    Needs the application. Raises TableError with the faults of lines, and what the services raise.
    """
    if kind == STOCK:
        lots, faults = read_table(path, OpeningStock)
        opened = run_sync(_open_stock, lots, faults)
        return f"{path.name}: {counted(len(lots), 'row')}, {counted(opened, 'lot')} received."
    file_kind = KINDS[kind]
    lines, faults = read_table(path, file_kind.schema, file_kind.key)
    done = run_sync(_put_all, lines, faults, file_kind.put())
    counts = ", ".join(f"{done.count(what)} {what}" for what in ("created", "changed", "unchanged"))
    return f"{path.name}: {counted(len(lines), 'row')}, {counts}."


async def _put_all(lines: Sequence[Line[Any]], known: Sequence[Fault], put: Put) -> list[Done]:
    """Put all rows; also where some are wrong already, to find out what else is."""

    async def work() -> list[Done]:
        done: list[Done] = []
        faults = list(known)
        for line in lines:
            try:
                # All columns of the schema: what a file leaves empty is cleared, not kept.
                done.append(await put(line.row.model_dump()))
            except Problem as problem:
                faults += line.faults(problem.errors) or [Fault(line.number, None, str(problem))]
                if not isinstance(problem, Invalid):
                    break  # PostgreSQL refused a statement, and takes no further one
        if faults:
            raise TableError(faults)
        return done

    return await wired(Manager).transaction(work)


async def _open_stock(lots: Sequence[Line[OpeningStock]], known: Sequence[Fault]) -> int:
    async def work() -> int:
        opened = await wired(Stock).open_with([lot.row for lot in lots])
        if known:
            raise TableError(known)
        return opened

    try:
        return await wired(Manager).transaction(work)
    except Invalid as problem:
        # Its pointers are /row/column.
        faults = list(known)
        for error in problem.errors:
            place, _, column = error.pointer.strip("/").partition("/")
            faults.append(Fault(lots[int(place)].number, column or None, error.message))
        raise TableError(faults) from None


@click.command("import")
@click.argument("kind", type=click.Choice([*KINDS, STOCK]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_file(kind: str, file: Path) -> None:
    """Take the CSV FILE of brands, categories, discounts, products, suppliers or opening stock.

    All of it or nothing; what is there already is changed to what the file says, so a second run
    changes nothing. Each wrong value is named with its line and column. The columns are described
    in app/commands/demo/README.md.
    """
    try:
        with one_sentence():
            click.echo(load(kind, file))
    except TableError as error:
        for fault in error.faults[:MAX_FAULTS]:
            click.echo(f"{file.name} {fault}", err=True)
        if len(error.faults) > MAX_FAULTS:
            click.echo(f"… and {len(error.faults) - MAX_FAULTS} more.", err=True)
        click.echo("Nothing was imported.", err=True)
        sys.exit(1)
