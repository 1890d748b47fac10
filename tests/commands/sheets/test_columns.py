"""docs/columns.md says what the columns are."""

from tests.commands.sheets.columns import FILE, page


def test_the_page_is_of_this_code():
    again = "python -m tests.commands.sheets.columns writes it anew"
    assert FILE.read_text(encoding="utf-8") == page(), again
