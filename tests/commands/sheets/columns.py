"""Writes what import and export know of columns down: `python -m tests.commands.sheets.columns` makes docs/columns.md.

All of it is what kinds.py and the schemas say, so that a column that is added there is described by itself.
"""

from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from app.commands.sheets.checking import row_schema
from app.commands.sheets.columns import Column
from app.commands.sheets.kinds import SHEETS
from app.commands.sheets.sheet import Sheet
from local.environments import ROOT

FILE = ROOT / "docs" / "columns.md"

HEAD = """\
# The columns of each kind of file

What `import KIND FILE` takes and `export KIND` writes ([how](operations.md#import-and-export)). The first row names the columns, in any order. A column that is not
there leaves what the shop has as it is; the last column below says what a new thing has then, or where a cell is empty. This page is written by
`.venv/bin/python -m tests.commands.sheets.columns`, from the code.
"""
TABLE = """
| column | what it holds | needed | else |
|---|---|---|---|
"""
_KINDS = {sheet.table: sheet.name for sheet in SHEETS.values()}


def _holds(column: Column, field: FieldInfo) -> str:
    if column.refers:
        kind = _KINDS[column.refers]
        return f"the code of one of the [{kind}](#{kind})"
    if not field.description:
        return column.says
    # What JSON calls null is an empty cell.
    return f"{field.description.rstrip('.').replace('null', 'empty')}: {column.says}"


def _needed(column: Column, field: FieldInfo, sheet: Sheet) -> str:
    if not field.is_required():
        return ""
    # What a file only adds cannot be there already.
    return "for a new one" if sheet.changes and column.name not in sheet.key else "always"


def _otherwise(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.get_default()
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "empty" if default in (None, "", [], {}) else str(default)


def _rows(sheet: Sheet) -> Iterator[str]:
    fields = row_schema(sheet, sheet.schema.model_fields).model_fields
    for column in sheet.columns:
        field = fields[column.name]
        only = "; `export` does not write it" if column.name in sheet.only_in else ""
        holds = _holds(column, field)
        cells = (
            f"`{column.name}`",
            f"{holds[0].upper()}{holds[1:]}{only}",
            _needed(column, field, sheet),
            _otherwise(field),
        )
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + "".join(
        f"\n## {sheet.name}\n{TABLE}{''.join(_rows(sheet))}" for sheet in SHEETS.values()
    )


def main(file: Path = FILE) -> None:
    """Write the page."""
    file.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
