"""Several values in one cell: read as people write them, and written so that they are read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from app.commands.sheets.notation import ALLERGENS_IN_A_CELL, NUTRITION_IN_A_CELL, WORDS
from app.product.food.schemas import ALLERGENS

presences = st.sampled_from(["contains", "may_contain", "free"])


class TestAllergens:
    @given(st.dictionaries(st.sampled_from(ALLERGENS), presences))
    def test_come_back_as_they_were(self, allergens):
        assert ALLERGENS_IN_A_CELL.read(ALLERGENS_IN_A_CELL.write(allergens)) == allergens

    def test_are_written_as_on_a_package(self):
        declared = {"milk": "contains", "gluten": "contains", "nuts": "may_contain"}
        assert ALLERGENS_IN_A_CELL.write(declared) == "contains: gluten, milk; may contain: nuts"
        rest = {name: declared.get(name, "free") for name in ALLERGENS}
        text = "contains: gluten, milk; may contain: nuts; free: others"
        assert ALLERGENS_IN_A_CELL.write(rest) == text
        assert (
            ALLERGENS_IN_A_CELL.read("Contains : Milk,GLUTEN;may_contain: nuts ;free:others")
            == rest
        )

    @pytest.mark.parametrize(
        "text", ["milk", "contains milk", "perhaps: milk", "contains: milk; free: milk"]
    )
    def test_that_are_unclear_are_refused(self, text):
        with pytest.raises(PydanticCustomError):
            ALLERGENS_IN_A_CELL.read(text)


class TestNutrition:
    def test_comes_back_as_it_was(self):
        declared = {"energy_kj": "1046", "fat": "3.5", "salt": "0.9", "fibre": None}
        text = NUTRITION_IN_A_CELL.write(declared)
        assert text == "energy_kj 1046, fat 3.5, salt 0.9"
        assert NUTRITION_IN_A_CELL.read(text) == {k: v for k, v in declared.items() if v}

    @pytest.mark.parametrize("text", ["fat", "fat 3 g", "energy_kj 1046 fat 3.5"])
    def test_that_is_unclear_is_refused(self, text):
        with pytest.raises(PydanticCustomError):
            NUTRITION_IN_A_CELL.read(text)


def test_words_are_parted_by_whatever_people_use():
    assert WORDS.read("vegan, Halal;kosher") == ["vegan", "halal", "kosher"]
