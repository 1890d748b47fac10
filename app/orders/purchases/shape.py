"""What purchases look like: the SQL that makes their JSON."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import json_array, json_object
from app.models.orders import PURCHASE_STATUS
from app.orders.statements import LINE_OF, VAT

# The coupon that a purchase, p, redeemed.
COUPON = (
    "CASE WHEN p.coupon_id IS NULL THEN 'null' ELSE "
    + json_object(
        "'code', p.coupon_code, 'name', p.coupon_name, 'reduction', p.coupon_amount::text"
    )
    + " END"
)

# The window that it is collected in.
SLOT = (
    "CASE WHEN p.slot_start IS NULL THEN 'null' ELSE "
    + json_object("'start', rfc3339(p.slot_start), 'end', rfc3339(p.slot_end)")
    + " END"
)


def collect_by(purchase: str, paid_at: str) -> str:
    """Return the SQL for until when a `purchase` that is paid in full is kept: days behind `paid_at`, the last payment, or its slot."""
    begins = f"greatest({purchase}.placed_at, {purchase}.slot_end, {paid_at})"
    return f"{begins} + make_interval(days => %(days_to_collect)s)"


# What a purchase looks like, for rows that are named p, and what m and n say of each.
JSON = json_object(
    f"""
    'id', p.id, 'number', p.invoice_number, 'invoice_number', p.invoice_number, 'status', {PURCHASE_STATUS},
    'contact_name', p.contact_name, 'contact_phone', p.contact_phone, 'currency', p.currency,
    'total', p.total::text, 'ordered_total', coalesce(p.ordered_total, p.total)::text,
    'ceiling', (coalesce(p.ordered_total, p.total) + n.allowance)::text, 'vat_total', p.vat_total::text,
    'paid', m.paid::text, 'refunded', m.refunded::text,
    'due', CASE p.status WHEN 'placed' THEN greatest(p.total - m.paid + m.refunded, 0.00) ELSE 0.00 END::text,
    'owed', CASE p.status WHEN 'placed' THEN greatest(m.paid - m.refunded - p.total, 0.00) ELSE 0.00 END::text,
    'placed_at', rfc3339(p.placed_at), 'pay_by', rfc3339(p.pay_by), 'picked_at', rfc3339(p.picked_at),
    'collect_by', CASE WHEN p.status = 'placed' AND p.paid >= p.total THEN rfc3339({collect_by("p", "m.paid_at")}) END,
    'collected_at', rfc3339(p.collected_at), 'cancelled_at', rfc3339(p.cancelled_at),
    'cancel_reason', nullif(p.cancel_reason, ''), 'min_age', p.min_age, 'age_checked', p.age_checked_by IS NOT NULL, 'version', p.version""",
    slot=SLOT,
    coupon=COUPON,
    vat="n.vat",
    lines="n.lines",
    payments="m.payments",
)

# And a line of it, named l; r says how much of it was brought back.
LINE = json_object(f"""
    'id', l.id, {LINE_OF}, 'deposit_of', l.deposit_of,
    'offer', CASE WHEN l.best_before IS NULL THEN 'regular' ELSE 'reduced' END, 'best_before', l.best_before, 'name', l.name, 'unit', l.unit, 'quantity', l.quantity::text,
    'ordered', CASE WHEN l.substitute_for IS NULL THEN coalesce(l.ordered_quantity, l.quantity) END::text, 'substitute_for', l.substitute_for,
    'list_price', l.price::text, 'discount_rate', l.discount_rate::text,
    'unit_price', l.unit_price::text, 'discount', l.discount, 'label_price', l.label_price::text, 'vat_rate', l.vat_rate::text,
    'vat_amount', l.vat_amount::text, 'coupon_reduction', coalesce(l.coupon_amount, 0.00)::text, 'total', l.total::text,
    'returned', coalesce(r.quantity, 0.000)::text, 'substitute', l.substitute""")


# Lines, l, that a purchase has: substitutes that were refused are struck, and no line of it any more.
SHOWN = "(l.quantity > 0 OR l.substitute_for IS NULL)"

# How much more its lines, l, might come to, than a purchase, p, came to when it was placed.
ALLOWANCE = """coalesce(sum(weight_allowance(
                   l.unit, coalesce(l.ordered_quantity, l.quantity), l.unit_price, l.label_price, p.weight_tolerance))
                   FILTER (WHERE l.unit <> 'piece' AND l.substitute_for IS NULL), 0.00)"""

# They are sorted first, as a few lines are grouped sooner without a hash.
_VAT_OF_LINES = f"""(
    SELECT {json_array(VAT, "v.rate")} FROM (
        SELECT l.vat_rate AS rate, sum(l.total) AS gross, sum(l.total - l.vat_amount) AS net, sum(l.vat_amount) AS vat
        FROM (SELECT * FROM purchase_line WHERE purchase_id = p.id AND quantity > 0 ORDER BY vat_rate) l GROUP BY l.vat_rate) v)"""

PAYMENT_MEMBERS = """
    'id', y.id, 'kind', y.kind, 'method', y.method, 'amount', y.amount::text, 'rounding', y.rounding::text,
    'tendered', y.tendered::text, 'change', (y.tendered - y.amount - y.rounding)::text, 'session', y.session_id,
    'reference', y.reference, 'reason', y.reason, 'at', rfc3339(y.at)"""
PAYMENT = json_object(PAYMENT_MEMBERS)

# A purchase has few movements, and some products have very many: so the CASE, through which no plan looks these up.
PARTS = f"""
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(y.amount) FILTER (WHERE y.kind = 'payment'), 0.00) AS paid,
               coalesce(sum(y.amount) FILTER (WHERE y.kind = 'refund'), 0.00) AS refunded,
               max(y.at) FILTER (WHERE y.kind = 'payment') AS paid_at,
               {json_array(PAYMENT, "y.id")} AS payments
        FROM payment y WHERE y.purchase_id = p.id
    ) m
    CROSS JOIN LATERAL (
        SELECT {json_array(LINE, "l.id")} AS lines, {ALLOWANCE} AS allowance,
               {_VAT_OF_LINES} AS vat
        FROM purchase_line l
        LEFT JOIN LATERAL (
            SELECT sum(v.quantity) AS quantity FROM stock_movement v
            WHERE v.purchase_id = p.id AND v.kind = 'return'
                AND coalesce(v.purchase_line_id, CASE v.product_id WHEN l.product_id THEN l.id END) = l.id
        ) r ON true
        WHERE l.purchase_id = p.id AND {SHOWN}
    ) n"""
