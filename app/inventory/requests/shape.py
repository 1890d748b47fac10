"""What invoice requests look like: the SQL that makes their JSON."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import json_array, json_object
from app.inventory.stock.statements import PRODUCT_JSON

# What becomes of a request, r. The database's word for what was sent is the one that it had before there were drafts.
STATUS = "CASE r.status WHEN 'open' THEN 'sent' ELSE r.status END"

# And a line of it, i, of the product p.
_LINE = """
    'article_number', i.article_number, 'pack', i.pack::text, 'packs', round(i.quantity / i.pack, 3)::text,
    'quantity', i.quantity::text, 'received', i.received::text, 'rejected', (
        SELECT coalesce(sum(d.quantity), 0.000)::text FROM delivery_deviation d
        WHERE d.invoice_request_line_id = i.id AND d.kind = 'rejected'),
    'unit_cost', i.unit_cost::text, 'why', i.why"""

_DEVIATION = json_object("""
    'product', p.code, 'kind', d.kind, 'quantity', d.quantity::text, 'reason', d.reason,
    'by', (SELECT l.email FROM login l WHERE l.id = d.login_id LIMIT 1), 'at', rfc3339(d.at)""")

_REQUEST = f"""
    'code', r.code, 'status', {STATUS}, 'note', r.note,
    'sent_at', rfc3339(CASE WHEN r.status IN ('open', 'partly_received', 'received')
        THEN coalesce(r.sent_at, r.created_at) ELSE r.sent_at END),
    'expected_on', r.expected_on, 'proposed', r.proposed, 'total', t.total::text,
    'below_least_order', coalesce(t.total < s.least_order, false), 'version', r.version,
    'created_at', rfc3339(r.created_at), 'updated_at', rfc3339(r.updated_at)"""

_LINES = f"""(
        SELECT {json_array(json_object(_LINE, product=PRODUCT_JSON), "i.id")}
        FROM invoice_request_line i JOIN product p ON p.id = i.product_id
        WHERE i.invoice_request_id = r.id)"""

# What a request looks like, for rows that are named as in FROM.
JSON = json_object(
    _REQUEST,
    supplier=json_object("'code', s.code, 'name', s.name"),
    lines=_LINES,
    deviations=f"""(
        SELECT {json_array(_DEVIATION, "d.id")}
        FROM invoice_request_line i JOIN product p ON p.id = i.product_id
        JOIN delivery_deviation d ON d.invoice_request_line_id = i.id
        WHERE i.invoice_request_id = r.id)""",
)

# What of it is sent to the supplier.
PAPER = json_object(
    """
    'code', r.code, 'note', r.note, 'created_at', rfc3339(r.created_at), 'ordered_on', coalesce(r.sent_at, r.created_at)::date,
    'expected_on', r.expected_on, 'total', t.total::text, 'currency', h.currency, 'seller', h.seller""",
    supplier=json_object("'code', s.code, 'name', s.name, 'address', s.address"),
    lines=_LINES,
)

FROM = """
    FROM invoice_request r JOIN supplier s ON s.id = r.supplier_id
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(round(i.quantity * i.unit_cost, 2)), 0.00) AS total
        FROM invoice_request_line i WHERE i.invoice_request_id = r.id) t"""
