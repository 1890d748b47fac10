"""Faults in the words of the file: its headings, and what stands under them."""

from collections.abc import Mapping
from contextlib import suppress

from app.commands.mappings.layout import MappedColumns
from app.commands.sheets.faults import Fault, SheetError, quoted
from app.commands.sheets.files.reading import Table


def in_its_words(error: SheetError, table: Table, layout: MappedColumns) -> SheetError:
    """Return the same faults, told with the headings of the file and its own cells."""
    lines = {fault.line for fault in error.faults if fault.column}
    rows: dict[int, list[str]] = {}
    with suppress(SheetError):  # which is one of the faults
        rows.update((line, row) for line, row in table.rows() if line in lines)
    return SheetError(_told(fault, rows, layout) for fault in error.faults)


def _told(fault: Fault, rows: Mapping[int, list[str]], layout: MappedColumns) -> Fault:
    row = rows.get(fault.line)
    found = layout.written(fault.column, row) if fault.column and row else None
    if found is None:
        return fault
    heading, cell = found
    if fault.value is None:
        return Fault(fault.line, fault.says, heading)
    says = fault.says
    if str(fault.value) != cell:
        says = f"({fault.column} {quoted(fault.value)}) {says}"
    return Fault(fault.line, says, heading, cell)
