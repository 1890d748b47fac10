"""What an invoice request looks like as CSV: made of its JSON alone."""

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

_HEADS: Final = (
    "invoice_request",
    "supplier",
    "expected_on",
    "article_number",
    "product",
    "name",
    "unit",
    "quantity",
    "pack",
    "packs",
    "unit_cost",
)

# What a spreadsheet takes for a formula (OWASP, CSV injection), the full-width signs included.
_FORMULA: Final = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def table(request: Mapping[str, Any]) -> bytes:
    """Return the lines of a request as CSV in UTF-8; of the same request the same bytes."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_HEADS)
    for line in request["lines"]:
        product = line["product"]
        rows.writerow(
            (
                request["code"],
                request["supplier"]["code"],
                request["expected_on"],
                _plain(line["article_number"]),
                product["code"],
                _plain(product["name"]),
                *(product["unit"], line["quantity"], line["pack"], line["packs"]),
                line["unit_cost"],
            )
        )
    return text.getvalue().encode()


def _plain(text: str | None) -> str | None:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text[0] in _FORMULA else text
