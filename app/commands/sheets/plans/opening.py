"""Opening stock: what a file would receive, lot by lot, and what it leaves alone. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from psycopg2 import extensions

from app.commands.sheets.checking import Content, Line
from app.commands.sheets.faults import Fault, SheetError
from app.commands.sheets.plans.catalogue import known_codes
from app.inventory.stock.lots import whole_pieces

Lots = list[Line]


@dataclass(frozen=True, slots=True)
class Opening:
    """What there is to receive, all lots of a product together; the products that are left alone, with how much."""

    lots: list[Lots]
    skipped: list[str]
    skipped_lots: int


def compare_stock(cursor: extensions.cursor, content: Content) -> Opening:
    """Return what to receive, of products that never had any stock.

    Each line's `expires_on` is then the lot's last day. Raises SheetError with all that is wrong.
    """
    lines = content.lines
    cursor.execute("SELECT CURRENT_DATE")
    (today,) = cursor.fetchone() or (date.min,)
    cursor.execute(
        "SELECT p.code, p.unit, EXISTS (SELECT FROM stock_movement m WHERE m.product_id = p.id)"
        " FROM product p WHERE p.code = ANY(%s::text[])",
        (list({line.values["product"] for line in lines}),),
    )
    products = {code: (unit, moved) for code, unit, moved in cursor.fetchall()}
    faults = [*content.faults, *_unknown_suppliers(cursor, lines)]
    for line in lines:
        code, quantity = line.values["product"], line.values["quantity"]
        if (days := line.values["expires_in_days"]) is not None:
            line.values["expires_on"] = today + timedelta(days=days)
        if code not in products:
            faults.append(Fault(line.number, "is not known", "product", code))
            continue
        faults += [
            Fault(line.number, f"of the product {code} {error.message}", "quantity", quantity)
            for error in whole_pieces(products[code][0], quantity, "")
        ]
    if faults:
        raise SheetError(faults)
    return _opening(lines, {code for code, (_, moved) in products.items() if moved})


def _opening(lines: Iterable[Line], moved: set[str]) -> Opening:
    lots: dict[str, Lots] = defaultdict(list)
    for line in lines:
        lots[line.values["product"]].append(line)
    return Opening(
        [found for code, found in lots.items() if code not in moved],
        [code for code in lots if code in moved],
        sum(len(found) for code, found in lots.items() if code in moved),
    )


def _unknown_suppliers(cursor: extensions.cursor, lines: Iterable[Line]) -> list[Fault]:
    named = {line.values["supplier"] for line in lines} - {None}
    known = known_codes(cursor, "supplier", named) | {None}
    return [
        Fault(line.number, "is not known", "supplier", line.values["supplier"])
        for line in lines
        if line.values["supplier"] not in known
    ]
