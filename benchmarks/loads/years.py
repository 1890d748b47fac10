"""The years that a shop has behind it, by SQL over sets: sales at its tills and for collection, deliveries, waste and refunds.

Put into a shop of seed.products(); `verify` finds it consistent. Sales go on at the same pace day after day; a few goods make most of
them. One in a hundred purchases brings a line back.
"""

from contextlib import ExitStack

from benchmarks.loads.bulk import settle, transaction, unburdened, untriggered

LINES = 8
"""Of a purchase, on average."""
SUPPLIERS = 20

# What sells, the best first. A fifth keeps ten days and is delivered each week; the rest once in eight.
_GOODS = """
    CREATE TEMP TABLE goods ON COMMIT DROP AS
        SELECT g.*, CASE WHEN g.number % 5 = 0 THEN 7 ELSE 56 END AS cycle, CASE WHEN g.number % 5 = 0 THEN 10 ELSE 300 END AS keeps
        FROM (
            SELECT row_number() OVER (ORDER BY md5(p.code)) - 1 AS number, p.id, p.code, p.name, p.unit, p.price, p.vat_rate,
                   o.unit_price, o.discount_rate, o.discount_terms
            FROM product p JOIN offer o ON o.product_id = p.id WHERE p.active
        ) g;
    CREATE UNIQUE INDEX ON goods (number);
    INSERT INTO supplier (code, name) SELECT 'supplier-' || n, 'Supplier ' || n FROM generate_series(0, {suppliers} - 1) n;
    CREATE TEMP TABLE source ON COMMIT DROP AS
        SELECT n, s.id FROM generate_series(0, {suppliers} - 1) n JOIN supplier s ON s.code = 'supplier-' || n;
    INSERT INTO supplier_article (supplier_id, product_id, article_number, pack, unit_cost, preferred)
        SELECT s.id, g.id, 'A' || g.number, 6, round(g.price / (1 + g.vat_rate) * 0.7, 4), true
        FROM goods g JOIN source s ON s.n = g.number % {suppliers} ORDER BY g.number;
    CREATE TEMP TABLE buyer ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY id) - 1 AS number, id FROM customer;
    ANALYZE goods, source, buyer;
"""
# From 8 to 20 o'clock, each day. Four of five buy at one of two tills, and half of those in cash.
_PAST = """
    CREATE TEMP TABLE past ON COMMIT DROP AS
        SELECT k, id, day, at, till, till IS NOT NULL AND k % 2 = 0 AS in_cash, k % 100 = 7 AND day < {days} - 2 AS brings_back
        FROM (
            SELECT k, gen_random_uuid() AS id, k * {days} / {number} AS day,
                   ((CURRENT_DATE - {days} + (k * {days} / {number})::int) + time '08:00') AT TIME ZONE current_setting('TimeZone')
                   + interval '12 hours' * ((k * {days} % {number})::float / {number}) AS at,
                   CASE k % 5 WHEN 0 THEN NULL WHEN 1 THEN 'back' ELSE 'front' END AS till
            FROM generate_series(0, {number} - 1::bigint) k
        ) p;
    CREATE TEMP TABLE past_line ON COMMIT DROP AS
        SELECT p.k, p.id AS purchase_id, p.day, p.at, p.till, p.brings_back AND l.nth = 1 AS comes_back, l.nth, w.number, q.quantity,
               round(q.quantity * w.unit_price, 2) AS total, w.vat_rate, 0::numeric AS vat_amount, p.day / w.cycle AS turn, 0::bigint AS id
        FROM past p
        CROSS JOIN LATERAL generate_series(1, {lines} - 3 + (p.k % 7)) l (nth)
        CROSS JOIN LATERAL (SELECT (1 + (p.k + l.nth) % 2)::numeric AS quantity) q
        JOIN goods w ON w.number = floor({kinds} * power((hashint8(p.k * 31 + l.nth)::float + 2147483648) / 4294967297, 2.5));
    ANALYZE past, past_line;
"""
_VAT = """
    CREATE TEMP TABLE part ON COMMIT DROP AS
        SELECT p.k, p.nths[v.place] AS nth, v.vat
        FROM (
            SELECT k, array_agg(nth ORDER BY nth) AS nths, array_agg(total ORDER BY nth) AS totals, array_agg(vat_rate ORDER BY nth) AS rates
            FROM past_line GROUP BY k
        ) p
        CROSS JOIN LATERAL vat_of_lines(p.totals, p.rates) v;
    CREATE TEMP TABLE sold ON COMMIT DROP AS
        SELECT nextval(pg_get_serial_sequence('purchase_line', 'id')) AS line, l.*
        FROM (
            SELECT l.k, l.purchase_id, l.day, l.at, l.till, l.comes_back, l.number, l.quantity, l.total, l.vat_rate, p.vat, l.turn
            FROM past_line l JOIN part p USING (k, nth) ORDER BY l.k, l.nth
        ) l;
    DROP TABLE past_line, part;
    CREATE TEMP TABLE past_sum ON COMMIT DROP AS
        SELECT k, sum(total) AS total, sum(vat) AS vat, coalesce(sum(total) FILTER (WHERE comes_back), 0) AS back FROM sold GROUP BY k;
    ANALYZE sold, past_sum;
"""
_PURCHASES = """
    INSERT INTO purchase (id, customer_id, contact_name, contact_phone, status, currency, total, vat_total, paid, placed_at, pay_by, collected_at,
            collected_at_till, updated_at, pricing_rules, weight_tolerance)
        SELECT p.id, CASE WHEN p.k % 2 = 0 THEN b.id END, 'Buyer ' || p.k, '+49 30 5550100', 'collected', 'EUR', s.total, s.vat,
               s.total - s.back, p.at - interval '1 hour', p.at + interval '1 hour', p.at, NULL, p.at, 2, 0.1
        FROM past p JOIN past_sum s USING (k) JOIN buyer b ON b.number = p.k / 10 % (SELECT count(*) FROM buyer)
        WHERE p.till IS NULL
        UNION ALL
        SELECT p.id, NULL, NULL, NULL, 'collected', 'EUR', s.total, s.vat, s.total - s.back, p.at, p.at, p.at, p.till, p.at, 2, 0.1
        FROM past p JOIN past_sum s USING (k) WHERE p.till IS NOT NULL
        ORDER BY 10;
    INSERT INTO purchase_line (id, purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, total,
            vat_amount, discount)
        OVERRIDING SYSTEM VALUE
        SELECT s.line, s.purchase_id, g.id, g.code, g.name, g.unit, s.quantity, g.price, g.discount_rate, g.unit_price, g.vat_rate, s.total,
               s.vat, g.discount_terms
        FROM sold s JOIN goods g USING (number) ORDER BY s.line;
"""
# A lot is what came for so many weeks, and a little more of what keeps short: that is thrown away.
_LOTS = """
    CREATE TEMP TABLE came ON COMMIT DROP AS
        SELECT nextval(pg_get_serial_sequence('stock', 'id')) AS lot, nextval(pg_get_serial_sequence('invoice_request_line', 'id')) AS line, c.*
        FROM (
            SELECT s.number, s.turn, g.id AS product_id, g.number % {suppliers} AS source, s.turn * g.cycle AS day, g.keeps,
                   (CURRENT_DATE - {days} + (s.turn * g.cycle)::int) AS came_on, sum(s.quantity) FILTER (WHERE NOT s.comes_back) AS gone,
                   CASE WHEN (s.turn + 1) * g.cycle >= {days} THEN 40
                        WHEN g.keeps = 10 THEN ceil(sum(s.quantity) * 0.06) ELSE 0 END
                       + coalesce(sum(s.quantity) FILTER (WHERE s.comes_back AND g.keeps > 10), 0) AS stays,
                   coalesce(sum(s.quantity) FILTER (WHERE s.comes_back AND g.keeps = 10), 0) AS spoilt,
                   round(g.price / (1 + g.vat_rate) * (0.68 + s.turn % 5 * 0.02), 4) AS unit_cost
            FROM sold s JOIN goods g USING (number) GROUP BY s.number, s.turn, g.id, g.number, g.cycle, g.keeps, g.price, g.vat_rate
            ORDER BY s.turn * g.cycle, g.number
        ) c;
    ALTER TABLE came ADD COLUMN received numeric, ADD COLUMN wasted numeric;
    UPDATE came SET received = coalesce(gone, 0) + stays + spoilt,
        wasted = CASE WHEN keeps = 10 AND came_on + 11 < CURRENT_DATE THEN stays + spoilt ELSE 0 END;
    CREATE UNIQUE INDEX ON came (number, turn);
    ANALYZE came;
    INSERT INTO invoice_request (code, supplier_id, status, created_at, updated_at)
        SELECT 'Y' || c.day || '-' || c.source, s.id, 'received', min(c.came_on) - interval '2 days', min(c.came_on)
        FROM came c JOIN source s ON s.n = c.source GROUP BY c.day, c.source, s.id ORDER BY c.day, c.source;
    INSERT INTO invoice_request_line (id, invoice_request_id, product_id, quantity, received, unit_cost)
        OVERRIDING SYSTEM VALUE
        SELECT c.line, r.id, c.product_id, c.received, c.received, c.unit_cost
        FROM came c JOIN invoice_request r ON r.code = 'Y' || c.day || '-' || c.source ORDER BY c.line;
    INSERT INTO stock (id, product_id, supplier_id, invoice_request_line_id, on_hand, unit_cost, expires_on, received_at, lot_code)
        OVERRIDING SYSTEM VALUE
        SELECT c.lot, c.product_id, s.id, c.line, c.received - coalesce(c.gone, 0) - c.wasted, c.unit_cost, c.came_on + c.keeps, c.came_on + interval '6 hours',
               'L' || c.turn
        FROM came c JOIN source s ON s.n = c.source ORDER BY c.lot;
    UPDATE stock_level l SET on_hand = l.on_hand + c.quantity
        FROM (SELECT product_id, sum(received - coalesce(gone, 0) - wasted) AS quantity FROM came GROUP BY product_id) c
        WHERE l.product_id = c.product_id;
    INSERT INTO allocation (purchase_line_id, stock_id, quantity)
        SELECT s.line, c.lot, s.quantity FROM sold s JOIN came c USING (number, turn) ORDER BY s.line;
    INSERT INTO stock_movement (at, kind, product_id, stock_id, quantity, reason, purchase_id, purchase_line_id, invoice_request_id)
        SELECT * FROM (
            SELECT c.came_on + interval '6 hours' AS at, 'receipt' AS kind, c.product_id, c.lot, c.received AS quantity, '', NULL::uuid, NULL::bigint, r.id
            FROM came c JOIN invoice_request r ON r.code = 'Y' || c.day || '-' || c.source
            UNION ALL
            SELECT c.came_on + interval '11 days 7 hours', 'waste', c.product_id, c.lot, -c.wasted, 'expired', NULL, NULL, NULL
            FROM came c WHERE c.wasted > 0
            UNION ALL
            SELECT s.at, 'sale', c.product_id, c.lot, -s.quantity, '', s.purchase_id, s.line, NULL
            FROM sold s JOIN came c USING (number, turn)
            UNION ALL
            SELECT s.at + interval '1 day', 'return', c.product_id, c.lot, s.quantity, 'brought back', s.purchase_id, s.line, NULL
            FROM sold s JOIN came c USING (number, turn) WHERE s.comes_back
        ) m ORDER BY at;
"""
_TILLS = """
    INSERT INTO till_session (till, float, opened_at, number, expected, counted, closed_at)
        SELECT t.till, 100, d.day + interval '7 hours', d.n, 0, 0, d.day + interval '21 hours'
        FROM (SELECT n, CURRENT_DATE - {days} - 1 + n AS day FROM generate_series(1, {days}) n) d
        CROSS JOIN (VALUES ('front'), ('back')) t (till) ORDER BY d.n;
    CREATE TEMP TABLE paper ON COMMIT DROP AS
        SELECT nextval(pg_get_serial_sequence('document', 'id')) AS document, p.*,
               row_number() OVER (PARTITION BY p.series, extract(year FROM p.at) ORDER BY p.at, p.k) AS number, t.id AS session_id
        FROM (
            SELECT 'invoice' AS kind, p.k, p.id AS purchase_id, p.at, coalesce(p.till, 'web') AS series, s.total, p.in_cash
            FROM past p JOIN past_sum s USING (k)
            UNION ALL
            SELECT 'credit_note', p.k, p.id, p.at + interval '1 day', coalesce(p.till, 'web'), s.back, p.in_cash
            FROM past p JOIN past_sum s USING (k) WHERE p.brings_back
            ORDER BY 4, 2
        ) p
        LEFT JOIN till_session t ON t.till = p.series AND t.opened_at = (p.at::date + interval '7 hours')::timestamptz;
    ANALYZE paper;
    INSERT INTO payment (purchase_id, kind, method, amount, reason, at, session_id)
        SELECT purchase_id, CASE kind WHEN 'invoice' THEN 'payment' ELSE 'refund' END, CASE WHEN in_cash THEN 'cash' ELSE 'card' END, total,
               CASE kind WHEN 'invoice' THEN '' ELSE 'brought back' END, at, session_id
        FROM paper ORDER BY document;
"""
_DOCUMENTS = """
    INSERT INTO document (id, kind, series, year, number, purchase_id, corrects, total, seller, issued_on, issued_at, session_id)
        OVERRIDING SYSTEM VALUE
        SELECT p.document, p.kind, p.series, extract(year FROM p.at), p.number, p.purchase_id, i.document, p.total,
               '{{"name": "Online Grocery", "address": [], "vat_id": null}}', p.at::date, p.at, p.session_id
        FROM paper p LEFT JOIN paper i ON p.kind = 'credit_note' AND i.k = p.k AND i.kind = 'invoice' ORDER BY p.document;
    INSERT INTO document_series (series, year, last)
        SELECT series, extract(year FROM at), max(number) FROM paper GROUP BY series, extract(year FROM at);
    CREATE TEMP TABLE said ON COMMIT DROP AS
        SELECT p.document, p.kind, s.line, s.quantity, s.total, s.vat_rate, s.vat
        FROM paper p JOIN sold s USING (k) WHERE p.kind = 'invoice' OR s.comes_back;
    INSERT INTO document_line (document_id, purchase_line_id, quantity, total)
        SELECT document, line, quantity, total FROM said ORDER BY document, line;
    INSERT INTO document_vat (document_id, rate, gross, vat)
        SELECT document, vat_rate, sum(total), vat_amount(sum(total), vat_rate) FROM said GROUP BY document, vat_rate ORDER BY document;
"""
# Events are kept for three months, and twenty things are changed by staff each day.
_TRACES = """
    INSERT INTO event (kind, purchase_id, at)
        SELECT e.kind, p.id, p.at FROM past p CROSS JOIN (VALUES ('purchase.placed'), ('payment.taken'), ('purchase.collected')) e (kind)
        WHERE p.at > now() - interval '90 days' ORDER BY p.at;
    INSERT INTO audit_log (at, action, subject, detail)
        SELECT CURRENT_DATE - {days} + n * interval '72 minutes', 'product.updated', 'product:P' || n, '{{"price": "1.99"}}'
        FROM generate_series(0, 20 * {days} - 1) n;
"""
_TABLES = (
    *(
        "purchase",
        "purchase_line",
        "allocation",
        "payment",
        "document",
        "document_line",
        "document_vat",
    ),
    *("stock", "stock_movement", "invoice_request", "invoice_request_line", "event", "audit_log"),
)
_TRIGGERED = ("purchase", "payment", "document", "stock_movement", "till_session")


def years(owner_url: str, *, purchases: int, days: int) -> None:
    """Add so many purchases, spread over the days up to yesterday, and settle the shop. Needs seed.products() and seed.customers().

    900,000 purchases, of 7,200,000 lines, take some 20 minutes and 8 GB.
    """
    with transaction(owner_url) as cursor:
        cursor.execute("SELECT set_config('TimeZone', time_zone, true) FROM shop")
        shape = {"suppliers": SUPPLIERS, "days": days, "number": purchases, "lines": LINES}
        cursor.execute(_GOODS.format(**shape))
        cursor.execute("SELECT count(*) FROM goods")
        (kinds,) = cursor.fetchone() or (0,)
        for part in (_PAST, _VAT):
            cursor.execute(part.format(kinds=kinds, **shape))
        with ExitStack() as stack:
            stack.enter_context(unburdened(cursor, _TABLES))
            for table in _TRIGGERED:
                stack.enter_context(untriggered(cursor, table))
            for part in (_PURCHASES, _LOTS, _TILLS, _DOCUMENTS, _TRACES):
                cursor.execute(part.format(**shape))
        cursor.execute(
            "UPDATE till_session SET expected = expected_cash(id), counted = expected_cash(id)"
        )
    settle(owner_url)
