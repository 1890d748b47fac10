"""Workbooks of spreadsheets: XLSX, and what else python-calamine reads."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO

from app.commands.sheets.faults import one_fault, quoted

# A ZIP archive (XLSX, ODS), and Microsoft's container of old (XLS, and whatever has a password).
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_CANNOT = "the file is a workbook that cannot be read here: save its sheet as CSV in UTF-8"


def workbook_rows(
    data: bytes, notes: list[str], decimal: str
) -> Callable[[], Iterator[tuple[int, list[str]]]]:
    """Return a function that goes through the rows of the first sheet, blank ones left out, numbered from 1.

    Numbers come as people see them, with `decimal` as their mark. Raises SheetError.
    """
    # Not at the top: what serves requests has no use for it.
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - as above

    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        sheet = workbook.get_sheet_by_index(0)
    except (CalamineError, IndexError):
        raise one_fault(_CANNOT) from None
    if len(workbook.sheet_names) > 1:
        notes.append(
            f"The file has {len(workbook.sheet_names)} sheets; the first was read: {quoted(sheet.name)}."
        )

    def rows() -> Iterator[tuple[int, list[str]]]:
        for line, cells in enumerate(sheet.iter_rows(), 1):
            texts = [_text(cell, decimal) for cell in cells]
            if any(text and not text.isspace() for text in texts):
                yield line, texts

    return rows


def _text(cell: object, decimal: str) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            # Fifteen figures, as a spreadsheet shows it, and never an exponent.
            return format(Decimal(format(cell, ".15g")), "f").replace(".", decimal)
        case dt.datetime() if cell.time() == dt.time():
            return cell.date().isoformat()
        case _:
            return str(cell)
