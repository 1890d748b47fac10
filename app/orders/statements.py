"""The SQL that carts and purchases have in common."""

from app.core.database import json_object

# What is charged at one rate of VAT, for a row that is named v.
VAT = json_object(
    "'rate', v.rate::text, 'gross', v.gross::text, 'net', v.net::text, 'vat', v.vat::text"
)
