"""Codes that nothing may be sold by, and why."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.web import Invalid
from app.product.barcodes.reading import LONGEST, read
from tests.product.barcodes.scanned import CHEESE, GS, OWN, PEN, PENS, TODAY, refusal

DAMAGED = "The code is damaged"
NOT_READ = "The code is damaged, or it is none that the shop reads."
TWO_WAYS = "The code can be read in two ways, as it has no separator (FNC1): "
WRONG = {
    "a wrong check digit": ("4006381333932", f"{DAMAGED}: its check digit is wrong."),
    # An element string (400) to biip.
    "a wrong figure": ("4006381333831", f"{DAMAGED}: its check digit is wrong."),
    "a wrong EAN-8": ("10638508", f"{DAMAGED}: its check digit is wrong."),
    "a wrong GTIN-14": ("01040063813339", f"{DAMAGED}: its check digit is wrong."),
    "zeros": ("00000000", f"{DAMAGED}: its check digit is wrong."),
    "seven figures": ("1234567", "This is no GTIN"),
    "three figures": ("123", "This is no GTIN"),
    "a PLU of zeros": ("0000", "This is no GTIN"),
    "an EAN symbol with something else": (f"]E001{PEN}", "This is no GTIN"),
    "a wrong GTIN in it": ("0104006381333932", f"{DAMAGED}: the check digit of its GTIN (01)"),
    "a GTIN of zeros in it": ("0100000000000000", f"{DAMAGED}: the check digit of its GTIN (01)"),
    "a GTIN without its AI, in a GS1 symbol": (f"]C1{PEN[1:]}", "The code names no product"),
    "only a lot": ("10AB", "The code names no product"),
    "a pallet": ("00340012345678901233", "The code names no product"),
    "what is in a case": (f"02{PEN}3712", "The code names no product"),
    "nothing": ("", "The code names no product"),
    "nothing but FNC1": (GS, "The code names no product"),
    "half a date": (f"01{PEN}172701", NOT_READ),
    "a month 13": (f"01{PEN}17271301", NOT_READ),
    "a month 0": (f"01{PEN}17270031", f"{DAMAGED}: 270031 is no date."),
    "a 30th of February": (f"01{PEN}17270230", f"{DAMAGED}: 270230 is no date."),
    "half a weight": (f"01{PEN}310300125", NOT_READ),
    "a weight of nothing": (
        f"01{PEN}3103000000",
        "The code says that its weight (3103) is nothing.",
    ),
    "a weight of half a milligram": (f"01{PEN}3105000001", "The code says that its weight"),
    "a price of nothing": (f"01{PEN}3922000", "The code has a price (3922) that nothing can have."),
    "half a cent": (f"01{PEN}39233495", "The code has a price (3923) that nothing can have."),
    "a fortune": (f"01{PEN}3920{'9' * 15}", "The code has a price (3920) that nothing can have."),
    "a price in a currency": (f"01{PEN}3932978349", "The price names a currency (393n)"),
    "a count of none": (f"01{PEN}300", "The code is for 0 pieces by its count (30)"),
    "an empty count": (f"01{PEN}30{GS}", "The code is for 0 pieces by its count (30)"),
    "too many pieces": (f"01{PEN}3010000{GS}", "The code is for 10000 pieces by its count (30)"),
    "two GTINs": (f"01{PEN}01{PENS}", "The code says two things: it has more than one GTIN."),
    "two weights": (f"01{PEN}31030012503103001260", "The code says two things"),
    "two prices": (f"01{PEN}3922349{GS}3922350", "The code says two things"),
    "two lots": (f"01{PEN}10A{GS}10B", "The code says two things: it has more than one lot."),
    "two expiry dates": (f"01{PEN}1727013117270130", "The code says two things"),
    "a lot of 21": (f"01{PEN}10{'A' * 21}", NOT_READ),
    "a lot that goes on": (
        f"01{PEN}10{'A' * 20}17270131",
        "The separator (FNC1) behind (10) is missing.",
    ),
    "a count that goes on": (
        f"01{PEN}301234567810AB",
        "The separator (FNC1) behind (30) is missing.",
    ),
    "a lot and a date without FNC1": (f"01{PEN}10AB17270131", f"{TWO_WAYS}(10) may end earlier."),
    "a lot and a date, in a GS1 symbol": (f"]C101{PEN}10AB17270131", TWO_WAYS),
    "a lot, a date and more": (f"01{PEN}10AB1727013121X", TWO_WAYS),
    "a lot and a weight": (f"01{CHEESE}10AB3103001250", TWO_WAYS),
    "a lot and a price": (f"01{PEN}10AB3922349", TWO_WAYS),
    "a lot and a count of what is counted": (f"01{CHEESE}10AB306", TWO_WAYS),
    "a lot and the GTIN": (f"10AB01{PEN}", TWO_WAYS),
    "a serial number and a date": (f"01{PEN}21AB17270131", TWO_WAYS),
    "a price and a lot without FNC1": (
        f"01{PEN}392234910123",
        f"{TWO_WAYS}(3922) may end earlier.",
    ),
    "a price and a count": (f"01{PEN}3922349306", TWO_WAYS),
    "a price and a date": (f"01{PEN}392234917270131", TWO_WAYS),
    "a count and a lot": (f"01{CHEESE}30610123", f"{TWO_WAYS}(30) may end earlier."),
    "a count and a price": (f"01{CHEESE}3063922349", TWO_WAYS),
    "another script's figures": (f"01{PEN}30٣", NOT_READ),
    "words": ("hello", NOT_READ),
    "a foreign link": ("https://example.com/products/1", NOT_READ),
    "half a symbology identifier": ("]C", NOT_READ),
    "an unknown AI": (f"01{PEN}05X", NOT_READ),
    "a control character": (f"01{PEN}\n10A", NOT_READ),
    "words between what is printed": (f"(01){PEN} exp (17)270131", NOT_READ),
    "a parenthesis too many": (f"(01){PEN}(10)A(b)", NOT_READ),
    "a parenthesis too few": (f"(01){PEN}(10", NOT_READ),
    "an AI that is none": (f"(1){PEN}", NOT_READ),
    "an AI cut in two": (f"(01){PEN}(31)03001250", NOT_READ),
    "a printed GTIN that is short": ("(01)4006381333931", NOT_READ),
    "a link with two lots": (f"https://id.gs1.org/01/{PEN}?10=A&10=B", "The code says two things"),
    "a link with a lot in both parts": (
        f"https://id.gs1.org/01/{PEN}/10/A?10=B",
        "The code says two things",
    ),
    "a link with a wrong GTIN": ("https://id.gs1.org/01/4006381333932", f"{DAMAGED}: the check"),
    "a link without a GTIN": ("https://id.gs1.org/01/", f"{DAMAGED}: the check"),
    "a link to a place": ("https://id.gs1.org/414/4006381333931", "The code names no product"),
    "a link that ends early": (f"https://id.gs1.org/01/{PEN}/10", NOT_READ),
    "a link to no host": (f"https://[x/01/{PEN}", NOT_READ),
    "a link with another script's figures": (f"https://x/01/{PEN}?3922=%D9%A3", NOT_READ),
    "very much at once": (f"01{PEN}{GS}" + f"99A{GS}" * 30, NOT_READ),
    "very much in print": (f"(01){PEN}" + "(99)A" * 30, NOT_READ),
    "a very long one": ("1" * (LONGEST + 1), f"A code has at most {LONGEST} characters."),
}


class TestRefused:
    @pytest.mark.parametrize("code", WRONG.values(), ids=WRONG)
    def test_with_a_sentence(self, code):
        sentence = refusal(code[0])
        assert sentence.startswith(code[1])
        assert sentence.endswith(".")

    @given(st.text(max_size=40))
    def test_whatever_is_sent(self, code):
        with suppress(Invalid):
            read(code, OWN, TODAY)

    @given(
        st.text("0123456789AB()]/:?=" + GS, max_size=60), st.sampled_from(["", f"01{PEN}", "]C1"])
    )
    def test_whatever_looks_like_a_code(self, code, before):
        with suppress(Invalid):
            read(before + code, OWN, TODAY)
