"""The sheet to count with: PDF, by category and name, with boxes to write into. It does not say how much there should be."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from app.core.paper import Sheet

_LINE: Final = 7
_MARGIN: Final = 15
_WIDTHS: Final = (82, 34, 16, 24, 24)
_HEADS: Final = ("Barcode", "Unit", "Place", "Counted")


def printed(count: Mapping[str, Any]) -> bytes:
    """Return the sheet of a count as PDF; of the same count the same bytes. Signs that the font lacks are left blank."""
    title, opened_at = f"Count {count['code']}", datetime.fromisoformat(count["opened_at"])
    sheet = Sheet(title, count["code"], opened_at, _MARGIN)
    sheet.heading(title)
    for text in (count["note"], "Counted by:", "Counted at:"):
        if text:
            sheet.line_of(text, _LINE)
    for category, lines in groupby(count["lines"], key=lambda line: line["category"]):
        _group(sheet, category, list(lines))
    return bytes(sheet.output())


def _group(sheet: Sheet, category: str, lines: Sequence[Mapping[str, Any]]) -> None:
    if sheet.will_page_break(4 * _LINE):
        sheet.add_page()
    sheet.ln(_LINE / 2)
    heads = (category, *_HEADS)
    _row(sheet, heads, "B")
    for line in lines:
        if sheet.will_page_break(_LINE):
            sheet.add_page()
            _row(sheet, heads, "B")
        _row(sheet, (line["name"], line["gtin"] or line["code"], line["unit"], "", ""))


def _row(sheet: Sheet, texts: Sequence[str], style: str = "") -> None:
    sheet.small(style)
    for width, text in zip(_WIDTHS, texts, strict=True):
        sheet.cell(width, _LINE, _fitted(sheet, text, width - 2), border=1)
    sheet.ln(_LINE)


def _fitted(sheet: Sheet, text: str, width: float) -> str:
    """Return as much of a text as has room."""
    if sheet.get_string_width(text) <= width:
        return text
    while sheet.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"
