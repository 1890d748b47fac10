"""What becomes of the cells of other people."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.mappings.feeding import bare, day, feeding, rounded, share, slug
from app.commands.mappings.format import Feed, Writing
from app.commands.sheets.columns import Column

GERMAN = Writing(decimal=",", thousands=".", currency=("€", "EUR"))
COMMA, POINT = frozenset(","), frozenset(".")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Molkerei & Käse", "molkerei-kaese"),
        ("  BR_001 ", "br-001"),
        ("Nestlé", "nestle"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Häagen-Dazs®", "haeagen-dazs"),
        ("Молоко", "x-7795d556"),
        ("", ""),
        (" ", ""),
        ("&", "x-000f6a70"),
    ],
)
def test_codes_of_names(name, code):
    assert slug(name) == code


@given(st.text(max_size=60))
def test_every_name_has_a_code_or_is_blank(name):
    code = slug(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code) or not name.strip(
        " \t\r\n\u00a0\u202f\ufeff"
    )


def test_long_and_foreign_names_that_begin_alike_have_codes_of_their_own():
    assert len({slug("Хлеб 3"), slug("Молоко 3"), slug("x" * 41), slug("x" * 42)}) == 4


@pytest.mark.parametrize(
    ("cell", "marks", "part"),
    [
        ("7", COMMA, "0,07"),
        ("7 %", COMMA, "0,07"),
        ("7,0%", COMMA, "0,07"),
        ("5.5", POINT, "0.055"),
        ("19.00", POINT, "0.19"),
        ("0,07", COMMA, "0,07"),
        ("0.5 %", POINT, "0.005"),
        ("0", COMMA, "0"),
        ("normal", COMMA, "normal"),
        ("7 % ?", COMMA, "7 % ?"),
        ("NaN", COMMA, "NaN"),
    ],
)
def test_percentages(cell, marks, part):
    assert share(cell, marks) == part


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.28999996", "1.29"),
        ("2.345", "2.35"),
        ("1e+06", "1000000.00"),
        ("-1.005", "-1.01"),
        ("3", "3.00"),
        ("x", "x"),
        ("Infinity", "Infinity"),
        ("1e+99", "1e+99"),
    ],
)
def test_rounding(cell, number):
    assert rounded(cell, 2, POINT) == number


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1.234,50 €", "1234,50"),
        ("EUR 1,29", "1,29"),
        ("1.234.567", "1234567"),
        ("1.234", "1234"),
        ("1.29", "1.29"),
        ("1234.567", "1234.567"),
        ("-1.234,5", "-1234,5"),
        ("€", ""),
    ],
)
def test_currency_and_thousands(cell, number):
    assert bare(cell, GERMAN) == number


def test_dates_in_other_forms():
    forms = ("%d.%m.%y", "%m/%d/%Y")
    assert day("31.12.26", forms) == "2026-12-31"
    assert day("12/31/2026", forms) == "2026-12-31"
    assert day("31/12/2026", forms) == "31/12/2026"


class TestFeeds:
    @pytest.fixture
    def cell(self):
        """Return the cell of a column that is fed so, of a row of these cells."""

        def call(*cells, form="text", **feed):
            made = Feed(**{"from": ["h"], **feed})
            column = Column("c", "", form)
            return feeding(made, column, range(len(cells)), GERMAN, COMMA)(list(cells))

        return call

    def test_a_cell_as_it_is(self, cell):
        assert cell(" as it is ") == " as it is "

    def test_the_first_heading_that_says_something(self, cell):
        assert cell("", " ", "c", "d") == "c"
        assert cell("unknown", "b", words={"Unknown": ""}) == "b"

    def test_all_headings_joined(self, cell):
        assert cell(" Ada ", "", "Lovelace", join=" ") == "Ada Lovelace"

    def test_the_first_of_a_list(self, cell):
        assert cell(" ,Nestlé, Maggi", split=",") == "Nestlé"

    def test_words_in_any_case(self, cell):
        assert cell("STK", words={"Stk": "piece"}) == "piece"
        assert cell("kg", words={"Stk": "piece"}) == "kg"

    def test_a_prefix_and_a_code(self, cell):
        assert cell("A 1", prefix="old ", slug=True) == "old-a-1"
        assert cell("", prefix="old ", slug=True) == ""

    def test_what_an_empty_cell_means(self, cell):
        assert cell("", default="kg") == cell("?", default="kg", words={"?": ""}) == "kg"
        assert cell("l", default="kg") == "l"

    def test_one_step_after_the_other(self, cell):
        assert cell("ermäßigt", form="number", words={"ermäßigt": "7"}, percent=True) == "0,07"
        assert cell("1.234,565 €", form="number", round=2) == "1234,57"
