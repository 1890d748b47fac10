"""No field can be added and be forgotten by import and export."""

import pytest

from app.commands.sheets.checking import row_schema
from app.commands.sheets.kinds import SHEETS

# What the database fills by itself.
KEPT = {"id", "version", "created_at", "updated_at"}
NOT_IN_FILES = {
    # Made of the other columns by triggers; and pictures, which are files of their own.
    "products": {"search_text", "search", "search_with_ingredients", "image", "discount_set"},
    "categories": {"image"},
    # Who said so.
    "prices": {"login_id"},
    # As the search reads it, and which line of its group it is.
    "synonyms": {"words", "place"},
    # Counted by purchases.
    "coupons": {"used"},
    # Of a lot: when it came and by which request is in the ledger, and promises are made anew. What its manufacturer calls it
    # is known of deliveries.
    "stock": {"invoice_request_line_id", "allocated", "received_at", "lot_code"},
}

IN_ANOTHER_TABLE = {"customers": {"active"}}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_field_of_the_model_is_a_column(sheet):
    fields = {field.column_name for field in sheet.model._meta.sorted_fields}
    exported = {c.stored for c in sheet.exported} - IN_ANOTHER_TABLE.get(sheet.name, set())
    assert exported == fields - KEPT - NOT_IN_FILES.get(sheet.name, set())


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_member_of_the_schema_is_a_column(sheet):
    assert {column.name for column in sheet.columns} == set(row_schema(sheet, []).model_fields)
