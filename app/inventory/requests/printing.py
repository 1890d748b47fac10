"""What an invoice request looks like on paper: PDF, made of its JSON alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.paper import Sheet, shown

_UNITS: Mapping[str, str] = {"piece": "", "kg": " kg", "litre": " l"}


def printed(request: Mapping[str, Any]) -> bytes:
    """Return a request as PDF; of the same request the same bytes. Signs that the font lacks are left blank."""
    title = f"Order {request['code']}"
    sheet = Sheet(title, request["code"], datetime.fromisoformat(request["created_at"]))
    _heads(sheet, request, title)
    _lines(sheet, request)
    sheet.gap()
    sheet.total(f"Total without VAT: {request['total']} {request['currency']}")
    return bytes(sheet.output())


def _heads(sheet: Sheet, request: Mapping[str, Any], title: str) -> None:
    buyer, supplier = request["seller"], request["supplier"]
    if buyer:
        sheet.block([buyer["name"], *buyer["address"]])
    sheet.block([supplier["name"], *(supplier["address"] or "").splitlines()])
    sheet.heading(title)
    sheet.line_of(f"Date: {request['ordered_on']}")
    if request["expected_on"]:
        sheet.line_of(f"Expected on: {request['expected_on']}")
    if request["note"]:
        sheet.line_of(request["note"])
    sheet.gap()


def _lines(sheet: Sheet, request: Mapping[str, Any]) -> None:
    heads = ("", "Packs", "Quantity", "Cost of one")
    rows = [
        (
            _what(line),
            "" if line["packs"] is None else f"{shown(line['packs'])} x {shown(line['pack'])}",
            shown(line["quantity"]) + _UNITS[line["product"]["unit"]],
            line["unit_cost"],
        )
        for line in request["lines"]
    ]
    sheet.grid((96, 30, 24, 24), [heads, *rows])


def _what(line: Mapping[str, Any]) -> str:
    """Return the product's name, above the supplier's number for it."""
    number = line["article_number"]
    return str(line["product"]["name"]) + (f"\nArticle {number}" if number else "")
