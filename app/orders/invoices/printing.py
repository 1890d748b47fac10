"""What a document looks like on paper: PDF, made of its JSON alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.paper import Sheet, shown

_TITLES: Mapping[str, str] = {"invoice": "Invoice", "credit_note": "Credit note"}
_UNITS: Mapping[str, str] = {"piece": "", "kg": " kg", "litre": " l"}


def printed(document: Mapping[str, Any]) -> bytes:
    """Return a document as PDF; of the same document the same bytes. Signs that the font lacks are left blank."""
    title = f"{_TITLES[document['kind']]} {document['number']}"
    sheet = Sheet(title, document["number"], datetime.fromisoformat(document["issued_at"]))
    _heads(sheet, document, title)
    _lines(sheet, document)
    _sums(sheet, document)
    return bytes(sheet.output())


def _heads(sheet: Sheet, document: Mapping[str, Any], title: str) -> None:
    seller, buyer = document["seller"], document["buyer"]
    sheet.block([seller["name"], *seller["address"], *_vat_id(seller)])
    if buyer:
        sheet.block([buyer["name"], *buyer["address"], *_vat_id(buyer)])
    sheet.heading(title)
    if document["corrects"]:
        sheet.line_of(f"For goods of invoice {document['corrects']}")
    sheet.line_of(f"Date: {document['issued_on']}")
    sheet.line_of(f"Purchase: {document['purchase_number']}")
    sheet.gap()


def _vat_id(party: Mapping[str, Any]) -> Sequence[str]:
    return (f"VAT ID: {party['vat_id']}",) if party["vat_id"] else ()


def _lines(sheet: Sheet, document: Mapping[str, Any]) -> None:
    heads = ("", "Quantity", "Price", "VAT", f"Total {document['currency']}")
    rows = [
        (
            _what(line),
            shown(line["quantity"]) + _UNITS[line["unit"]],
            line["unit_price"],
            _rate(line["vat_rate"]),
            line["total"],
        )
        for line in document["lines"]
    ]
    sheet.grid((84, 26, 22, 18, 24), [heads, *rows])


def _what(line: Mapping[str, Any]) -> str:
    reduction = Decimal(line["coupon_reduction"])
    if not reduction:
        return str(line["name"])
    return f"{line['name']} (coupon: {reduction} off {shown(line['bought'])})"


def _sums(sheet: Sheet, document: Mapping[str, Any]) -> None:
    sheet.gap()
    rows = [
        (f"VAT {_rate(each['rate'])}", each["net"], each["vat"], each["gross"])
        for each in document["vat"]
    ]
    sheet.grid((84, 30, 30, 30), [("", "Net", "VAT", "Gross"), *rows])
    sheet.gap()
    words = "Total" if document["kind"] == "invoice" else "Credited"
    sheet.total(f"{words}: {document['total']} {document['currency']}")


def _rate(text: str) -> str:
    percent = (Decimal(text) * 100).normalize()
    return f"{percent:f} %"
