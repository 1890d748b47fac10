"""What must be true of carts and purchases, and of the money for them."""

from app.commands.consistency.rule import Rule

RULES = (
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
        "a line's amounts follow from its quantity, price, discount and VAT rate, or from the label that prints its price",
        """
        SELECT 'purchase ' || p.id || ' line ' || l.id, 'unit price ' || l.unit_price || ', total ' || l.total
            || ', VAT ' || l.vat_amount
        FROM purchase p
        -- What was picked of it follows from that.
        JOIN (
            SELECT id, purchase_id, price, discount_rate, unit_price, discount, label_price, vat_rate, vat_amount, substitute_for,
                coalesce(ordered_quantity, quantity) AS quantity, coalesce(ordered_total, total) AS total,
                coalesce(ordered_coupon, coupon_amount) AS coupon_amount
            FROM purchase_line
        ) l ON l.purchase_id = p.id
        -- A cent at least, unless it was placed when half a cent was nothing.
        CROSS JOIN LATERAL (SELECT CASE WHEN p.pricing_rules >= 2 THEN 0.01 ELSE 0 END AS lowest) charged
        CROSS JOIN LATERAL (
            SELECT l.discount ->> 'amount' AS amount, (l.discount ->> 'buy')::integer AS buy
        ) by
        WHERE l.unit_price <> greatest(
                round(l.price * (1 - l.discount_rate), 2) - coalesce(by.amount::numeric, 0), least(l.price, charged.lowest))
            OR l.discount_rate <> coalesce((l.discount ->> 'rate')::numeric, CASE WHEN l.discount IS NULL THEN l.discount_rate ELSE 0 END)
            OR l.substitute_for IS NULL AND l.total + coalesce(l.coupon_amount, 0) <> coalesce(
                l.label_price,
                div(l.quantity, by.buy) * coalesce((l.discount ->> 'price')::numeric, (l.discount ->> 'pay')::integer * l.price)
                    + mod(l.quantity, by.buy) * l.price,
                CASE WHEN l.price < 0 THEN round(l.quantity * l.unit_price, 2)
                    ELSE greatest(round(l.quantity * l.unit_price, 2), least(l.unit_price, charged.lowest)) END)
            OR p.pricing_rules < 2 AND p.picked_at IS NULL AND l.vat_amount <> l.total - round(l.total / (1 + l.vat_rate), 2)
        """,
    ),
    Rule(
        "reduced goods cost less than the list says, and are no label's",
        """
        SELECT 'purchase ' || l.purchase_id || ' line ' || l.id, 'best before ' || l.best_before || ', unit price '
            || l.unit_price || ', list price ' || l.price || coalesce(', label ' || l.label_price, '')
        FROM purchase_line l
        WHERE l.best_before IS NOT NULL AND (l.discount_rate = 0 OR l.label_price IS NOT NULL OR l.deposit_of IS NOT NULL)
        """,
    ),
    Rule(
        "a deposit is charged on as many pieces as there are in the line of goods that it is for, in the same purchase",
        """
        SELECT 'purchase ' || d.purchase_id || ' line ' || d.id, 'deposit on ' || d.quantity || ', goods ' || g.quantity
            || CASE WHEN g.purchase_id <> d.purchase_id THEN ' in purchase ' || g.purchase_id ELSE '' END
        FROM purchase_line d
        JOIN purchase_line g ON g.id = d.deposit_of
        WHERE (d.purchase_id, d.quantity) IS DISTINCT FROM (g.purchase_id, g.quantity) OR g.deposit_of IS NOT NULL
        """,
    ),
    Rule(
        "who gave no name bought at the counter and has it, unless it was forgotten, and only there deposits are given back",
        """
        SELECT 'purchase ' || p.id, p.status || CASE WHEN p.contact_name IS NULL THEN ', no name' ELSE ', deposits of ' || l.total END
        FROM purchase p
        LEFT JOIN (
            SELECT purchase_id, sum(total) AS total FROM purchase_line WHERE price < 0 GROUP BY purchase_id
        ) l ON l.purchase_id = p.id
        WHERE CASE WHEN p.contact_name IS NULL THEN p.status <> 'collected' AND p.forgotten_at IS NULL ELSE l.total < 0 END
        """,
    ),
    Rule(
        "what a coupon takes off a purchase is what it takes off its lines",
        """
        SELECT 'purchase ' || p.id, 'coupon ' || coalesce(p.coupon_amount::text, 'none') || ', lines '
            || coalesce(sum(l.coupon_amount), 0)
        FROM purchase p
        JOIN purchase_line l ON l.purchase_id = p.id
        GROUP BY p.id
        HAVING coalesce(p.coupon_amount, 0) <> coalesce(sum(l.coupon_amount), 0)
            OR (p.coupon_id IS NULL) <> (p.coupon_amount IS NULL)
        """,
    ),
    Rule(
        "a coupon is used by the purchases that redeemed it and were not cancelled",
        """
        SELECT 'coupon ' || c.code, 'used ' || c.used || ', purchases ' || coalesce(p.count, 0)
        FROM coupon c
        LEFT JOIN (
            SELECT coupon_id, count(*) FROM purchase WHERE status <> 'cancelled' GROUP BY coupon_id
        ) p ON p.coupon_id = c.id
        WHERE c.used <> coalesce(p.count, 0)
        """,
    ),
    Rule(
        "a code is redeemed by a purchase with its coupon that was not cancelled",
        """
        SELECT 'purchase ' || p.id, 'code of coupon ' || k.coupon_id || ', redeemed ' || coalesce(p.coupon_id::text, 'none')
            || ', ' || p.status
        FROM coupon_code k
        JOIN purchase p ON p.id = k.purchase_id
        WHERE p.coupon_id IS DISTINCT FROM k.coupon_id OR p.status = 'cancelled'
        """,
    ),
    Rule(
        "as many places of a slot are taken as purchases are in it that were not cancelled",
        """
        SELECT 'slot ' || rfc3339(coalesce(s.starts_at, p.slot_start)), 'taken ' || coalesce(s.taken, 0) || ', purchases '
            || coalesce(p.count, 0)
        FROM slot s
        FULL JOIN (
            SELECT slot_start, max(slot_end) AS ends_at, count(*) FROM purchase
            WHERE slot_start IS NOT NULL AND status <> 'cancelled' GROUP BY slot_start
        ) p ON p.slot_start = s.starts_at
        -- `tidy` forgets those that are long over.
        WHERE coalesce(s.taken, 0) <> coalesce(p.count, 0) AND (s.starts_at IS NOT NULL OR p.ends_at > now())
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
                -- What a line's part lacks to its share, vat * total / gross, in parts of a cent: exact, without a division. Where
                -- some give money back and others do not, the share is rate * total / (1 + rate).
                SELECT g.*, CASE WHEN g.mixed THEN 1 + g.vat_rate ELSE abs(g.gross) END AS whole,
                    100 * CASE WHEN g.mixed THEN g.vat_rate * g.total - g.vat_amount * (1 + g.vat_rate)
                        ELSE g.vat * g.total - g.vat_amount * g.gross END AS lacks
                FROM (
                    SELECT l.*, sum(l.total) OVER rate AS gross,
                        sum(l.total) OVER rate - round(sum(l.total) OVER rate / (1 + l.vat_rate), 2) AS vat,
                        min(l.total) OVER rate < 0 AND max(l.total) OVER rate > 0 AS mixed
                    FROM purchase p
                    JOIN purchase_line l ON l.purchase_id = p.id
                    WHERE p.pricing_rules >= 2
                    WINDOW rate AS (PARTITION BY l.purchase_id, l.vat_rate)
                ) g
            ) q
            WINDOW rate AS (PARTITION BY q.purchase_id, q.vat_rate)
        ) v
        -- By largest remainder: no part is a cent off, and who has a cent more had the larger remainder.
        WHERE v.shared <> v.vat OR v.whole <> 0 AND (abs(v.lacks) >= v.whole OR v.apart > v.whole)
        """,
    ),
    Rule(
        "refunds are at most the payments and what bottles paid, payments less refunds at most the total, unless less was picked"
        " and waits to be given back, and nothing is kept of a cancelled purchase",
        """
        SELECT 'purchase ' || p.id, p.status || ', total ' || p.total || ', paid ' || m.paid || ', refunded ' || m.refunded
        FROM purchase p
        JOIN (
            SELECT purchase_id, coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0) AS paid,
                coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded
            FROM payment GROUP BY purchase_id
        ) m ON m.purchase_id = p.id
        LEFT JOIN (
            SELECT purchase_id, sum(total) AS total FROM purchase_line WHERE price < 0 GROUP BY purchase_id
        ) b ON b.purchase_id = p.id
        WHERE m.refunded > m.paid - coalesce(b.total, 0)
            OR m.paid - m.refunded > p.total AND (p.status <> 'placed' OR p.picked_at IS NULL)
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
        "a cart is checked out exactly if it has a purchase, and that of a sale at the counter is gone",
        """
        SELECT 'cart ' || c.id, c.status
        FROM cart c
        LEFT JOIN purchase p ON p.cart_id = c.id
        WHERE (c.status = 'checked_out') <> (p.id IS NOT NULL) OR c.status = 'sale'
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
        WHERE p.customer_id IS NULL AND p.token_hash IS NULL AND coalesce(p.collected_at, p.cancelled_at) IS NULL
            OR p.customer_id IS NOT NULL AND p.token_hash IS NOT NULL OR p.token_hash <> c.token_hash
        """,
    ),
)
