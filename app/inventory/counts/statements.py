"""The SQL of counts."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement, json_array, json_object

NEXT_CODE = """(
    SELECT 'CT-' || lpad(n::text, greatest(6, length(n::text)), '0') FROM nextval('stock_count_number') AS n)"""

CATEGORY = Statement("SELECT id FROM category WHERE code = %(code)s")

# Its own and those of all below it: what is sold, and what is not sold any more and lies there. One more than may be.
OF_CATEGORY = Statement(
    """
    WITH RECURSIVE below AS (
        SELECT %(category)s::bigint AS id
        UNION ALL SELECT c.id FROM below b JOIN category c ON c.parent_id = b.id
    )
    SELECT o.id FROM below b
    CROSS JOIN LATERAL (
        SELECT p.id FROM product p
        WHERE p.category_id = b.id
            AND (p.active OR (SELECT v.on_hand > 0 FROM stock_level v WHERE v.product_id = p.id LIMIT 1))
        LIMIT %(limit)s
    ) o
    LIMIT %(limit)s
    """
)

CREATE = Statement(
    f"""
    INSERT INTO stock_count (code, category, note, opened_by)
    VALUES ({NEXT_CODE}, %(category)s, %(note)s, %(by)s)
    RETURNING id, code
    """,
    read=False,
)

# In the order of ids, so that two of the same products wait for each other and do not deadlock; numbered as the shelf is walked.
ADD_PRODUCTS = Statement(
    """
    WITH walked AS (
        SELECT p.id, row_number() OVER (ORDER BY c.name, p.name, p.id) AS place
        FROM unnest(%(products)s::bigint[]) AS g (id)
        CROSS JOIN LATERAL (SELECT * FROM product WHERE id = g.id LIMIT 1) p
        JOIN category c ON c.id = p.category_id
    )
    INSERT INTO stock_count_product (count_id, product_id, place)
    SELECT %(count)s, id, place FROM walked ORDER BY id
    ON CONFLICT (product_id) WHERE open DO NOTHING
    RETURNING product_id
    """,
    read=False,
)

CODES = Statement("SELECT code FROM product WHERE id = ANY(%(products)s::bigint[]) ORDER BY code")

_FROM = """
    FROM stock_count c LEFT JOIN login o ON o.id = c.opened_by LEFT JOIN login e ON e.id = c.ended_by"""
_SUMMARY = """
    'code', c.code, 'status', c.status, 'category', c.category, 'note', c.note, 'opened_by', o.email,
    'opened_at', rfc3339(c.opened_at), 'ended_by', e.email, 'ended_at', rfc3339(c.ended_at)"""

# What reads results is planned each time: a plan of when there was no count yet would read all of the first one's scans for each
# product of it.
# Far off is what is worth more than the shop lets pass, or did not stand still; but not what came twice.
_RECOUNT = """
    (r.waiting OR coalesce(r.booked IS NULL AND r.difference <> 0 AND NOT r.confirmed
        AND (r.moved OR abs(r.value) > %(bound)s::numeric), false))"""

READ = Statement(
    f"""
    SELECT {
        json_object(
            _SUMMARY
            + ''', 'products', f.products, 'counted', f.counted, 'different', f.different, 'recount', f.recount,
        'value', f.value::text'''
        )
    } {_FROM}
    CROSS JOIN LATERAL (
        SELECT count(*) AS products, count(r.counted) AS counted, count(*) FILTER (WHERE r.difference <> 0) AS different,
               count(*) FILTER (WHERE {
        _RECOUNT
    }) AS recount, coalesce(sum(r.value), 0)::numeric(20,2) AS value
        FROM count_result r WHERE r.count_id = c.id
    ) f
    WHERE c.code = %(code)s
    """,
    prepared=False,
)

PAGE = Statement(
    f"""
    SELECT {json_object(_SUMMARY)}, c.id {_FROM}
    WHERE (%(status)s::text IS NULL OR c.status = %(status)s) AND (%(after_id)s::bigint IS NULL OR c.id < %(after_id)s)
    ORDER BY c.id DESC LIMIT %(limit)s
    """
)

_PRODUCT_JSON = json_object(
    f"""
    'round', r.round, 'counted', r.counted::numeric(20,3)::text, 'moment', rfc3339(r.moment),
    'expected', r.expected::numeric(20,3)::text, 'difference', r.difference::numeric(20,3)::text, 'value', r.value::text,
    'moved', r.moved, 'recount', {_RECOUNT}, 'booked', r.booked::text""",
    product=json_object("'code', p.code, 'name', p.name, 'unit', p.unit"),
)

PRODUCTS = Statement(
    f"""
    SELECT {_PRODUCT_JSON}, r.place
    FROM count_result r
    CROSS JOIN LATERAL (SELECT * FROM product WHERE id = r.product_id LIMIT 1) p
    WHERE r.count_id = %(count)s AND r.place > coalesce(%(after_place)s::integer, 0)
        AND CASE %(state)s::text WHEN 'uncounted' THEN r.counted IS NULL WHEN 'counted' THEN r.counted IS NOT NULL
            WHEN 'different' THEN r.difference <> 0 WHEN 'recount' THEN {_RECOUNT} ELSE true END
    ORDER BY r.place LIMIT %(limit)s
    """,
    prepared=False,
)

_SHEET_LINE = json_object(
    "'category', g.name, 'code', p.code, 'name', p.name, 'unit', p.unit, 'gtin', p.gtin"
)

SHEET = Statement(
    f"""
    SELECT {
        json_object(
            "'code', c.code, 'note', c.note, 'opened_at', rfc3339(c.opened_at)",
            lines=f'''(
        SELECT {json_array(_SHEET_LINE, "i.place")}
        FROM stock_count_product i
        CROSS JOIN LATERAL (SELECT * FROM product WHERE id = i.product_id LIMIT 1) p
        JOIN category g ON g.id = p.category_id
        WHERE i.count_id = c.id)''',
        )
    }
    FROM stock_count c WHERE c.code = %(code)s
    """
)

FIND = Statement("SELECT id, status, opened_at, now() FROM stock_count WHERE code = %(code)s")
# Scans go on beside each other; nobody ends the count, or opens a round of it, meanwhile.
SHARE = Statement(
    "SELECT id, status, opened_at, now() FROM stock_count WHERE code = %(code)s FOR SHARE"
)
LOCK = Statement(
    "SELECT id, status, opened_at, now() FROM stock_count WHERE code = %(code)s FOR UPDATE"
)

GOODS = Statement(
    """
    SELECT p.code, p.id, p.unit, coalesce((
        SELECT true FROM stock_count_product i WHERE i.count_id = %(count)s AND i.product_id = p.id LIMIT 1), false)
    FROM product p WHERE p.code = ANY(%(codes)s::text[])
    """
)

# What was counted before a recount was asked for belongs to the round that was open then; where nobody wrote down when rounds began,
# to the last of these.
ADD_SCANS = Statement(
    """
    INSERT INTO stock_count_scan (count_id, id, product_id, round, quantity, place, counted_at, said_at, login_id)
    SELECT i.count_id, g.id, g.product_id, CASE WHEN g.counted_at >= i.round_at THEN i.round ELSE greatest(least(i.round - 1,
               i.round - cardinality(i.rounds_at) + (SELECT count(*) FROM unnest(i.rounds_at) AS b (at) WHERE b.at <= g.counted_at)), 1) END,
           g.quantity, g.place, g.counted_at, g.said_at, %(by)s::bigint
    FROM unnest(%(ids)s::text[]::uuid[], %(products)s::bigint[], %(quantities)s::numeric[], %(places)s::text[],
                %(counted)s::timestamptz[], %(said)s::timestamptz[])
        WITH ORDINALITY AS g (id, product_id, quantity, place, counted_at, said_at, n)
    CROSS JOIN LATERAL (
        SELECT * FROM stock_count_product WHERE count_id = %(count)s AND product_id = g.product_id LIMIT 1) i
    ORDER BY g.n
    ON CONFLICT (count_id, id) DO NOTHING
    RETURNING id
    """,
    read=False,
)

# In UTC, as a clock that is far off may say what is in no calendar of Python's by the shop's.
KNOWN = Statement(
    """
    SELECT id, product_id, quantity, place, said_at AT TIME ZONE 'UTC' FROM stock_count_scan
    WHERE count_id = %(count)s AND id = ANY(%(ids)s::text[]::uuid[])
    """
)

# Of these products, or of all; what nobody counted is there where it is to be nothing.
RESULTS = Statement(
    f"""
    SELECT r.product_id, p.code, coalesce(r.moment, now()), coalesce(r.counted, 0)::numeric(20,3),
           coalesce(r.expected, shelf_at(r.product_id, now())), {_RECOUNT}, coalesce((
               SELECT sum(m.quantity) FROM stock_movement m
               WHERE m.product_id = r.product_id AND m.at > r.moment AND m.kind = 'adjustment'), 0), r.waiting
    FROM count_result r
    CROSS JOIN LATERAL (SELECT code FROM product WHERE id = r.product_id LIMIT 1) p
    WHERE r.count_id = %(count)s AND (r.counted IS NOT NULL OR %(zero)s)
        AND (%(products)s::bigint[] IS NULL OR r.product_id = ANY(%(products)s::bigint[]))
    ORDER BY r.place
    """,
    prepared=False,
)

NEXT_ROUND = Statement(
    """
    UPDATE stock_count_product SET round = round + 1, round_at = now(), rounds_at = rounds_at || now()
    WHERE count_id = %(count)s AND product_id = ANY(%(products)s::bigint[])
    """,
    read=False,
)

LOCK_LEVELS = Statement(
    """
    SELECT product_id FROM stock_level WHERE product_id = ANY(%(products)s::bigint[])
    ORDER BY product_id FOR UPDATE
    """
)

LOTS = Statement(
    """
    SELECT product_id, id, on_hand - allocated, unit_cost, expires_on, allocated > 0 FROM stock
    WHERE product_id = ANY(%(products)s::bigint[]) AND on_hand > 0 ORDER BY product_id, id
    """
)

LAST_COSTS = Statement(
    """
    SELECT g.id, coalesce((
        SELECT s.unit_cost FROM stock s WHERE s.product_id = g.id ORDER BY s.id DESC LIMIT 1), 0)
    FROM unnest(%(products)s::bigint[]) AS g (id)
    """
)

# No lot: one is opened for it.
BOOK = Statement(
    """
    WITH given AS MATERIALIZED (
        SELECT g.*, CASE WHEN g.lot IS NULL THEN nextval(pg_get_serial_sequence('stock', 'id')) END AS new_lot
        FROM unnest(%(products)s::bigint[], %(lots)s::bigint[], %(quantities)s::numeric[], %(unit_costs)s::numeric[])
            AS g (product_id, lot, quantity, unit_cost)
    ), opened AS (
        INSERT INTO stock (id, product_id, unit_cost)
        OVERRIDING SYSTEM VALUE SELECT new_lot, product_id, unit_cost FROM given WHERE lot IS NULL
    )
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason, login_id, stock_count_id)
    SELECT 'adjustment', product_id, coalesce(lot, new_lot), quantity, %(reason)s, %(by)s::bigint, %(count)s::bigint
    FROM given ORDER BY product_id, lot
    """,
    read=False,
)

SETTLE = Statement(
    """
    UPDATE stock_count_product i
    SET open = false, moment = g.moment, counted = g.counted, expected = g.expected, booked = g.booked, value = g.value
    FROM unnest(%(products)s::bigint[], %(moments)s::timestamptz[], %(counted)s::numeric[], %(expected)s::numeric[],
                %(booked)s::numeric[], %(values)s::numeric[]) AS g (product_id, moment, counted, expected, booked, value)
    WHERE i.count_id = %(count)s AND i.product_id = g.product_id
    """,
    read=False,
)

COUNTED = Statement(
    "DELETE FROM uncounted WHERE product_id = ANY(%(products)s::bigint[])", read=False
)

CLOSE = Statement(
    "UPDATE stock_count_product SET open = false WHERE count_id = %(count)s AND open", read=False
)

END = Statement(
    "UPDATE stock_count SET status = %(status)s, ended_by = %(by)s, ended_at = now() WHERE id = %(count)s",
    read=False,
)
