"""Labels of scales: the shop's own forms, and the rules of its country."""

from decimal import Decimal
from typing import get_args

import pytest
from biip import gs1_prefixes
from biip.checksums import gs1_price_weight_check_digit, gs1_standard_check_digit
from biip.rcn import RcnRegion
from hypothesis import given
from hypothesis import strategies as st

from app.core.settings import ShopSettings
from app.core.settings.shop import Region
from app.product.scales import DamagedLabelError, Label, Scales, is_local


def scales(*forms, region=""):
    return Scales.of(ShopSettings(scale_labels=forms, scale_region=region))


def ean(digits):
    """Return 12 digits with their check digit."""
    return f"{digits}{gs1_standard_check_digit(digits)}"


OWN = scales("22IIIIIVPPPPC", "28IIIIIWWWWWC", "27PPPPPIIIIIC", "02IIIIIPPPPPC", "290IIIIWWWWWC")


def verified(before, measure, after=""):
    """Return an EAN-13 with the verifying digit of `measure` between it and what stands before."""
    return ean(f"{before}{gs1_price_weight_check_digit(measure)}{measure}{after}")


def blank(digits):
    """Return in 14 digits the number that a label has with zeros for what it measures."""
    return f"0{ean(digits)}"


class TestOwnForms:
    @pytest.mark.parametrize(
        ("number", "kind", "amount", "item"),
        [
            (verified("2204011", "0349"), "price_label", "3.49", "04011"),
            (verified("2294011", "9999"), "price_label", "99.99", "94011"),
            (ean("280401101250"), "weight_label", "1.250", "04011"),
            (ean("280001200001"), "weight_label", "0.001", "00012"),
            (ean("271234504011"), "price_label", "123.45", "04011"),
            (ean("020401100349"), "price_label", "3.49", "04011"),
            # A scanner may give a UPC-A as its 12 digits, or in any longer form.
            (ean("020401100349")[1:], "price_label", "3.49", "04011"),
            (f"0{ean('280401101250')}", "weight_label", "1.250", "04011"),
            (ean("290401112345"), "weight_label", "12.345", "04011"),
        ],
    )
    def test_are_read(self, number, kind, amount, item):
        assert OWN.label(number) == Label(kind, Decimal(amount), item)

    @pytest.mark.parametrize(
        "number", [ean("230401101250"), ean("291401112345"), "4006381333931", "96385074"]
    )
    def test_other_numbers_are_none(self, number):
        assert OWN.label(number) is None

    def test_an_item_without_a_plu_has_none(self):
        assert scales("23IIIIIIPPPPC").label(ean("231234560349")).plu5 is None
        assert scales("23IIIIIIPPPPC").label(ean("230040110349")).plu5 == "04011"
        assert OWN.label(ean("280000001250")).plu5 is None

    @given(st.integers(0, 99_999), st.integers(1, 9999), st.integers(0, 9))
    def test_exactly_one_verifying_digit_is_right(self, item, price, digit):
        number = ean(f"22{item:05}{digit}{price:04}")
        right = gs1_price_weight_check_digit(f"{price:04}") == digit
        try:
            label = OWN.label(number)
        except DamagedLabelError:
            assert not right
        else:
            assert right
            assert label.amount == Decimal(price) / 100

    @given(st.text("0123456789", min_size=4, max_size=5), st.integers(0, 4), st.integers(1, 9))
    def test_a_wrong_figure_in_a_price_is_seen(self, price, place, more):
        """What a verifying digit is for; a weight of 3 or 9 in it sees each wrong figure."""
        place %= len(price)
        figure = str((int(price[place]) + more) % 10)
        wrong = price[:place] + figure + price[place + 1 :]
        assert gs1_price_weight_check_digit(wrong) != gs1_price_weight_check_digit(price)

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (ean("280401100000"), "The label says that its weight is 0."),
            (verified("2204011", "0000"), "The label says that its price is 0."),
        ],
    )
    def test_that_say_nothing_are_damaged(self, number, said):
        with pytest.raises(DamagedLabelError, match=said):
            OWN.label(number)


class TestRegions:
    @pytest.mark.parametrize(
        ("region", "number", "label"),
        [
            (
                "DE",
                verified("281234", "00300"),
                Label("weight_label", Decimal("0.300"), "01234", blank("281234000000")),
            ),
            (
                "DE",
                verified("221234", "01995"),
                Label("price_label", Decimal("19.95"), "01234", blank("221234000000")),
            ),
            (
                "DE",
                verified("251234", "00012"),
                Label("count_label", Decimal(12), "01234", blank("251234000000")),
            ),
            (
                "GB",
                verified("2012345", "0349"),
                Label("price_label", Decimal("3.49"), "12345", blank("201234500000")),
            ),
            (
                "SE",
                ean("231234561250"),
                Label("weight_label", Decimal("1.250"), None, blank("231234560000")),
            ),
            (
                "SE",
                ean("210004011250"),
                Label("price_label", Decimal("125.00"), "00401", blank("210004010000")),
            ),
            (
                "NO",
                ean("220004011250"),
                Label("price_label", Decimal("1250.00"), "00401", blank("220004010000")),
            ),
        ],
    )
    def test_are_read(self, region, number, label):
        assert scales(region=region).label(number) == label

    def test_all_that_biip_has_rules_for_can_be_set(self):
        assert {*get_args(Region)} == {"", *(region.value.upper() for region in RcnRegion)}

    def test_a_number_with_nothing_in_it_is_a_plain_one(self):
        assert scales(region="DE").label("2812340000002") is None

    def test_a_wrong_verifying_digit_is_damaged(self):
        number = ean("28123400300"[:6] + "0" + "00300")
        assert number != verified("281234", "00300")
        with pytest.raises(DamagedLabelError, match="damaged"):
            scales(region="DE").label(number)

    def test_none_of_them_means_plain_numbers(self):
        assert scales().label(verified("281234", "00300")) is None

    def test_the_shops_own_forms_come_first(self):
        both = scales("28IIIIIWWWWWC", region="DE")
        number = verified("281234", "00300")
        assert both.label(number).blank is None
        assert both.label(verified("221234", "01995")).blank == "02212340000000"


def test_what_nobody_asks_of_biip_takes_no_memory():
    assert gs1_prefixes._GS1_COMPANY_PREFIX_TRIE == {}


class TestRefusal:
    def test_of_a_number_that_a_form_reads(self):
        said = "is a number of the labels that the shop's scales print (28IIIIIWWWWWC)"
        assert OWN.refusal(ean("280401101250")) == said
        # Whatever stands in it.
        assert OWN.refusal(ean("280401100000")) == said
        assert OWN.refusal(f"0{ean('280401101250')}") == said

    def test_of_a_number_with_something_in_it(self):
        german = scales(region="DE")
        assert "zeros must stand there" in german.refusal(verified("281234", "00300"))
        assert german.refusal("2812340000002") is None
        # A damaged label is read as none.
        assert german.refusal(ean("281234000300")) is None

    @pytest.mark.parametrize("number", ["4006381333931", "2301100000180", "96385074"])
    def test_of_no_other_number(self, number):
        assert OWN.refusal(number) is None


@pytest.mark.parametrize(
    ("number", "local"),
    [
        ("2012345678903", True),
        ("0212345678909", True),
        ("212345678909", True),
        ("02012345678903", True),
        ("4006381333931", False),
        ("036000291452", False),
        ("20123451", False),
        ("12012345678900", False),
    ],
)
def test_numbers_that_countries_give_a_meaning(number, local):
    assert is_local(number) == local
