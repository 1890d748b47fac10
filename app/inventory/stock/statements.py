"""The SQL of lots, levels and movements."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement, json_array, json_object

PRODUCT_JSON = json_object("'code', p.code, 'name', p.name, 'unit', p.unit")

_LOT_JSON = json_object(
    """
    'id', s.id, 'supplier', v.code, 'invoice_request', r.code,
    'on_hand', s.on_hand::text, 'allocated', s.allocated::text, 'unit_cost', s.unit_cost::text,
    'lot_code', s.lot_code, 'expires_on', s.expires_on, 'expired', coalesce(s.expires_on < CURRENT_DATE, false),
    'received_at', rfc3339(s.received_at)""",
    product=PRODUCT_JSON,
)

_LOT_FROM = """
    FROM stock s
    JOIN product p ON p.id = s.product_id
    LEFT JOIN supplier v ON v.id = s.supplier_id
    LEFT JOIN invoice_request_line i ON i.id = s.invoice_request_line_id
    LEFT JOIN invoice_request r ON r.id = i.invoice_request_id
    """

LOT = Statement(f"SELECT {_LOT_JSON} {_LOT_FROM} WHERE s.id = %(id)s")

LOTS = Statement(
    f"""
    SELECT {json_array(_LOT_JSON, "s.id")} {_LOT_FROM}
    WHERE s.id = ANY(%(ids)s::bigint[])
    """,
)

# Lists for staff are planned each time, for just the filters that are asked for: a plan for any of them reads all.
# A lot that never expires sorts last, as in FEFO, by a key that a page can start behind.
LOT_PAGE = Statement(
    f"""
    SELECT {_LOT_JSON}, coalesce(s.expires_on, 'infinity')::text, s.id {_LOT_FROM}
    WHERE (%(all)s OR s.on_hand > 0)
      AND (%(product)s::text IS NULL
           OR s.product_id = (SELECT id FROM product WHERE code = %(product)s))
      AND (%(supplier)s::text IS NULL
           OR s.supplier_id = (SELECT id FROM supplier WHERE code = %(supplier)s))
      AND (%(lot_code)s::text IS NULL OR s.lot_code = %(lot_code)s)
      AND (%(expires_before)s::date IS NULL OR s.expires_on < %(expires_before)s::date)
      AND (%(expired)s::boolean IS NULL
           OR coalesce(s.expires_on < CURRENT_DATE, false) = %(expired)s)
      AND (%(after_id)s::bigint IS NULL
           OR (coalesce(s.expires_on, 'infinity'), s.id) > (%(after_expiry)s::date, %(after_id)s))
    ORDER BY coalesce(s.expires_on, 'infinity'), s.id
    LIMIT %(limit)s
    """,
    prepared=False,
)

MOST_LOOKED_AT = 5000
"""At how many products a page of levels looks, for those to reorder. It is in the API's description too."""

_LEVEL_JSON = json_object(
    """
    'on_hand', a.on_hand::text, 'allocated', a.allocated::text,
    'expired', a.expired::text, 'available', a.available::text, 'on_order', o.quantity::text,
    'reorder_level', p.reorder_level::text,
    'reorder', p.active AND a.available + o.quantity <= p.reorder_level""",
    product=PRODUCT_JSON,
)


def _level(products: str, hit: str, stops: str) -> str:
    return f"""
    SELECT {_LEVEL_JSON}, p.code, {hit} AS hit, {stops} AS stops
    FROM {products} p
    CROSS JOIN LATERAL (SELECT * FROM availability WHERE product_id = p.id LIMIT 1) a
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT n.quantity FROM on_order n WHERE n.product_id = p.id LIMIT 1), 0.000) AS quantity) o
    """


_LISTED = """((p.active OR a.on_hand > 0) AND (%(reorder)s::boolean IS NULL
    OR (p.active AND a.available + o.quantity <= p.reorder_level) = %(reorder)s))"""

LEVEL = Statement(
    _level(hit="true", stops="false", products="product")
    + f"WHERE p.code = %(product)s AND p.code > %(after_code)s AND {_LISTED} LIMIT %(limit)s"
)

# What is to be reordered depends on the day, so that no index tells it: it is looked up, of so many products.
LEVEL_PAGE = Statement(
    _level(
        hit=_LISTED,
        stops=f"p.place = {MOST_LOOKED_AT}",
        products=f"""(
            SELECT *, row_number() OVER (ORDER BY code) AS place FROM product
            WHERE code > %(after_code)s ORDER BY code LIMIT {MOST_LOOKED_AT})""",
    )
    + f"WHERE p.place = {MOST_LOOKED_AT} OR {_LISTED} LIMIT %(limit)s"
)

_SHORTAGE_JSON = json_object(
    """
    'promised', l.quantity::text, 'lacking', e.lacking::text,
    'purchase', b.id, 'purchase_number', b.invoice_number, 'invoice_number', b.invoice_number, 'contact_name', b.contact_name,
    'contact_phone', b.contact_phone, 'placed_at', rfc3339(b.placed_at),
    'total', b.total::text, 'paid', b.paid::text""",
    product=PRODUCT_JSON,
)

SHORTAGE_PAGE = Statement(
    f"""
    SELECT {_SHORTAGE_JSON}, l.id
    FROM (
        SELECT purchase_line_id, sum(quantity - movable) AS lacking FROM expired_promise
        WHERE movable < quantity GROUP BY purchase_line_id
    ) e
    JOIN purchase_line l ON l.id = e.purchase_line_id
    JOIN purchase b ON b.id = l.purchase_id
    JOIN product p ON p.id = l.product_id
    WHERE %(after_id)s::bigint IS NULL OR l.id > %(after_id)s
    ORDER BY l.id
    LIMIT %(limit)s
    """,
)

# A purchase that waits, b, and how much of the product it was promised.
_WAITING = json_object("'id', b.id, 'number', b.invoice_number, 'quantity', w.quantity::text")

_UNCOUNTED_JSON = json_object(
    """
    'quantity', u.quantity::text, 'since', rfc3339(u.since),
    'on_hand', (SELECT v.on_hand::text FROM stock_level v WHERE v.product_id = u.product_id)""",
    product=PRODUCT_JSON,
    purchases=f"""(
        SELECT {json_array(_WAITING, "b.placed_at, b.id")}
        FROM (
            SELECT l.purchase_id, sum(a.quantity) AS quantity
            FROM stock s JOIN allocation a ON a.stock_id = s.id JOIN purchase_line l ON l.id = a.purchase_line_id
            WHERE s.product_id = u.product_id AND s.on_hand > 0 AND s.allocated > 0 GROUP BY l.purchase_id
        ) w
        CROSS JOIN LATERAL (SELECT * FROM purchase q WHERE q.id = w.purchase_id AND q.status = 'placed' LIMIT 1) b)""",
)

COUNTED = Statement(
    """
    DELETE FROM uncounted u USING product p WHERE p.code = %(product)s AND u.product_id = p.id
    """,
    read=False,
)

UNCOUNTED_PAGE = Statement(
    f"""
    SELECT {_UNCOUNTED_JSON}, u.since, u.product_id
    FROM uncounted u JOIN product p ON p.id = u.product_id
    WHERE (u.since, u.product_id) > (coalesce(%(after_since)s::timestamptz, '-infinity'), coalesce(%(after_id)s::bigint, 0))
    ORDER BY u.since, u.product_id LIMIT %(limit)s
    """,
    read=True,
)

_MOVEMENT_JSON = json_object("""
    'id', m.id, 'at', rfc3339(m.at), 'kind', m.kind, 'product', p.code, 'lot', m.stock_id,
    'quantity', m.quantity::text, 'reason', m.reason, 'note', m.note, 'by', l.email, 'purchase', m.purchase_id,
    'invoice_request', r.code""")

_MOVEMENT_FROM = """
    FROM stock_movement m
    JOIN product p ON p.id = m.product_id
    LEFT JOIN login l ON l.id = m.login_id
    LEFT JOIN invoice_request r ON r.id = m.invoice_request_id
    """

MOVEMENT = Statement(f"SELECT {_MOVEMENT_JSON} {_MOVEMENT_FROM} WHERE m.id = %(id)s")

MOVEMENT_PAGE = Statement(
    f"""
    SELECT {_MOVEMENT_JSON}, m.id {_MOVEMENT_FROM}
    WHERE (%(product)s::text IS NULL
           OR m.product_id = (SELECT id FROM product WHERE code = %(product)s))
      AND (%(lot)s::bigint IS NULL OR m.stock_id = %(lot)s)
      AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
      AND (%(since)s::timestamptz IS NULL OR m.at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR m.at < %(until)s)
      AND (%(purchase)s::uuid IS NULL OR m.purchase_id = %(purchase)s::uuid)
      AND (%(invoice_request)s::text IS NULL OR m.invoice_request_id
           = (SELECT id FROM invoice_request WHERE code = %(invoice_request)s))
      AND (%(after_id)s::bigint IS NULL OR m.id < %(after_id)s)
    ORDER BY m.id DESC
    LIMIT %(limit)s
    """,
    prepared=False,
)

TODAY = Statement("SELECT CURRENT_DATE")

PRODUCTS = Statement(
    "SELECT id, code, unit, active FROM product WHERE code = ANY(%(codes)s::text[])"
)

SUPPLIERS = Statement("SELECT id, code, active FROM supplier WHERE code = ANY(%(codes)s::text[])")

LOCK_LEVEL_OF_LOT = Statement(
    """
    SELECT product_id FROM stock_level
    WHERE product_id = (SELECT product_id FROM stock WHERE id = %(id)s)
    FOR UPDATE
    """,
)

LOT_STATE = Statement(
    """
    SELECT s.product_id, p.unit, s.on_hand, s.allocated
    FROM stock s JOIN product p ON p.id = s.product_id
    WHERE s.id = %(id)s
    """,
)

# The lots' ids are drawn beforehand, so that each movement knows its lot.
OPEN_LOTS = Statement(
    """
    WITH given AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('stock', 'id')) AS stock_id, g.*
        FROM unnest(%(products)s::bigint[], %(quantities)s::numeric[], %(unit_costs)s::numeric[],
                    %(expiries)s::date[], %(suppliers)s::bigint[], %(lines)s::bigint[], %(lot_codes)s::text[])
            WITH ORDINALITY
            AS g (product_id, quantity, unit_cost, expires_on, supplier_id, line_id, lot_code, place)
    ), lot AS (
        INSERT INTO stock
            (id, product_id, supplier_id, invoice_request_line_id, unit_cost, expires_on, lot_code)
        OVERRIDING SYSTEM VALUE
        SELECT stock_id, product_id, supplier_id, line_id, unit_cost, expires_on, lot_code FROM given
    )
    INSERT INTO stock_movement
        (kind, product_id, stock_id, quantity, reason, login_id, invoice_request_id)
    SELECT %(kind)s, product_id, stock_id, quantity, %(reason)s, %(login)s::bigint,
           %(invoice_request)s::bigint
    FROM given ORDER BY place
    RETURNING id, stock_id
    """,
)

MOVE = Statement(
    """
    INSERT INTO stock_movement
        (kind, product_id, stock_id, quantity, reason, note, login_id, invoice_request_id)
    VALUES (%(kind)s, %(product)s, %(lot)s, %(quantity)s, %(reason)s, %(note)s, %(login)s,
            %(invoice_request)s)
    RETURNING id
    """,
)

LOCK_ALL_LEVELS = Statement(
    "SELECT product_id FROM stock_level ORDER BY product_id FOR UPDATE", read=False
)

# What was received last of each product that has nothing left to sell, because it has expired, and that nobody has
# ever delivered: as much again, for as many days. As NewLot has it.
EXPIRED_OPENINGS = Statement(
    """
    SELECT s.product_id, m.quantity, s.unit_cost, CURRENT_DATE + (s.expires_on - s.received_at::date), s.supplier_id
    FROM availability a
    JOIN stock s ON s.product_id = a.product_id
    JOIN stock_movement m ON m.stock_id = s.id AND m.kind = 'receipt'
    WHERE a.available <= 0
      AND s.received_at = (SELECT max(received_at) FROM stock WHERE product_id = a.product_id)
      AND EXISTS (SELECT FROM stock x WHERE x.product_id = a.product_id AND x.expires_on < CURRENT_DATE)
      AND NOT EXISTS (SELECT FROM stock_movement x WHERE x.product_id = a.product_id
                      AND x.kind = 'receipt' AND x.reason <> 'opening stock')
    ORDER BY s.id
    """
)
