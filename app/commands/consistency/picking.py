"""What must be true of purchases that were picked."""

from app.commands.consistency.rule import Rule

RULES = (
    Rule(
        "what is charged of a line follows from what was ordered and how much of it came",
        """
        SELECT 'purchase ' || l.purchase_id || ' line ' || l.id, 'ordered ' || l.ordered_quantity || ' for ' || l.ordered_total
            || ', came ' || l.quantity || ' for ' || l.total || ' less ' || coalesce(l.coupon_amount, 0)
        FROM purchase_line l
        CROSS JOIN LATERAL picked_charge(
            l.ordered_quantity, l.ordered_total, l.ordered_coupon, l.quantity, l.price, l.unit_price, l.label_price, l.discount) c
        WHERE l.ordered_quantity IS NOT NULL AND (l.total, coalesce(l.coupon_amount, 0)) <> (c.total, c.coupon)
        """,
    ),
    Rule(
        "no more pieces come than were ordered, what a label printed the price of comes whole or not, and who wrote down what"
        " was ordered got something else",
        """
        SELECT 'purchase ' || l.purchase_id || ' line ' || l.id, 'ordered ' || l.ordered_quantity || ' ' || l.unit || ', came '
            || l.quantity || coalesce(', label ' || l.label_price, '')
        FROM purchase_line l
        WHERE l.quantity = l.ordered_quantity OR l.unit = 'piece' AND l.quantity > l.ordered_quantity
            OR l.label_price IS NOT NULL AND l.quantity > 0 AND l.ordered_quantity IS NOT NULL
        """,
    ),
    Rule(
        "a substitute stands in for goods of its purchase of which something lacks, costs its price at most, and no coupon is on it",
        """
        SELECT 'purchase ' || s.purchase_id || ' line ' || s.id, 'instead of line ' || l.id || ' of purchase ' || l.purchase_id
            || ', of which ' || l.quantity || ' came, ' || s.quantity || ' for ' || s.total || ' at ' || s.unit_price
        FROM purchase_line s
        JOIN purchase_line l ON l.id = s.substitute_for
        WHERE s.purchase_id <> l.purchase_id OR num_nonnulls(l.substitute_for, l.deposit_of) > 0
            OR s.quantity > 0 AND l.quantity >= coalesce(l.ordered_quantity, l.quantity)
            OR s.total > round(s.quantity * s.unit_price, 2) AND s.total > 0.01 OR s.coupon_amount IS NOT NULL
        """,
    ),
    Rule(
        "what a purchase that was picked came to when it was placed is what its lines did, and of one that was not all is as ordered",
        """
        SELECT 'purchase ' || p.id, 'ordered ' || coalesce(p.ordered_total::text, 'nothing else') || ', lines ' || l.total
        FROM purchase p
        JOIN (
            SELECT purchase_id, sum(coalesce(ordered_total, total)) FILTER (WHERE substitute_for IS NULL) AS total,
                bool_or(num_nonnulls(ordered_quantity, substitute_for) > 0) AS is_other
            FROM purchase_line GROUP BY purchase_id
        ) l ON l.purchase_id = p.id
        WHERE p.ordered_total <> l.total OR p.picked_at IS NULL AND l.is_other
        """,
    ),
)
