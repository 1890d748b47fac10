"""The forms of scales' labels, as settings describe them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.settings import ScaleLabel, ShopSettings

FORMS = (
    "22IIIIIVPPPPC",
    "28IIIIIWWWWWC",
    "02IIIIIVPPPPC",
    "20IIIIVPPPPPC",
    "221IIIIVPPPPC",
    "23PPPPPIIIIIC",
    "24IIIIWWWWWWC",
    "25III0VWWWW0C",
    "24IIIIDDDDDDC",
)


def read(*forms):
    return ShopSettings(scale_labels=forms).scale_labels


def refusal(*forms):
    with pytest.raises(ValidationError) as refused:
        read(*forms)
    return str(refused.value)


class TestForms:
    @pytest.mark.parametrize("form", FORMS)
    def test_that_are_right(self, form):
        assert read(form) == (ScaleLabel(form),)

    @pytest.mark.parametrize(
        "form",
        [
            "",
            "22IIIIIVPPPP",
            "22IIIIIVPPPPCC",
            "30IIIIIVPPPPC",
            "2IIIIIIVPPPPC",
            "22IIIIIVPPPP1",
            "22IIIIIIIIIIC",
            "22PPPPPPPPPPC",
            "22IIIIPPWWWWC",
            "22IIIIIIIPPPC",
            "22IIIPPPPPPPC",
            "22IIVIIIPPPPC",
            "22IIPPIIIPPPC",
            "22IIIIVVPPPPC",
            "22IIIVPPPPPPC",
            "22IIIIVDDDDDC",
            "22IIIIIDDDDDC",
            "22IIIDDDDDDPC",
            "22IIIIIVPPPPc",
            "22IIIIIVPPPPX",
            "２2IIIIIVPPPPC",
            5,
            None,
        ],
    )
    def test_that_are_wrong(self, form):
        assert "must be forms like 22IIIIIVPPPPC" in refusal(form)

    def test_of_no_list(self):
        for value in (5, None, {"22IIIIIVPPPPC": 1}):
            with pytest.raises(ValidationError, match="must be forms like"):
                ShopSettings(scale_labels=value)

    def test_in_a_variable(self):
        for text in ("22IIIIIVPPPPC, 28IIIIIWWWWWC", '["22IIIIIVPPPPC","28IIIIIWWWWWC"]'):
            assert read(*text.strip("[]").replace('"', "").replace(" ", "").split(",")) == (
                ShopSettings(scale_labels=text).scale_labels
            )


class TestTogether:
    def test_that_share_no_number(self):
        assert len(read("221IIIIVPPPPC", "222IIIIVPPPPC", "28IIIIIWWWWWC")) == 3

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("22IIIIIVPPPPC", "22IIIIIVPPPPC"),
            ("22IIIIIVPPPPC", "221IIIIWWWWWC"),
            ("22IIIIIIWWWWC", "22PPPPPIIIIIC"),
        ],
    )
    def test_that_share_one(self, one, other):
        assert f"must not have two forms for one number, as {one} and {other} are" in refusal(
            one, "28IIIIIWWWWWC", other
        )

    @given(st.sampled_from(list(product(FORMS, FORMS))), st.integers(0, 10**13 - 1))
    def test_no_number_fits_two_that_do_not_meet(self, forms, number):
        one, other = map(ScaleLabel, forms)
        if not one.meets(other):
            assert not (one.fits(f"{number:013}") and other.fits(f"{number:013}"))

    @given(st.sampled_from(list(product(FORMS, FORMS))))
    def test_some_number_fits_two_that_meet(self, forms):
        one, other = forms
        both = "".join(
            next((each for each in places if each.isdigit()), "7")
            for places in zip(one, other, strict=True)
        )
        found = [ScaleLabel(form).fits(both) for form in forms]
        assert all(found) == ScaleLabel(one).meets(ScaleLabel(other))


class TestParts:
    def test_are_what_stands_in_their_places(self):
        label, number = ScaleLabel("22IIIIIVPPPPC"), "2204011703494"
        assert label.fits(number)
        assert [label.part(letter, number) for letter in "IVPW"] == ["04011", "7", "0349", ""]
        assert not label.fits("2304011703494")


@pytest.mark.parametrize("region", ["", "DE", "GB", "SE", "NO", "DK", "EE", "FI", "LT", "LV"])
def test_a_region_that_has_rules(region):
    assert ShopSettings(scale_region=region).scale_region == region


@pytest.mark.parametrize("region", ["de", "PL", None])
def test_one_that_has_none(region):
    with pytest.raises(ValidationError):
        ShopSettings(scale_region=region)
