"""A report as a file: CSV, or a workbook (XLSX). All its rows, and no total, which whoever opens it makes."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Literal

from app.core.spreadsheets import CSV, csv_of
from app.reports.tables import Table

FileKind = Literal["csv", "xlsx"]

TYPES = {
    "csv": CSV,
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

# A workbook says when it was made. This one says the same always: equal rows are equal bytes.
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - it goes into the file as it stands
_WIDTH = 16


def file_name(report: str, table: Table, kind: FileKind) -> str:
    """Return what a report's file is called: sales-day-2026-01-01-2026-01-31.csv."""
    about = table.about
    parts = [about[name] for name in ("by", "from", "to", "on", "days") if name in about]
    return f"{'-'.join(map(str, [report, *parts]))}.{kind}"


def written(table: Table, kind: FileKind) -> bytes:
    """Return the file; of the same rows the same bytes. Text is never a formula."""
    if kind == "xlsx":
        return _workbook(table)
    return csv_of(table.heads, (row.values() for row in table.rows))


def _workbook(table: Table) -> bytes:
    # Not at the top: a worker needs no memory for it until somebody asks.
    from xlsxwriter import Workbook  # noqa: PLC0415 - as above

    output = BytesIO()
    with Workbook(output, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE})
        sheet = workbook.add_worksheet()
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
        number = cache(lambda places: workbook.add_format({"num_format": f"0.{'0' * places}"}))
        for column, head in enumerate(table.heads):
            sheet.write_string(0, column, head, bold)
        for line, row in enumerate(table.rows, 1):
            for column, value in enumerate(row.values()):
                match value:
                    case Decimal():
                        form = number(-int(value.as_tuple().exponent))
                        sheet.write_number(line, column, float(value), form)
                    case int():
                        sheet.write_number(line, column, value)
                    case str() if value.startswith("<r>"):
                        # The library would take it for its own mark-up, but not in pieces.
                        sheet.write_rich_string(line, column, value[:1], text, value[1:], text)
                    case str():
                        sheet.write_string(line, column, value, text)
        sheet.set_column(0, len(table.heads) - 1, _WIDTH)
        sheet.freeze_panes(1, 0)
    return output.getvalue()
