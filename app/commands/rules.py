"""What must be true of the tables at every moment, as queries that return the rows for which it is not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence that holds for every row, and the query for the rows that break it.

    The query's first column names the row, its second says what is wrong with it.
    """

    name: str
    query: str


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
        "a placed or collected line is allocated in full, from lots of its own product",
        """
        SELECT 'purchase ' || p.id || ' line ' || l.id, 'quantity ' || l.quantity || ', allocated '
            || coalesce(sum(a.quantity), 0)
        FROM purchase p
        JOIN purchase_line l ON l.purchase_id = p.id
        LEFT JOIN allocation a ON a.purchase_line_id = l.id
        LEFT JOIN stock s ON s.id = a.stock_id
        WHERE p.status <> 'cancelled'
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
        "a purchase is in the shop's currency",
        """
        SELECT 'purchase ' || p.id, 'currency ' || p.currency || ', the shop''s ' || coalesce(s.currency, 'not known')
        FROM purchase p
        LEFT JOIN shop s ON true
        WHERE p.currency IS DISTINCT FROM s.currency
        """,
    ),
    Rule(
        "a purchase's totals are the sums of its lines",
        """
        SELECT 'purchase ' || p.id, 'total ' || p.total || ' with VAT ' || p.vat_total || ', lines '
            || coalesce(sum(l.total), 0) || ' with ' || coalesce(sum(l.vat_amount), 0)
        FROM purchase p
        LEFT JOIN purchase_line l ON l.purchase_id = p.id
        GROUP BY p.id
        HAVING count(l.id) = 0 OR (p.total, p.vat_total) <> (sum(l.total), sum(l.vat_amount))
        """,
    ),
    Rule(
        "a line's amounts follow from its quantity, price, discount and VAT rate",
        """
        SELECT 'purchase ' || p.id || ' line ' || l.id, 'unit price ' || l.unit_price || ', total ' || l.total
            || ', VAT ' || l.vat_amount
        FROM purchase p
        JOIN purchase_line l ON l.purchase_id = p.id
        -- A cent at least, unless it was placed when half a cent was nothing.
        CROSS JOIN LATERAL (SELECT CASE WHEN p.pricing_rules >= 2 THEN 0.01 ELSE 0 END AS lowest) charged
        WHERE l.unit_price <> greatest(round(l.price * (1 - l.discount_rate), 2), least(l.price, charged.lowest))
            OR l.total <> greatest(round(l.quantity * l.unit_price, 2), least(l.unit_price, charged.lowest))
            OR p.pricing_rules < 2 AND l.vat_amount <> l.total - round(l.total / (1 + l.vat_rate), 2)
        """,
    ),
    Rule(
        "a purchase's VAT is worked out for all that is charged at a rate, and each line has its part of it",
        """
        SELECT 'purchase ' || v.purchase_id || ' line ' || v.id, 'VAT ' || v.vat_amount || ' of ' || v.total
            || ', of the VAT ' || v.vat || ' of ' || v.gross || ' at ' || v.vat_rate
        FROM (
            SELECT q.*, sum(q.vat_amount) OVER rate AS shared,
                max(q.lacks) OVER rate - min(q.lacks) OVER rate AS apart
            FROM (
                -- What a line's part lacks to its share, vat * total / gross, in parts of a cent: exact, without a division.
                SELECT g.*, 100 * (g.vat * g.total - g.vat_amount * g.gross) AS lacks FROM (
                    SELECT l.*, sum(l.total) OVER rate AS gross,
                        sum(l.total) OVER rate - round(sum(l.total) OVER rate / (1 + l.vat_rate), 2) AS vat
                    FROM purchase p
                    JOIN purchase_line l ON l.purchase_id = p.id
                    WHERE p.pricing_rules >= 2
                    WINDOW rate AS (PARTITION BY l.purchase_id, l.vat_rate)
                ) g
            ) q
            WINDOW rate AS (PARTITION BY q.purchase_id, q.vat_rate)
        ) v
        -- By largest remainder: no part is a cent off, and who has a cent more had the larger remainder.
        WHERE v.shared <> v.vat OR v.gross > 0 AND (abs(v.lacks) >= v.gross OR v.apart > v.gross)
        """,
    ),
    Rule(
        "refunds are at most the payments, payments less refunds at most the total, and nothing is kept of a"
        " cancelled purchase",
        """
        SELECT 'purchase ' || p.id, p.status || ', total ' || p.total || ', paid ' || m.paid || ', refunded ' || m.refunded
        FROM purchase p
        JOIN (
            SELECT purchase_id, coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0) AS paid,
                coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded
            FROM payment GROUP BY purchase_id
        ) m ON m.purchase_id = p.id
        WHERE m.refunded > m.paid OR m.paid - m.refunded > p.total
            OR (p.status = 'cancelled' AND m.paid <> m.refunded)
        """,
    ),
    Rule(
        "what a purchase says was paid is its payments less its refunds",
        """
        SELECT 'purchase ' || p.id, 'paid ' || p.paid || ', payments less refunds ' || coalesce(m.balance, 0)
        FROM purchase p
        LEFT JOIN (
            SELECT purchase_id, sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) AS balance
            FROM payment GROUP BY purchase_id
        ) m ON m.purchase_id = p.id
        WHERE p.paid <> coalesce(m.balance, 0)
        """,
    ),
    Rule(
        "a collected purchase was paid in full",
        """
        SELECT 'purchase ' || p.id, 'total ' || p.total || ', paid ' || coalesce(sum(m.amount), 0)
        FROM purchase p
        LEFT JOIN payment m ON m.purchase_id = p.id AND m.kind = 'payment'
        WHERE p.status = 'collected'
        GROUP BY p.id
        HAVING p.total > coalesce(sum(m.amount), 0)
        """,
    ),
    Rule(
        "a cart is checked out exactly if it has a purchase",
        """
        SELECT 'cart ' || c.id, c.status
        FROM cart c
        LEFT JOIN purchase p ON p.cart_id = c.id
        WHERE (c.status = 'checked_out') <> (p.id IS NOT NULL)
        """,
    ),
    Rule(
        "a purchase is a customer's, or opened by the token that opened its cart",
        """
        SELECT 'purchase ' || p.id, CASE
            WHEN p.token_hash IS NULL THEN 'a guest''s without a token'
            WHEN p.customer_id IS NOT NULL THEN 'a customer''s with a guest''s token'
            ELSE 'another token than its cart''s' END
        FROM purchase p
        LEFT JOIN cart c ON c.id = p.cart_id
        WHERE (p.customer_id IS NULL) <> (p.token_hash IS NOT NULL) OR p.token_hash <> c.token_hash
        """,
    ),
    Rule(
        "each barcode of a product, and nothing else, is found as one",
        """
        SELECT 'barcode ' || gtin14, CASE
            WHEN f.product_id IS NULL THEN 'of product ' || p.code || ' is not found'
            WHEN w.product_id IS NULL THEN 'is found as one of product ' || p.code || ', which does not have it'
            ELSE 'of product ' || p.code || ' on ' || w.pieces || ' pieces is found as one on ' || f.pieces END
        FROM (
            SELECT b.gtin14, b.pieces, p.id AS product_id
            FROM product p CROSS JOIN LATERAL barcodes_of(p.gtin, p.other_barcodes) b
        ) w
        FULL JOIN barcode f USING (gtin14, product_id)
        JOIN product p ON p.id = product_id
        WHERE f.pieces IS DISTINCT FROM w.pieces
        """,
    ),
)
