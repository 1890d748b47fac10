"""What documents look like: the SQL that makes their JSON."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import json_array, json_object
from app.orders.statements import LINE_OF, VAT

_NUMBER = "document_number(d.series, d.year, d.number)"
_IN_SHORT = f"""
    'number', {_NUMBER}, 'kind', d.kind,
    'corrects', (SELECT document_number(i.series, i.year, i.number) FROM document i WHERE i.id = d.corrects),
    'issued_on', d.issued_on, 'issued_at', rfc3339(d.issued_at), 'total', d.total::text"""

_LINE = json_object(f"""
    'line', l.id, {LINE_OF}, 'name', l.name, 'unit', l.unit, 'best_before', l.best_before,
    'quantity', c.quantity::text, 'bought', l.quantity::text, 'list_price', l.price::text, 'unit_price', l.unit_price::text,
    'discount', l.discount, 'label_price', l.label_price::text,
    'coupon_reduction', coalesce(l.coupon_amount, 0.00)::text, 'vat_rate', l.vat_rate::text, 'total', c.total::text""")

_SELLER = json_object("""
    'name', d.seller ->> 'name', 'address', ARRAY(SELECT jsonb_array_elements_text(d.seller -> 'address')), 'vat_id', d.seller ->> 'vat_id'""")
_BUYER = json_object("""
    'name', b.name, 'address', ARRAY(SELECT jsonb_array_elements_text(b.address)), 'vat_id', b.vat_id""")


def document(more: str = "", **parts: str) -> str:
    """Return the SQL for the JSON of a document d and its purchase p, and what json_object() makes of `more` and `parts`."""
    return json_object(
        f"{_IN_SHORT}, 'purchase', p.id, 'purchase_number', p.invoice_number, 'currency', p.currency{more}",
        seller=_SELLER,
        buyer=f"coalesce((SELECT {_BUYER} FROM document_buyer b WHERE b.document_id = coalesce(d.corrects, d.id)), 'null')",
        vat=f"""(
            SELECT {json_array(VAT, "v.rate")}
            FROM (SELECT rate, gross, gross - vat AS net, vat FROM document_vat WHERE document_id = d.id) v)""",
        lines=f"""(
            SELECT {json_array(_LINE, "l.id")}
            FROM document_line c JOIN purchase_line l ON l.id = c.purchase_line_id WHERE c.document_id = d.id)""",
        **parts,
    )


DOCUMENT = document()

# All that were issued for a purchase p.
DOCUMENTS = f"""(
    SELECT concat('{{"items":', {json_array(json_object(_IN_SHORT), "d.id")}, '}}') FROM document d WHERE d.purchase_id = p.id)"""
