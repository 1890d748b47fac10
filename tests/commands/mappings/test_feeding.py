"""What becomes of the cells of other people."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.mappings.feeding import (
    bare,
    day,
    feeding,
    feeding_parts,
    rounded,
    share,
    slug,
)
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

    def test_each_of_a_list_once(self, cell):
        words = {"Milch": "milk", "Ei": "eggs", "Rind": ""}
        assert cell("Ei, MILCH;Milch,Rind", each=",;", words=words) == "eggs, milk"
        assert cell("Ei,Sand", "Milch,Ei", each=",", words=words, join=",") == "eggs, Sand, milk"
        assert cell("Rind", each=",", words=words) == ""

    def test_any_other_word(self, cell):
        assert cell("x", words={"Ja": "yes", "*": "no"}) == "no"
        assert cell("", words={"Ja": "yes", "*": "no"}) == ""

    def test_what_a_pattern_finds(self, cell):
        assert cell("AB 16 Jahre", find="^ab ([0-9]+)|^([0-9]+)$") == "16"
        assert cell("18", find="^ab ([0-9]+)|^([0-9]+)$") == "18"
        assert cell("alt", find="([0-9]+)") is None

    @pytest.mark.parametrize(
        ("text", "number", "unit"),
        [
            ("500 g", "500", "g"),
            ("0,75 l", "0,75", "l"),
            ("75cl ℮", "750", "ml"),
            ("1.500 g", "1500", "g"),
            ("6 x 330 ML", "1980", "ml"),
            ("2 Kilo", "2", "kg"),
            ("500", None, None),
            ("16 oz", None, None),
            ("0 g", None, None),
            ("1,2345 l", None, None),
            ("ca. 500 g", None, None),
            ("500 g (2 x 250 g)", None, None),
        ],
    )
    def test_an_amount(self, cell, text, number, unit):
        assert cell(text, form="number", measure="number") == number
        assert cell(text, measure="unit") == unit


class TestParts:
    @pytest.fixture
    def cell(self):
        """Return the cell of a column of such parts, each of the cells of a row at these places."""

        def call(row, *parts, **feed):
            places = [at for at, _ in parts]
            made = Feed(parts=[{"from": ["h"], **part} for _, part in parts], **feed)
            return feeding_parts(made, Column("c", "", "text"), places, GERMAN, COMMA)(row)

        return call

    FAT = ([0], {"find": "^([0-9,]+)$|fett ([0-9,]+) g", "round": 1, "prefix": "fat "})
    SALT = ([1], {"find": "^([0-9,]+)$|salz ([0-9,]+) g", "round": 2, "prefix": "salt "})

    def test_are_joined(self, cell):
        assert cell(["3,5", "0,9"], self.FAT, self.SALT, join=", ") == "fat 3.5, salt 0.90"
        assert cell(["3,5", ""], self.FAT, self.SALT, join=", ") == "fat 3.5"
        assert cell(["", ""], self.FAT, self.SALT, join=", ", default="none") == "none"

    def test_share_a_cell(self, cell):
        salt = ([0], self.SALT[1])
        assert cell(["Salz 0,9 g, Fett 3 g"], self.FAT, salt, join=", ") == "fat 3.0, salt 0.90"
        assert cell(["Fett 3 g"], self.FAT, salt, join=", ") == "fat 3.0"
        assert cell(["viel"], self.FAT, salt, join=", ") is None
        assert cell(["Fett 3 g", ""], self.FAT, ([1, 0], self.SALT[1]), join=", ") == "fat 3.0"

    def test_what_one_cannot_read_is_not_left_out_in_silence(self, cell):
        assert cell(["3,5", "wenig"], self.FAT, self.SALT, join=", ") is None

    def test_the_first_that_says_something(self, cell):
        assert cell(["x", "0,9"], self.FAT, self.SALT) == "salt 0.90"
        assert cell(["x", ""], self.FAT, self.SALT) is None
        assert cell(["", ""], self.FAT, self.SALT) == ""

    def test_a_word_of_one_list_is_not_in_the_next(self, cell):
        parts = [([n], {"each": ",", "prefix": name}) for n, name in enumerate(("has ", "may "))]
        assert cell(["milk", "milk,nuts"], *parts, join="; ") == "has milk; may nuts"
        assert cell(["milk", "milk"], *parts, join="; ") == "has milk"

    def test_whose_headings_are_not_there(self, cell):
        assert cell(["3"], self.FAT, ([], self.SALT[1]), join=", ") == "fat 3.0"
