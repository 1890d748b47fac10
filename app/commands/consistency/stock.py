"""What must be true of stock, and of what is promised, sold and returned of it."""

from app.commands.consistency.rule import Rule

RULES = (
    Rule(
        "a lot's on_hand is the sum of its movements",
        """
        SELECT 'lot ' || s.id, 'on_hand ' || s.on_hand || ', movements ' || coalesce(m.quantity, 0)
        FROM stock s
        LEFT JOIN (SELECT stock_id, sum(quantity) AS quantity FROM stock_movement GROUP BY stock_id) m
            ON m.stock_id = s.id
        WHERE s.on_hand <> coalesce(m.quantity, 0)
        """,
    ),
    Rule(
        "a product's on_hand is the sum of its movements",
        """
        SELECT 'product ' || p.code, 'on_hand ' || coalesce(l.on_hand::text, 'missing')
            || ', movements ' || coalesce(m.quantity, 0)
        FROM product p
        LEFT JOIN stock_level l ON l.product_id = p.id
        LEFT JOIN (SELECT product_id, sum(quantity) AS quantity FROM stock_movement GROUP BY product_id) m
            ON m.product_id = p.id
        WHERE l.on_hand IS DISTINCT FROM coalesce(m.quantity, 0)
        """,
    ),
    Rule(
        "a product's level is the sum of its lots",
        """
        SELECT 'product ' || p.code, 'level ' || l.on_hand || ' with ' || l.allocated || ' allocated, lots '
            || coalesce(s.on_hand, 0) || ' with ' || coalesce(s.allocated, 0)
        FROM stock_level l
        JOIN product p ON p.id = l.product_id
        LEFT JOIN (
            SELECT product_id, sum(on_hand) AS on_hand, sum(allocated) AS allocated FROM stock GROUP BY product_id
        ) s ON s.product_id = l.product_id
        WHERE (l.on_hand, l.allocated) <> (coalesce(s.on_hand, 0), coalesce(s.allocated, 0))
        """,
    ),
    Rule(
        "a lot's allocated is what placed purchases hold of it",
        """
        SELECT 'lot ' || s.id, 'allocated ' || s.allocated || ', placed purchases ' || coalesce(a.quantity, 0)
        FROM stock s
        LEFT JOIN (
            SELECT a.stock_id, sum(a.quantity) AS quantity
            FROM allocation a
            JOIN purchase_line l ON l.id = a.purchase_line_id
            JOIN purchase p ON p.id = l.purchase_id AND p.status = 'placed'
            GROUP BY a.stock_id
        ) a ON a.stock_id = s.id
        WHERE s.allocated <> coalesce(a.quantity, 0)
        """,
    ),
    Rule(
        "a placed or collected line of goods is allocated in full, from lots of its own product",
        """
        SELECT 'purchase ' || p.id || ' line ' || l.id, 'quantity ' || l.quantity || ', allocated '
            || coalesce(sum(a.quantity), 0)
        FROM purchase p
        JOIN purchase_line l ON l.purchase_id = p.id
        LEFT JOIN allocation a ON a.purchase_line_id = l.id
        LEFT JOIN stock s ON s.id = a.stock_id
        WHERE p.status <> 'cancelled' AND l.product_id IS NOT NULL
        GROUP BY p.id, l.id
        HAVING l.quantity <> coalesce(sum(a.quantity), 0) OR bool_or(s.product_id <> l.product_id)
        """,
    ),
    Rule(
        "the lines of collected purchases are the sale movements",
        """
        SELECT 'purchase ' || purchase_id || ' lot ' || stock_id, 'allocated ' || coalesce(sold.quantity, 0)
            || ', sale movements ' || coalesce(moved.quantity, 0)
        FROM (
            SELECT l.purchase_id, a.stock_id, sum(a.quantity) AS quantity
            FROM allocation a
            JOIN purchase_line l ON l.id = a.purchase_line_id
            JOIN purchase p ON p.id = l.purchase_id AND p.status = 'collected'
            GROUP BY l.purchase_id, a.stock_id
        ) sold
        FULL JOIN (
            SELECT purchase_id, stock_id, -sum(quantity) AS quantity
            FROM stock_movement WHERE kind = 'sale' GROUP BY purchase_id, stock_id
        ) moved USING (purchase_id, stock_id)
        WHERE coalesce(sold.quantity, 0) <> coalesce(moved.quantity, 0)
        """,
    ),
    Rule(
        "what is to be counted was booked as found since",
        """
        SELECT 'product ' || p.code, 'uncounted ' || u.quantity || ', found ' || coalesce(m.quantity, 0)
        FROM uncounted u
        JOIN product p ON p.id = u.product_id
        LEFT JOIN LATERAL (
            SELECT sum(m.quantity) AS quantity FROM stock_movement m
            WHERE m.product_id = u.product_id AND m.kind = 'adjustment' AND m.quantity > 0 AND m.at >= u.since
        ) m ON true
        WHERE u.quantity > coalesce(m.quantity, 0)
        """,
    ),
    Rule(
        "no more of a lot is returned than that purchase sold of it",
        """
        SELECT 'purchase ' || purchase_id || ' lot ' || stock_id, 'sold and returned ' || sum(quantity)
        FROM stock_movement
        WHERE kind IN ('sale', 'return')
        GROUP BY purchase_id, stock_id
        HAVING sum(quantity) > 0
        """,
    ),
    Rule(
        "no more of a line is returned onto a lot than it was served from it",
        """
        SELECT 'line ' || m.purchase_line_id || ' lot ' || m.stock_id, 'returned ' || sum(m.quantity)
            || ', served ' || coalesce(max(a.quantity), 0)
        FROM stock_movement m
        LEFT JOIN allocation a ON a.purchase_line_id = m.purchase_line_id AND a.stock_id = m.stock_id
        WHERE m.kind = 'return' AND m.purchase_line_id IS NOT NULL
        GROUP BY m.purchase_line_id, m.stock_id
        HAVING sum(m.quantity) > coalesce(max(a.quantity), 0)
        """,
    ),
    Rule(
        "no more of a line is thrown away of a lot than came back onto it, or than its purchase held of it when it was cancelled",
        """
        SELECT 'line ' || m.purchase_line_id || ' lot ' || m.stock_id, 'thrown away ' || m.wasted || ', ' || p.status
            || ', held ' || held.most
        FROM (
            SELECT purchase_line_id, stock_id, -sum(quantity) FILTER (WHERE kind = 'waste') AS wasted,
                coalesce(sum(quantity) FILTER (WHERE kind = 'return'), 0) AS returned
            FROM stock_movement
            WHERE kind IN ('waste', 'return') AND purchase_line_id IS NOT NULL
            GROUP BY purchase_line_id, stock_id
        ) m
        JOIN purchase_line l ON l.id = m.purchase_line_id
        JOIN purchase p ON p.id = l.purchase_id
        LEFT JOIN allocation a ON a.purchase_line_id = m.purchase_line_id AND a.stock_id = m.stock_id
        CROSS JOIN LATERAL (
            SELECT CASE p.status WHEN 'cancelled' THEN coalesce(a.quantity, 0) ELSE m.returned END AS most
        ) held
        WHERE m.wasted > held.most
        """,
    ),
    Rule(
        "what was received on an invoice request's line is the receipts of its lots",
        """
        SELECT 'invoice request ' || r.code || ' line ' || l.id, 'received ' || l.received || ', receipts '
            || coalesce(m.quantity, 0)
        FROM invoice_request_line l
        JOIN invoice_request r ON r.id = l.invoice_request_id
        LEFT JOIN (
            SELECT s.invoice_request_line_id, sum(m.quantity) AS quantity
            FROM stock s JOIN stock_movement m ON m.stock_id = s.id AND m.kind = 'receipt'
            GROUP BY s.invoice_request_line_id
        ) m ON m.invoice_request_line_id = l.id
        WHERE l.received <> coalesce(m.quantity, 0)
        """,
    ),
    Rule(
        "what came above what was asked for was written down",
        """
        SELECT 'invoice request ' || r.code || ' line ' || l.id, 'above ' || greatest(l.received - l.quantity, 0)
            || ', written down ' || coalesce(d.quantity, 0)
        FROM invoice_request_line l
        JOIN invoice_request r ON r.id = l.invoice_request_id
        LEFT JOIN (
            SELECT invoice_request_line_id, sum(quantity) AS quantity
            FROM delivery_deviation WHERE kind = 'over_delivered' GROUP BY invoice_request_line_id
        ) d ON d.invoice_request_line_id = l.id
        WHERE greatest(l.received - l.quantity, 0) <> coalesce(d.quantity, 0)
        """,
    ),
)
