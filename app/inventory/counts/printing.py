"""The sheet to count with: PDF, by category and name, with boxes to write into. It does not say how much there should be."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

_FAMILY: Final = "Open Sans"
_SMALL, _NORMAL, _LARGE = 8, 9, 15
_LINE: Final = 7
_MARGIN: Final = 15
_WIDTHS: Final = (82, 34, 16, 24, 24)
_HEADS: Final = ("Barcode", "Unit", "Place", "Counted")


def printed(sheet: Mapping[str, Any]) -> bytes:
    """Return the sheet of a count as PDF; of the same count the same bytes. Signs that the font lacks are left blank."""
    pdf = _Sheet(sheet["code"])
    fonts = files("ttf_opensans") / "ttf"
    pdf.add_font(_FAMILY, "", str(fonts / "OpenSans-Regular.ttf"))
    pdf.add_font(_FAMILY, "B", str(fonts / "OpenSans-Bold.ttf"))
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=20)
    pdf.set_title(f"Count {sheet['code']}")
    pdf.set_lang("en")
    # Not now, so that it is the same file whenever it is asked for.
    pdf.set_creation_date(datetime.fromisoformat(sheet["opened_at"]))
    pdf.add_page()
    _head(pdf, sheet)
    for category, lines in groupby(sheet["lines"], key=lambda line: line["category"]):
        _group(pdf, category, list(lines))
    return bytes(pdf.output())


class _Sheet(FPDF):
    """A4, with the count's code and the page's number at the foot."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def footer(self) -> None:
        """Write the foot of a page; called by FPDF."""
        self.set_y(-14)
        self.set_font(_FAMILY, size=_SMALL)
        self.cell(0, _LINE, f"{self._code}, page {self.page_no()} of {{nb}}", align=Align.R)


def _head(pdf: FPDF, sheet: Mapping[str, Any]) -> None:
    pdf.set_font(_FAMILY, "B", _LARGE)
    pdf.cell(0, 9, f"Count {sheet['code']}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(_FAMILY, size=_NORMAL)
    for text in (sheet["note"], "Counted by:", "Counted at:"):
        if text:
            pdf.multi_cell(0, _LINE, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _group(pdf: FPDF, category: str, lines: Sequence[Mapping[str, Any]]) -> None:
    if pdf.will_page_break(4 * _LINE):
        pdf.add_page()
    pdf.ln(_LINE / 2)
    heads = (category, *_HEADS)
    _row(pdf, heads, "B")
    for line in lines:
        if pdf.will_page_break(_LINE):
            pdf.add_page()
            _row(pdf, heads, "B")
        _row(pdf, (line["name"], line["gtin"] or line["code"], line["unit"], "", ""))


def _row(pdf: FPDF, texts: Sequence[str], style: str = "") -> None:
    pdf.set_font(_FAMILY, style, _SMALL)
    for width, text in zip(_WIDTHS, texts, strict=True):
        pdf.cell(width, _LINE, _fitted(pdf, text, width - 2), border=1)
    pdf.ln(_LINE)


def _fitted(pdf: FPDF, text: str, width: float) -> str:
    """Return as much of a text as has room."""
    if pdf.get_string_width(text) <= width:
        return text
    while pdf.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
