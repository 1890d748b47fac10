"""Tables that are opened with a spreadsheet: CSV in UTF-8, in which text is never a formula."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any, Final

CSV: Final = "text/csv; charset=utf-8"

# What a spreadsheet takes for a formula (OWASP, CSV injection), the full-width signs included.
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def csv_of(heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Return a table as CSV; of the same cells the same bytes. Decimals have no exponents; None is an empty cell."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    match value:
        case str() if value.startswith(_FORMULA):
            return f"'{value}"
        case Decimal():
            return format(value, "f")
    return value
