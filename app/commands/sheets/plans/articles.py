"""What suppliers sell: what a file would change, product by product. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from psycopg2 import extensions

from app.commands.sheets.buying import ARTICLES
from app.commands.sheets.checking import Advance, Content, Line
from app.commands.sheets.columns import Column
from app.commands.sheets.faults import Fault
from app.commands.sheets.plans.catalogue import Plan, compare
from app.inventory.stock.lots import whole_pieces

OfProduct = list[Line]


@dataclass(frozen=True, slots=True)
class Offers:
    """What there is to do, and the columns that the file has, as those of what is there already stay without one."""

    plan: Plan
    columns: list[Column]

    @property
    def products(self) -> list[OfProduct]:
        """The rows to write, all of a product together."""
        lines = [*self.plan.created, *(change.line for change in self.plan.changed)]
        return list(_by_product(sorted(lines, key=lambda line: line.number)).values())


def compare_articles(
    cursor: extensions.cursor, content: Content, advance: Advance = lambda _: None
) -> Offers:
    """Return what `content` would change of what suppliers sell. Raises SheetError with all that is wrong."""
    products = _by_product(content.lines)
    faults = [
        *content.faults,
        *_split_pieces(cursor, content.lines),
        *(fault for code, lines in products.items() for fault in _rivals(code, lines)),
    ]
    plan = compare(cursor, ARTICLES, Content(content.layout, content.lines, faults), advance)
    return Offers(plan, content.columns)


def _by_product(lines: Iterable[Line]) -> dict[str, OfProduct]:
    products: dict[str, OfProduct] = defaultdict(list)
    for line in lines:
        products[line.values["product"]].append(line)
    return products


def _rivals(code: str, lines: Iterable[Line]) -> Iterator[Fault]:
    """Yield the faults of rows of a product of which more than one is preferred."""
    preferred = [line for line in lines if line.values["preferred"]]
    suppliers = len({line.values["supplier"] for line in preferred})
    if suppliers > 1:
        says = f"is said of {suppliers} suppliers of the product {code}, and one can be preferred"
        yield from (Fault(line.number, says, "preferred", "yes") for line in preferred)


def _split_pieces(cursor: extensions.cursor, lines: Sequence[Line]) -> Iterator[Fault]:
    cursor.execute(
        "SELECT code, unit FROM product WHERE code = ANY(%s::text[])",
        (list({line.values["product"] for line in lines}),),
    )
    units: dict[str, str] = dict(cursor.fetchall())
    for line in lines:
        code = line.values["product"]
        for name in ("pack", "least_quantity"):
            quantity = line.values[name]
            for error in whole_pieces(units.get(code, ""), quantity, ""):
                says = f"of the product {code} {error.message}"
                yield Fault(line.number, says, name, quantity)
