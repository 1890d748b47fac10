"""The SQL that carts and purchases have in common."""

from app.core.database import json_object

# What a line of a purchase, named l, is of: which kind, and the code of the product or else of the deposit.
LINE_OF = """
    'kind', CASE WHEN l.product_id IS NOT NULL THEN 'goods' WHEN l.deposit_of IS NOT NULL THEN 'deposit' ELSE 'deposit_return' END,
    'product', CASE WHEN l.product_id IS NOT NULL THEN l.code END, 'deposit', CASE WHEN l.product_id IS NULL THEN l.code END"""

# What is charged at one rate of VAT, for a row that is named v.
VAT = json_object(
    "'rate', v.rate::text, 'gross', v.gross::text, 'net', v.net::text, 'vat', v.vat::text"
)
