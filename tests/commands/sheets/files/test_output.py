"""A workbook is what people expect of one, and nothing in it is what a spreadsheet makes of it."""

import re
import zipfile
from datetime import date
from decimal import Decimal
from itertools import islice, repeat

import pytest

from app.commands.sheets.columns import Column
from app.commands.sheets.files.output import MOST_ROWS, TooManyRowsError, write_workbook
from app.commands.sheets.files.reading import open_table

COLUMNS = [Column("gtin", ""), Column("name", "", "text"), Column("price", "", "number")]
ROW = ("04006040126423", "=1+1", Decimal("1.50"))


@pytest.fixture
def write_sheet(tmp_path):
    """Write rows as a workbook, and return where it is."""

    def call(*rows):
        path = tmp_path / "things.xlsx"
        assert write_workbook(path, "things", COLUMNS, rows) == len(rows)
        return path

    return call


def part(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def sheet_of(path):
    return part(path, "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "'=quoted", "''+twice", "{=1}", "#N/A", "TRUE", "1e5", "00012345678905", "https://shop.example",
        "_x0041_", "_x005F_", "<r>x</r>", "<r><t>x</t></r>", "a & <b>", "  around  ", "\tone\ntwo\\ ", "😀",
    ],
)  # fmt: skip
def test_text_is_read_back_as_it_was(write_sheet, text):
    (_, cells), *_ = open_table(write_sheet((None, text, None)), {"gtin"}).rows()
    assert cells[1] in {text, f"'{text}"}
    assert (cells[1] == text) is not text.startswith("'")


@pytest.mark.parametrize(
    ("value", "form", "cell"),
    [
        (Decimal("1.50"), "0.00", "1.5"),
        (Decimal("9999999999.99"), "0.00", "9999999999.99"),
        (Decimal("0.0700"), "0.0000", "0.07"),
        (12, "0", "12"),
        (date(2026, 1, 31), "yyyy-mm-dd", "2026-01-31"),
    ],
)
def test_numbers_and_dates_are_shown_as_the_shop_has_them(write_sheet, value, form, cell):
    path = write_sheet((None, None, value))
    assert f'formatCode="{form}"' in part(path, "xl/styles.xml") or form in {"0", "0.00"}
    assert "<v>" in sheet_of(path)
    (_, cells), *_ = open_table(path, {"gtin"}).rows()
    assert cells[2] == cell


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("12345678901234.123"), "12345678901234.123"),
        (date(1899, 5, 1), "1899-05-01"),
        (True, "yes"),
        (False, "no"),
    ],
)
def test_what_a_spreadsheet_cannot_count_is_text(write_sheet, value, text):
    path = write_sheet((None, None, value))
    assert f"<t>{text}</t>" in sheet_of(path)


def test_the_heading_stays_in_sight_and_filters(write_sheet):
    sheet = sheet_of(write_sheet(ROW))
    assert '<pane ySplit="1" topLeftCell="A2"' in sheet
    assert '<autoFilter ref="A1:C2"/>' in sheet
    widths = re.findall(r'width="(\d+)', sheet)
    assert widths == ["14", "7", "8"]
    assert "<f>" not in sheet


def test_barcodes_are_text_and_stay_so_where_more_are_typed_in(write_sheet):
    path = write_sheet(ROW)
    sheet = sheet_of(path)
    (style,) = re.findall(r'<c r="A2" s="(\d+)" t="inlineStr"><is><t>04006040126423</t>', sheet)
    assert re.search(rf'<col min="1" max="1" width="[\d.]+" style="{style}"', sheet)
    styles = part(path, "xl/styles.xml")
    forms = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    assert f'<numFmt numFmtId="{forms[int(style)]}" formatCode="@"/>' in styles


def test_equal_rows_are_equal_bytes(write_sheet):
    path = write_sheet(ROW)
    assert part(path, "docProps/core.xml").count("2000-01-01T00:00:00Z") == 2
    first = path.read_bytes()
    assert write_sheet(ROW).read_bytes() == first


def test_no_more_rows_than_a_sheet_has(tmp_path):
    path = tmp_path / "things.xlsx"
    nothing = (None, None, None)
    with pytest.raises(TooManyRowsError, match="no more than 1,048,576 rows"):
        write_workbook(path, "things", COLUMNS, islice(repeat(nothing), MOST_ROWS))
    assert not path.exists()
    assert write_workbook(path, "things", COLUMNS, islice(repeat(nothing), MOST_ROWS - 1))


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_workbook(tmp_path / "none" / "things.xlsx", "things", COLUMNS, [ROW])
