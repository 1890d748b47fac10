"""What an invoice request looks like as CSV: made of its JSON alone."""

from collections.abc import Mapping
from typing import Any, Final

from app.core.spreadsheets import csv_of

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


def table(request: Mapping[str, Any]) -> bytes:
    """Return the lines of a request as CSV in UTF-8; of the same request the same bytes."""
    about = (request["code"], request["supplier"]["code"], request["expected_on"])
    return csv_of(_HEADS, ((*about, *_cells(line)) for line in request["lines"]))


def _cells(line: Mapping[str, Any]) -> tuple[Any, ...]:
    product = line["product"]
    of_product = (product["code"], product["name"], product["unit"])
    asked = (line["quantity"], line["pack"], line["packs"], line["unit_cost"])
    return line["article_number"], *of_product, *asked
