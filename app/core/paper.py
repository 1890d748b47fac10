"""What is printed: A4 as PDF, the same bytes for the same contents."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

_FAMILY: Final = "Open Sans"
_SMALL, _NORMAL, _LARGE = 8, 9, 15
_LINE = 4.5
_MARGIN = 18


class Sheet(FPDF):
    """A4 pages with the document's number and the page's at their feet. Signs that the font lacks are left blank."""

    def __init__(self, title: str, number: str, made_at: datetime, margin: float = _MARGIN) -> None:
        """Begin a document that was `made_at` a moment: not now, so that it is the same file whenever it is asked for."""
        super().__init__()
        self._number = number
        fonts = files("ttf_opensans") / "ttf"
        self.add_font(_FAMILY, "", str(fonts / "OpenSans-Regular.ttf"))
        self.add_font(_FAMILY, "B", str(fonts / "OpenSans-Bold.ttf"))
        self.set_margin(margin)
        self.set_auto_page_break(auto=True, margin=20)
        self.set_title(title)
        self.set_lang("en")
        self.set_creation_date(made_at)
        self.add_page()

    def footer(self) -> None:
        """Write the foot of a page; called by FPDF."""
        self.set_y(-14)
        self.small()
        self.cell(0, _LINE, f"{self._number}, page {self.page_no()} of {{nb}}", align=Align.R)

    def block(self, lines: Sequence[str]) -> None:
        """Write lines beneath each other, of which the first is bold, and a gap."""
        for place, line in enumerate(lines):
            self.set_font(_FAMILY, "" if place else "B", _NORMAL)
            self.line_of(line)
        self.gap()

    def heading(self, text: str) -> None:
        """Write a line in large letters; what comes next is in normal ones."""
        self.set_font(_FAMILY, "B", _LARGE)
        self.line_of(text, 9)
        self.set_font(_FAMILY, size=_NORMAL)

    def small(self, style: str = "") -> None:
        """Have what comes next be in small letters, bold if the style is B."""
        self.set_font(_FAMILY, style, _SMALL)

    def line_of(self, text: str, height: float = _LINE) -> None:
        """Write text, in as many lines as it takes."""
        self.multi_cell(0, height, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def gap(self) -> None:
        """Leave a line free."""
        self.ln(_LINE)

    def total(self, text: str) -> None:
        """Write a sum in large letters at the right."""
        self.set_font(_FAMILY, "B", _LARGE)
        self.cell(0, 9, text, align=Align.R)

    def grid(self, widths: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Write rows, of which the first is repeated on each page. FPDF's own tables take five times as long."""
        heads, *others = rows
        self._row(widths, heads, "B")
        for row in others:
            # Room for the name in four lines, which is what 120 letters take.
            if self.will_page_break(4 * (_LINE + 1)):
                self.add_page()
                self._row(widths, heads, "B")
            self._row(widths, row)

    def _row(self, widths: Sequence[int], row: Sequence[str], style: str = "") -> None:
        self.set_font(_FAMILY, style, _NORMAL)
        top = self.get_y()
        self.line(self.l_margin, top, self.l_margin + sum(widths), top)
        first, *others = row
        self.set_x(self.l_margin + widths[0])
        for width, text in zip(widths[1:], others, strict=True):
            self.cell(width, _LINE + 1, text, align=Align.R)
        self.set_xy(self.l_margin, top)
        self.multi_cell(
            widths[0], _LINE + 1, first, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )


def shown(text: str) -> str:
    """Return a quantity without decimals that are none."""
    quantity = Decimal(text)
    return f"{quantity:f}" if quantity % 1 else f"{quantity:.0f}"
