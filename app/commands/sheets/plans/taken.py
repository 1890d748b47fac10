"""Which barcodes and PLUs of a file other products of the shop have already."""

from collections.abc import Collection, Iterator

from psycopg2 import extensions

from app.commands.sheets.checking import Content, Line
from app.commands.sheets.faults import Fault
from app.product.plu import plu5
from app.product.products.barcodes import written_in


def taken(cursor: extensions.cursor, content: Content, columns: Collection[str]) -> Iterator[Fault]:
    """Yield the faults of what is in these `columns` of `content` and another product's in the shop."""
    if "gtin" in columns or "other_barcodes" in columns:
        yield from _taken_barcodes(cursor, content)
    if "plu" in columns:
        yield from _taken_plus(cursor, content)


def _taken_barcodes(cursor: extensions.cursor, content: Content) -> Iterator[Fault]:
    written = [(line, each) for line in content.lines for each in written_in(line.values)]
    cursor.execute(
        "SELECT b.gtin14, p.code, p.name FROM barcode b JOIN product p ON p.id = b.product_id"
        " WHERE b.gtin14 = ANY(%s::text[])",
        (list({each.number for _, each in written}),),
    )
    holders = {number: (code, name) for number, code, name in cursor.fetchall()}
    for line, each in written:
        yield from _taken(line, each.column, each.gtin, holders.get(each.number))


def _taken_plus(cursor: extensions.cursor, content: Content) -> Iterator[Fault]:
    plus = [(line, plu) for line in content.lines if (plu := line.values["plu"]) is not None]
    cursor.execute(
        "SELECT lpad(plu, 5, '0'), code, name FROM product WHERE lpad(plu, 5, '0') = ANY(%s::text[])",
        (list({plu5(plu) for _, plu in plus}),),
    )
    holders = {number: (code, name) for number, code, name in cursor.fetchall()}
    for line, plu in plus:
        yield from _taken(line, "plu", plu, holders.get(plu5(plu)))


def _taken(line: Line, column: str, text: str, holder: tuple[str, str] | None) -> Iterator[Fault]:
    """Yield the fault of a number that another product has: `holder`, its code and name."""
    if holder and holder[0] != line.values["code"]:
        code, name = holder
        yield Fault(line.number, f"is that of the product {code} ({name}) already", column, text)
