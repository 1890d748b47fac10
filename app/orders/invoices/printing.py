"""What a document looks like on paper: PDF, made of its JSON alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

_FAMILY: Final = "Open Sans"
_SMALL, _NORMAL, _LARGE = 8, 9, 15
_LINE = 4.5
_MARGIN = 18

_TITLES: Mapping[str, str] = {"invoice": "Invoice", "credit_note": "Credit note"}
_UNITS: Mapping[str, str] = {"piece": "", "kg": " kg", "litre": " l"}


def printed(document: Mapping[str, Any]) -> bytes:
    """Return a document as PDF; of the same document the same bytes. Signs that the font lacks are left blank."""
    pdf = _sheet(document)
    _heads(pdf, document)
    _lines(pdf, document)
    _sums(pdf, document)
    return bytes(pdf.output())


class _Sheet(FPDF):
    """A4, with the document's number and the page's at the foot."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self._number = number

    def footer(self) -> None:
        """Write the foot of a page; called by FPDF."""
        self.set_y(-14)
        self.set_font(_FAMILY, size=_SMALL)
        self.cell(0, _LINE, f"{self._number}, page {self.page_no()} of {{nb}}", align=Align.R)


def _sheet(document: Mapping[str, Any]) -> FPDF:
    pdf = _Sheet(document["number"])
    fonts = files("ttf_opensans") / "ttf"
    pdf.add_font(_FAMILY, "", str(fonts / "OpenSans-Regular.ttf"))
    pdf.add_font(_FAMILY, "B", str(fonts / "OpenSans-Bold.ttf"))
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=20)
    pdf.set_title(_title(document))
    pdf.set_lang("en")
    # Not now, so that it is the same file whenever it is asked for.
    pdf.set_creation_date(datetime.fromisoformat(document["issued_at"]))
    pdf.add_page()
    return pdf


def _title(document: Mapping[str, Any]) -> str:
    return f"{_TITLES[document['kind']]} {document['number']}"


def _heads(pdf: FPDF, document: Mapping[str, Any]) -> None:
    seller, buyer = document["seller"], document["buyer"]
    _block(pdf, [seller["name"], *seller["address"], *_vat_id(seller)])
    if buyer:
        _block(pdf, [buyer["name"], *buyer["address"], *_vat_id(buyer)])
    pdf.set_font(_FAMILY, "B", _LARGE)
    _write(pdf, _title(document), 9)
    pdf.set_font(_FAMILY, size=_NORMAL)
    if document["corrects"]:
        _write(pdf, f"For goods of invoice {document['corrects']}")
    _write(pdf, f"Date: {document['issued_on']}")
    _write(pdf, f"Purchase: {document['purchase_number']}")
    pdf.ln(_LINE)


def _vat_id(party: Mapping[str, Any]) -> Sequence[str]:
    return (f"VAT ID: {party['vat_id']}",) if party["vat_id"] else ()


def _block(pdf: FPDF, lines: Sequence[str]) -> None:
    for place, line in enumerate(lines):
        pdf.set_font(_FAMILY, "" if place else "B", _NORMAL)
        _write(pdf, line)
    pdf.ln(_LINE)


def _write(pdf: FPDF, text: str, height: float = _LINE) -> None:
    pdf.multi_cell(0, height, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _lines(pdf: FPDF, document: Mapping[str, Any]) -> None:
    heads = ("", "Quantity", "Price", "VAT", f"Total {document['currency']}")
    rows = [
        (
            _what(line),
            _quantity(line["quantity"]) + _UNITS[line["unit"]],
            line["unit_price"],
            _rate(line["vat_rate"]),
            line["total"],
        )
        for line in document["lines"]
    ]
    _table(pdf, (84, 26, 22, 18, 24), [heads, *rows])


def _what(line: Mapping[str, Any]) -> str:
    reduction = Decimal(line["coupon_reduction"])
    if not reduction:
        return str(line["name"])
    return f"{line['name']} (coupon: {reduction} off {_quantity(line['bought'])})"


def _sums(pdf: FPDF, document: Mapping[str, Any]) -> None:
    pdf.ln(_LINE)
    rows = [
        (f"VAT {_rate(each['rate'])}", each["net"], each["vat"], each["gross"])
        for each in document["vat"]
    ]
    _table(pdf, (84, 30, 30, 30), [("", "Net", "VAT", "Gross"), *rows])
    pdf.ln(_LINE)
    pdf.set_font(_FAMILY, "B", _LARGE)
    total = f"{document['total']} {document['currency']}"
    words = "Total" if document["kind"] == "invoice" else "Credited"
    pdf.cell(0, 9, f"{words}: {total}", align=Align.R)


def _table(pdf: FPDF, widths: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
    """Write rows, of which the first is repeated on each page. FPDF's own tables take five times as long."""
    heads, *others = rows
    _row(pdf, widths, heads, "B")
    for row in others:
        # Room for the name in four lines, which is what 120 letters take.
        if pdf.will_page_break(4 * (_LINE + 1)):
            pdf.add_page()
            _row(pdf, widths, heads, "B")
        _row(pdf, widths, row)


def _row(pdf: FPDF, widths: Sequence[int], row: Sequence[str], style: str = "") -> None:
    pdf.set_font(_FAMILY, style, _NORMAL)
    top = pdf.get_y()
    pdf.line(_MARGIN, top, _MARGIN + sum(widths), top)
    first, *others = row
    pdf.set_x(_MARGIN + widths[0])
    for width, text in zip(widths[1:], others, strict=True):
        pdf.cell(width, _LINE + 1, text, align=Align.R)
    pdf.set_xy(_MARGIN, top)
    pdf.multi_cell(widths[0], _LINE + 1, first, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _quantity(text: str) -> str:
    quantity = Decimal(text)
    return f"{quantity:f}" if quantity % 1 else f"{quantity:.0f}"


def _rate(text: str) -> str:
    percent = (Decimal(text) * 100).normalize()
    return f"{percent:f} %"
