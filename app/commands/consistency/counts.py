"""What must be true of counts."""

from app.commands.consistency.rule import Rule

RULES = (
    Rule(
        "what an approved count booked is its movements",
        """
        SELECT 'count ' || c.code || ' product ' || product_id, 'booked ' || coalesce(p.booked, 0)
            || ', movements ' || coalesce(m.quantity, 0)
        FROM (SELECT count_id, product_id, booked FROM stock_count_product WHERE booked IS NOT NULL) p
        FULL JOIN (
            SELECT stock_count_id AS count_id, product_id, sum(quantity) AS quantity
            FROM stock_movement WHERE stock_count_id IS NOT NULL GROUP BY stock_count_id, product_id
        ) m USING (count_id, product_id)
        JOIN stock_count c ON c.id = count_id
        WHERE coalesce(p.booked, 0) <> coalesce(m.quantity, 0)
        """,
    ),
    Rule(
        "what was found of a product is what was scanned in the last round",
        """
        SELECT 'count ' || c.code || ' product ' || p.product_id, 'counted ' || p.counted || ', scanned ' || s.quantity
        FROM stock_count_product p
        JOIN stock_count c ON c.id = p.count_id
        JOIN LATERAL (
            SELECT sum(n.quantity) AS quantity FROM stock_count_scan n
            WHERE n.count_id = p.count_id AND n.product_id = p.product_id
            GROUP BY n.round ORDER BY n.round DESC LIMIT 1
        ) s ON true
        WHERE p.counted <> s.quantity
        """,
    ),
    Rule(
        "products are being counted while their count is open, and what was found is in those that are approved",
        """
        SELECT 'count ' || c.code || ' product ' || p.product_id, c.status || CASE WHEN p.open THEN ', being counted' ELSE ', not' END
            || CASE WHEN p.moment IS NULL THEN '' ELSE ', with what was found' END
        FROM stock_count_product p
        JOIN stock_count c ON c.id = p.count_id
        WHERE p.open <> (c.status = 'open') OR (p.moment IS NOT NULL AND c.status <> 'approved')
        """,
    ),
    Rule(
        "a lot is as it was put right last",
        """
        SELECT 'lot ' || s.id, c.field || ' ' || coalesce(l.value, 'none') || ', put right to ' || coalesce(c.becomes, 'none')
        FROM (SELECT DISTINCT ON (stock_id, field) * FROM stock_correction ORDER BY stock_id, field, id DESC) c
        JOIN stock s ON s.id = c.stock_id
        LEFT JOIN supplier v ON v.id = s.supplier_id
        CROSS JOIN LATERAL (
            SELECT CASE c.field WHEN 'supplier' THEN v.code ELSE to_jsonb(s) ->> c.field END AS value) l
        WHERE CASE c.field WHEN 'unit_cost' THEN l.value::numeric <> c.becomes::numeric ELSE l.value IS DISTINCT FROM c.becomes END
        """,
    ),
)
