"""List prices of days to come: which a file plans anew, product by product. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg2 import extensions

from app.commands.sheets.checking import Content, Line
from app.commands.sheets.faults import Fault, SheetError
from app.commands.sheets.plans.catalogue import known_codes
from app.product.prices.schemas import MOST_COMING
from app.product.prices.service import refusal

Planned = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Repricing:
    """A product whose prices to come are not those of the file: all `lines` that it has there, and what was `planned`."""

    lines: list[Line]
    planned: Planned

    @property
    def code(self) -> str:
        """The product's code."""
        return str(self.lines[0].values["product"])

    @property
    def new(self) -> dict[date, Decimal]:
        """The prices from these days on, and no others."""
        return {line.values["starts_on"]: line.values["list_price"] for line in self.lines}


@dataclass(frozen=True, slots=True)
class Repricings:
    """The products to plan anew, and how many products the file has in all."""

    changed: list[Repricing]
    products: int


def compare_prices(cursor: extensions.cursor, content: Content) -> Repricings:
    """Return which products' prices to come `content` plans anew. Raises SheetError with all that is wrong."""
    products: dict[str, list[Line]] = defaultdict(list)
    for line in content.lines:
        products[line.values["product"]].append(line)
    cursor.execute("SELECT CURRENT_DATE")
    (today,) = cursor.fetchone() or (date.min,)
    known = known_codes(cursor, "product", products)
    faults = list(content.faults)
    for code, lines in products.items():
        if code not in known:
            faults += [Fault(line.number, "is not known", "product", code) for line in lines]
        faults += _faults(code, lines, today)
    if faults:
        raise SheetError(faults)
    planned = _planned(cursor, products)
    repricings = (Repricing(lines, planned[code]) for code, lines in products.items())
    return Repricings([one for one in repricings if one.new != one.planned], len(products))


def _faults(code: str, lines: list[Line], today: date) -> Iterator[Fault]:
    before: list[date] = []
    for line in lines:
        day = line.values["starts_on"]
        if message := refusal(day, today, before):
            yield Fault(line.number, f"of the product {code} {message}", "starts_on", day)
        before.append(day)
    if len(lines) > MOST_COMING:
        says = f"has {len(lines)} prices to come, and a product has {MOST_COMING} at most"
        yield Fault(lines[MOST_COMING].number, says, "product", code)


def _planned(cursor: extensions.cursor, codes: Iterable[str]) -> Mapping[str, Planned]:
    """Return by product what is planned; what is due today is no plan any more."""
    cursor.execute(
        "SELECT p.code, c.starts_on, c.price FROM coming_price c JOIN product p ON p.id = c.product_id"
        " WHERE p.code = ANY(%s::text[]) AND c.starts_on > CURRENT_DATE ORDER BY c.starts_on",
        (list(codes),),
    )
    planned: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for code, day, price in cursor.fetchall():
        planned[code][day] = price
    return planned
