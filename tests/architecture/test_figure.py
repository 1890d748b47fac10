"""docs/house.svg shows the house as it is."""

from tests.architecture.figure import FILE, draw


def test_the_figure_is_of_this_code():
    again = "python -m tests.architecture.figure draws it anew"
    assert FILE.read_text(encoding="utf-8") == draw(), again
