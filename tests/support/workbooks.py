"""Workbooks (XLSX) as small as they can be."""

import io
import zipfile
from collections.abc import Mapping, Sequence

Cell = str | float | bool | None

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = "application/xml"


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return a workbook with these sheets, each a list of rows; None leaves a cell empty."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in _parts(sheets).items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return target.getvalue()


def _parts(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> dict[str, str]:
    numbered = list(enumerate(sheets.items(), 1))
    names = "".join(
        f'<sheet name="{name}" sheetId="{place}" r:id="rId{place}"/>'
        for place, (name, _) in numbered
    )
    links = "".join(
        _link(place, "worksheet", f"worksheets/sheet{place}.xml") for place, _ in numbered
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_XML}"/><Default Extension="xml" ContentType="{_XML}"/></Types>',
        "_rels/.rels": _links(_link(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(links),
        **{f"xl/worksheets/sheet{place}.xml": _sheet(rows) for place, (_, rows) in numbered},
    }


def _links(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _link(place: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{place}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    made = "".join(
        f'<row r="{number}">'
        + "".join(
            _cell(f"{chr(ord('A') + column)}{number}", cell) for column, cell in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>{made}</sheetData></worksheet>'


def _cell(place: str, cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'
