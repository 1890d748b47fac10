"""What a cell means, and where that would be a guess."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.sheets.cells import (
    UnclearError,
    decimal_mark,
    guarded,
    meant,
    unguarded,
)
from app.commands.sheets.notation import listed


@pytest.mark.parametrize(
    ("cell", "marks", "number"),
    [
        ("1.29", "", "1.29"),
        ("1,29", "", "1.29"),
        (" 12 ", "", "12"),
        ("2.500", "", "2.500"),
        ("2,500", ",", "2.500"),
        ("0,500", "", "0.500"),
        ("0,9210", "", "0.9210"),
        ("1.234,50", "", "1234.50"),
        ("1,234.50", "", "1234.50"),
        ("1\u202f234,50", "", "1234.50"),
        ("-1,5", "", "-1.5"),
        ("1,29 €", "", "1,29 €"),
        ("x", "", "x"),
    ],
)
def test_numbers(cell, marks, number):
    assert meant(cell, "number", marks) == number


@pytest.mark.parametrize(("cell", "marks"), [("2,500", ""), ("2.500", ","), ("2,500", ",.")])
def test_a_number_that_could_be_two(cell, marks):
    with pytest.raises(UnclearError, match=r"may be 2\.500 or 2500: write one of the two"):
        meant(cell, "number", marks)


def test_marks_beyond_doubt():
    cells = ("1,29", "2,500", "0.500", "12", "1.234,50", "x")
    assert [decimal_mark(cell) for cell in cells] == [",", "", ".", "", ",", ""]


@pytest.mark.parametrize(
    "cell",
    ["4006040126423", "'4006040126423", "4006040126423.0", "4006 0401 26423", "4006040-126423"],
)
def test_barcodes_with_all_of_their_digits(cell):
    assert meant(cell, "barcode", "") == "4006040126423"


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("7.6223E+12", "is a barcode that a spreadsheet has rounded, and its last digits are lost"),
        ("7,6223E+12", "is a barcode that a spreadsheet has rounded, and its last digits are lost"),
        ("4006040601", "has 10 digits.* may have dropped zeros in front"),
        ("400604060112345", "has 15 digits, and a barcode has 8, 12, 13 or 14$"),
    ],
)
def test_barcodes_that_a_spreadsheet_spoilt(cell, why):
    with pytest.raises(UnclearError, match=why):
        meant(cell, "barcode", "")


@pytest.mark.parametrize(
    ("cell", "listed"),
    [
        ("4006381333948*6", "4006381333948*6"),
        ("4006381333948*6 4006381333955", "4006381333948*6 4006381333955*1"),
        ("'4006381333955", "4006381333955*1"),
        ("4006381333955.0", "4006381333955*1"),
        (" 4006381333948*6,\r\n4006381333955 ;", "4006381333948*6 4006381333955*1"),
        ("4006381333948*half", "4006381333948*half"),
    ],
)
def test_several_barcodes(cell, listed):
    assert meant(cell, "barcodes", "") == listed


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("7.6223E+12", "^is a barcode that a spreadsheet has rounded"),
        ("7,6223E+12", "^is a barcode that a spreadsheet has rounded"),
        (
            "4006381333955 7.6E+12*6",
            "^has '7.6E\\+12' in it, which is a barcode that a spreadsheet",
        ),
        ("4006381333955 400638133", "^has '400638133' in it, which has 9 digits"),
    ],
)
def test_several_barcodes_that_a_spreadsheet_spoilt(cell, why):
    with pytest.raises(UnclearError, match=why):
        meant(cell, "barcodes", "")


BARCODES: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict, gtin=st.from_regex("[1-9][0-9]{12}", fullmatch=True), pieces=st.integers(1, 99)
)


@given(st.lists(BARCODES, max_size=20))
def test_what_is_listed_is_read_again(barcodes):
    said = [f"{each['gtin']}*{each['pieces']}" for each in barcodes]
    assert meant(listed(barcodes), "barcodes", "") == " ".join(said)


@pytest.mark.parametrize(
    ("cell", "plu"), [("4011", "4011"), ("'04011", "04011"), ("4011.0", "4011"), ("x", "x")]
)
def test_plus(cell, plu):
    assert meant(cell, "plu", "") == plu


def test_a_plu_that_a_spreadsheet_shortened():
    with pytest.raises(
        UnclearError, match=r"has 3 digits, and a PLU has 4 or 5; a spreadsheet may"
    ):
        meant("401", "plu", "")


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        ("31.1.2026", "2026-01-31"),
        ("2026-01-31 00:00:00", "2026-01-31"),
        ("soon", "soon"),
    ],
)
def test_dates(cell, day):
    assert meant(cell, "date", "") == day


def test_a_date_that_could_be_two():
    with pytest.raises(UnclearError, match="may begin with the day or with the month"):
        meant("01/02/2026", "date", "")


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 40 1", "-5 %", "@me", "\tx", "\rx", "＝1", "'=x", "''-x"]
)
def test_what_looks_like_a_formula_gets_a_sign_in_front(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Butter", "O'Neill", "'s-Hertogenbosch", "", "1=1"])
def test_what_does_not_is_left_alone(text):
    assert guarded(text) == unguarded(text) == text


@given(st.text(st.sampled_from("'=+-@\ta＝"), max_size=6))
def test_the_sign_is_taken_away_again(text):
    assert unguarded(guarded(text)) == text
