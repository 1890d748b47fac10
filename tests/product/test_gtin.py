"""The form of a GTIN and of a PLU, whatever product has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.product.gtin import Gtin, gtin14
from app.product.plu import Plu, plu5

GTIN, PLU = TypeAdapter(Gtin), TypeAdapter(Plu)
DIGITS = st.sampled_from("0123456789")


def refused(form: TypeAdapter[str], number: str) -> bool:
    try:
        form.validate_python(number)
    except ValidationError:
        return True
    return False


class TestGtin:
    @pytest.mark.parametrize(
        "number", ["96385074", "036000291452", "4006381333931", "2012345678903", "10012345678902"]
    )
    def test_with_a_right_check_digit(self, number):
        assert GTIN.validate_python(number) == number

    @given(st.text(DIGITS, min_size=12, max_size=12))
    def test_exactly_one_check_digit_is_right(self, digits):
        right = sum(not refused(GTIN, f"{digits}{last}") for last in range(10))
        assert right == (1 if digits.strip("0") else 0)

    @pytest.mark.parametrize(
        "number", ["", "4006381333932", "400638133393", "4006381333931 ", "٣" * 8]
    )
    def test_refused(self, number):
        assert refused(GTIN, number)

    @pytest.mark.parametrize("number", ["0" * length for length in (8, 12, 13, 14)])
    def test_zeros_alone_are_none(self, number):
        assert refused(GTIN, number)

    @given(st.text(DIGITS, min_size=1, max_size=14), st.integers(0, 5))
    def test_zeros_in_front_change_nothing(self, digits, zeros):
        longer = digits.rjust(min(14, len(digits) + zeros), "0")
        assert gtin14(longer) == gtin14(digits) == digits.zfill(14)


class TestPlu:
    @pytest.mark.parametrize("number", ["4011", "04011", "94011", "0001"])
    def test_of_four_or_five_digits(self, number):
        assert PLU.validate_python(number) == number

    @pytest.mark.parametrize("number", ["", "011", "401", "940110", "4O11", "4011 ", "٤٠١١"])
    def test_refused(self, number):
        assert refused(PLU, number)

    @pytest.mark.parametrize("number", ["0000", "00000"])
    def test_zeros_alone_are_none(self, number):
        assert refused(PLU, number)

    def test_is_one_number_in_both_lengths(self):
        assert plu5("4011") == plu5("04011") != plu5("94011")
