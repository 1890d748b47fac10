"""What must be true of invoices and credit notes."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.commands.consistency.rule import Rule

_NAME = "d.kind || ' ' || document_number(d.series, d.year, d.number)"

# What the credit notes of each line's purchase come to at each document: its own, and those before it.
_CUMULATED = """
    SELECT d.*, v.rate, v.gross, v.vat,
        sum(v.gross) OVER (PARTITION BY d.purchase_id, d.kind, v.rate ORDER BY d.id) AS all_gross,
        sum(v.vat) OVER (PARTITION BY d.purchase_id, d.kind, v.rate ORDER BY d.id) AS all_vat
    FROM document d JOIN document_vat v ON v.document_id = d.id"""

RULES = (
    Rule(
        "the numbers of documents have no gaps, and the last is the one that was given out last",
        """
        SELECT 'series ' || series || ' of ' || year, 'last ' || coalesce(s.last, 0) || ', documents '
            || coalesce(d.documents, 0) || ' up to ' || coalesce(d.highest, 0)
        FROM document_series s
        FULL JOIN (
            SELECT series, year, count(DISTINCT number) AS documents, max(number) AS highest FROM document GROUP BY series, year
        ) d USING (series, year)
        WHERE (s.last, s.last) IS DISTINCT FROM (d.documents, d.highest)
        """,
    ),
    Rule(
        "a number is one document's",
        """
        SELECT 'number ' || document_number(series, year, number), count(*) || ' documents'
        FROM document GROUP BY series, year, number HAVING count(*) > 1
        """,
    ),
    Rule(
        "a document's total is the sum of its lines and of its VAT's gross",
        f"""
        SELECT {_NAME}, 'total ' || d.total || ', lines ' || coalesce(l.total, 0) || ', gross ' || coalesce(v.gross, 0)
        FROM document d
        LEFT JOIN (SELECT document_id, sum(total) AS total FROM document_line GROUP BY document_id) l ON l.document_id = d.id
        LEFT JOIN (SELECT document_id, sum(gross) AS gross FROM document_vat GROUP BY document_id) v ON v.document_id = d.id
        WHERE (d.total, d.total) IS DISTINCT FROM (l.total, v.gross)
        """,
    ),
    Rule(
        "what a document says is charged at a rate of VAT are its lines with that rate",
        f"""
        SELECT {_NAME}, 'rate ' || rate || ', lines ' || coalesce(l.total, 0) || ', gross ' || coalesce(v.gross, 0)
        FROM (
            SELECT c.document_id, p.vat_rate AS rate, sum(c.total) AS total
            FROM document_line c JOIN purchase_line p ON p.id = c.purchase_line_id
            GROUP BY c.document_id, p.vat_rate
        ) l
        FULL JOIN document_vat v USING (document_id, rate)
        JOIN document d ON d.id = document_id
        WHERE l.total IS DISTINCT FROM v.gross
        """,
    ),
    Rule(
        "the VAT of a rate follows from all that was invoiced, or credited so far, at it",
        f"""
        SELECT {_NAME}, 'VAT ' || d.vat || ' of ' || d.gross || ' at ' || d.rate || ', in all ' || d.all_vat || ' of ' || d.all_gross
        FROM ({_CUMULATED}) d
        WHERE d.all_vat <> vat_amount(d.all_gross, d.rate)
        """,
    ),
    Rule(
        "an invoice is on all lines of its purchase that were not struck, and nothing else",
        """
        SELECT 'purchase ' || coalesce(c.purchase_id, l.purchase_id) || ' line ' || id, 'invoiced ' || coalesce(c.quantity, 0) || ' for '
            || coalesce(c.total, 0) || ', sold ' || coalesce(l.quantity, 0) || ' for ' || coalesce(l.total, 0)
        FROM (
            SELECT d.purchase_id, c.purchase_line_id AS id, c.quantity, c.total
            FROM document d JOIN document_line c ON c.document_id = d.id WHERE d.kind = 'invoice'
        ) c
        FULL JOIN (
            SELECT l.* FROM purchase_line l JOIN document d ON d.purchase_id = l.purchase_id AND d.kind = 'invoice'
            WHERE l.quantity > 0
        ) l USING (purchase_id, id)
        WHERE (c.quantity, c.total) IS DISTINCT FROM (l.quantity, l.total)
        """,
    ),
    Rule(
        "a credit note is on its purchase's invoice, if it has one, and on no more of a line than was sold",
        f"""
        SELECT {_NAME}, 'line ' || c.purchase_line_id || ', credited in all ' || c.quantity || ' for ' || c.total
            || ', sold ' || l.quantity || ' for ' || l.total
        FROM (
            SELECT document_id, purchase_line_id, sum(n.quantity) OVER line AS quantity, sum(n.total) OVER line AS total
            FROM document_line n JOIN document k ON k.id = n.document_id AND k.kind = 'credit_note'
            WINDOW line AS (PARTITION BY n.purchase_line_id)
        ) c
        JOIN document d ON d.id = c.document_id
        JOIN purchase_line l ON l.id = c.purchase_line_id
        LEFT JOIN document i ON i.purchase_id = d.purchase_id AND i.kind = 'invoice'
        WHERE c.quantity > l.quantity OR c.total > l.total OR l.purchase_id <> d.purchase_id OR d.corrects IS DISTINCT FROM i.id
        """,
    ),
    Rule(
        "a purchase has one invoice, if it was collected since there are any, and no document before",
        """
        SELECT 'purchase ' || p.id, p.status || ', invoices ' || count(d.id) FILTER (WHERE d.kind = 'invoice')
        FROM purchase p
        LEFT JOIN document d ON d.purchase_id = p.id
        GROUP BY p.id
        HAVING count(d.id) FILTER (WHERE d.kind = 'invoice')
                <> CASE WHEN p.collected_at >= (SELECT min(issued_at) FROM document) THEN 1 ELSE 0 END
            OR p.status <> 'collected' AND count(d.id) > 0
        """,
    ),
    Rule(
        "what was given back of an invoiced purchase is on its credit notes",
        """
        SELECT 'purchase ' || p.id, 'given back ' || p.total - p.paid || ', credit notes ' || coalesce(sum(d.total), 0)
        FROM purchase p
        JOIN document i ON i.purchase_id = p.id AND i.kind = 'invoice'
        LEFT JOIN document d ON d.purchase_id = p.id AND d.kind = 'credit_note'
        GROUP BY p.id
        HAVING p.total - p.paid <> coalesce(sum(d.total), 0)
        """,
    ),
)
