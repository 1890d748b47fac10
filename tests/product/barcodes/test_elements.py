"""Element strings, however they come, and what they say."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.web import Invalid
from app.product.barcodes.contents import day
from tests.product.barcodes.scanned import CHEESE, GS, JANUARY, PEN, PENS, TODAY, gs1, said

# In words, what a scanner sends, and what is meant.
ELEMENTS = {
    "a GTIN alone": (f"01{PEN}", gs1()),
    "a lot at the end": (f"01{PEN}10AB-1/2", gs1(lot="AB-1/2")),
    "an expiry date": (f"01{PEN}17270131", gs1(expires_on=JANUARY)),
    "a best-before date": (f"01{PEN}15270131", gs1(best_before=JANUARY)),
    "a date before the GTIN": (f"1727013101{PEN}", gs1(expires_on=JANUARY)),
    "a date and a lot": (f"01{PEN}1727013110AB", gs1(expires_on=JANUARY, lot="AB")),
    "a lot and a date": (f"01{PEN}10AB{GS}17270131", gs1(expires_on=JANUARY, lot="AB")),
    "a lot first": (f"10AB{GS}01{PEN}", gs1(lot="AB")),
    "FNC1 in front": (f"{GS}01{PEN}10AB17270131", gs1(lot="AB17270131")),
    "FNC1 where none is needed": (f"01{PEN}{GS}17270131{GS}", gs1(expires_on=JANUARY)),
    "FNC1 twice": (f"01{PEN}10AB{GS}{GS}17270131", gs1(expires_on=JANUARY, lot="AB")),
    "grams": (f"01{CHEESE}3103001250", gs1(CHEESE, weight=Decimal("1.250"))),
    "kilograms": (f"01{CHEESE}3100000012", gs1(CHEESE, weight=Decimal("12.000"))),
    "parts of a gram, half up": (f"01{CHEESE}3105012345", gs1(CHEESE, weight=Decimal("0.123"))),
    "a weight, a date and a lot": (
        f"01{CHEESE}31030012501527013110230115",
        gs1(CHEESE, weight=Decimal("1.250"), best_before=JANUARY, lot="230115"),
    ),
    "a weight and a price": (
        f"01{CHEESE}3103001250392201124",
        gs1(CHEESE, weight=Decimal("1.250"), price=Decimal("11.24")),
    ),
    "a price": (f"01{PEN}3922349", gs1(price=Decimal("3.49"))),
    "a price without cents": (f"01{PEN}392012", gs1(price=Decimal("12.00"))),
    "a price with a zero too many": (f"01{PEN}39233490", gs1(price=Decimal("3.49"))),
    "a price that looks like a lot": (f"01{PEN}39221103", gs1(price=Decimal("11.03"))),
    "a price and a lot": (f"01{PEN}3922349{GS}10123", gs1(price=Decimal("3.49"), lot="123")),
    "a count": (f"01{CHEESE}306", gs1(CHEESE, count=6)),
    "a count with zeros": (f"01{CHEESE}30006{GS}10AB", gs1(CHEESE, count=6, lot="AB")),
    "what the shop passes over": (f"01{PEN}112601012110AB", gs1()),
    "the same twice": (f"01{PEN}01{PEN}", gs1()),
    "the same weight twice": (f"01{PEN}31030012503102000125", gs1(weight=Decimal("1.250"))),
    "a lot with a date that is there already": (
        f"01{PEN}1727013110X17261231",
        gs1(lot="X17261231", expires_on=JANUARY),
    ),
    "a lot behind a weight that ends like a count": (
        f"01{CHEESE}310300125010AB306",
        gs1(CHEESE, weight=Decimal("1.250"), lot="AB306"),
    ),
    "a lot that only looks like more": (f"01{PEN}1030621AB", gs1(lot="30621AB")),
    "a lot with what would be the thirteenth month": (f"01{PEN}10A17271301", gs1(lot="A17271301")),
    "blanks and a line's end around": (f" 01{PEN}\r\n", gs1()),
    "a GTIN-14": (f"01{PENS}", gs1(PENS)),
}
PRINTED = {
    "in order": (f"(01){PEN}(17)270131(10)AB", gs1(lot="AB", expires_on=JANUARY)),
    "the lot first": (f"(10)AB17270131(01){PEN}", gs1(lot="AB17270131")),
    "with blanks": ("(01) 0400 6381 333931 (10) A B", gs1(lot="AB")),
    "in two lines": (f"(01){PEN}\n(3922)349", gs1(price=Decimal("3.49"))),
}
LINKS = {
    "a GTIN alone": (f"https://id.gs1.org/01/{PEN}", gs1()),
    "a shorter GTIN": ("https://id.gs1.org/01/4006381333931", gs1()),
    "an EAN-8": ("http://example.com/01/96385074", gs1("00000096385074")),
    "a lot": (f"https://id.gs1.org/01/{PEN}/10/AB", gs1(lot="AB")),
    "a lot with a slash": (f"https://id.gs1.org/01/{PEN}/10/A%2FB", gs1(lot="A/B")),
    "a serial number": (f"https://id.gs1.org/01/{PEN}/10/AB/21/7", gs1(lot="AB")),
    "a query": (
        f"https://id.gs1.org/01/{PEN}?17=270131&3103=000195&linkType=all",
        gs1(expires_on=JANUARY, weight=Decimal("0.195")),
    ),
    "a way before it": (f"https://shop.example/en/p/01/{PEN}#top", gs1()),
    "another port": (f"http://shop.example:8080/01/{PEN}", gs1()),
    "capital letters": (f"HTTPS://ID.GS1.ORG/01/{PEN}/10/AB", gs1(lot="AB")),
    "merged slashes": (f"https:/id.gs1.org/01/{PEN}", gs1()),
    "the same twice": (f"https://id.gs1.org/01/{PEN}/10/AB?10=AB", gs1(lot="AB")),
}


class TestRight:
    @pytest.mark.parametrize("code", ELEMENTS.values(), ids=ELEMENTS)
    def test_element_strings(self, code):
        assert said(code[0]) == code[1]

    @pytest.mark.parametrize("code", PRINTED.values(), ids=PRINTED)
    def test_what_is_printed(self, code):
        assert said(code[0]) == code[1]

    @pytest.mark.parametrize("code", LINKS.values(), ids=LINKS)
    def test_links(self, code):
        assert said(code[0]) == code[1]


class TestOrder:
    @given(st.permutations([f"01{CHEESE}", "17270131", "3103001250", "15270131"]))
    def test_the_order_of_what_has_a_length_does_not_matter(self, parts):
        assert said("".join(parts)) == gs1(
            CHEESE, expires_on=JANUARY, best_before=JANUARY, weight=Decimal("1.250")
        )

    @given(
        st.permutations(["01" + CHEESE, "17270131", "3103001250", "10AB17260101", "3922349", "306"])
    )
    def test_nor_that_of_others_with_separators(self, parts):
        assert said(GS.join(parts)) == gs1(
            CHEESE,
            expires_on=JANUARY,
            weight=Decimal("1.250"),
            lot="AB17260101",
            price=Decimal("3.49"),
            count=6,
        )

    @given(st.permutations(["01" + CHEESE, "17270131", "3103001250", "10LOT7", "3922349", "306"]))
    def test_without_separators_nothing_is_read_otherwise(self, parts):
        """It is refused, or else it is as with them, but for what a lot may well end in."""
        try:
            without = said("".join(parts))
        except Invalid:
            return
        meant = said(GS.join(parts))
        without["lot"], without["count"] = meant["lot"], meant["count"]
        assert without == meant


class TestDays:
    @given(st.dates(date(1900, 1, 1), date(2150, 12, 31)), st.integers(-49, 50), st.data())
    def test_a_year_is_near(self, today, ahead, data):
        year = today.year + ahead
        meant = data.draw(st.dates(date(year, 1, 1), date(year, 12, 31)))
        assert day(meant.strftime("%y%m%d"), today) == meant

    @pytest.mark.parametrize(
        ("yymmdd", "meant"),
        [
            ("270200", date(2027, 2, 28)),
            ("280200", date(2028, 2, 29)),
            ("271200", date(2027, 12, 31)),
            ("760101", date(2076, 1, 1)),
            ("770101", date(1977, 1, 1)),
        ],
    )
    def test_a_day_of_00_is_the_months_last(self, yymmdd, meant):
        assert day(yymmdd, TODAY) == meant

    def test_in_the_next_century(self):
        assert day("010131", date(2070, 1, 1)) == date(2101, 1, 31)
