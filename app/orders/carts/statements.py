"""The SQL of carts, and of what a cart looks like."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement, json_array, json_object
from app.orders.statements import VAT

# Whose cart (named c) it is: the guest's who has its token, or the customer's; and the till may put into any.
# An open one ends with its time.
OWN = """c.id = %(cart)s::uuid
    AND (c.id = %(own)s::uuid OR c.customer_id = %(customer)s OR %(at_till)s)
    AND (c.status <> 'open' OR c.expires_at > now())"""

_NEW = json_object(
    """
    'id', id, 'status', status, 'ready', false, 'currency', %(currency)s::text, 'total', '0.00'::text, 'ceiling', '0.00'::text, 'vat_total', '0.00'::text,
    'min_age', NULL::integer, 'created_at', rfc3339(created_at), 'expires_at', rfc3339(expires_at)""",
    items="'[]'",
    coupon="'null'",
    vat="'[]'",
    purchase="'null'",
)

OPEN_FOR_GUEST = Statement(
    f"""
    INSERT INTO cart (token_hash, expires_at)
    VALUES (%(token_hash)s, now() + make_interval(days => %(days)s))
    RETURNING id::text, {_NEW}
    """,
    read=False,
)

# The coupon of a cart, c, and what k says of it.
_COUPON = (
    "CASE WHEN c.coupon_id IS NULL THEN 'null' ELSE (SELECT "
    + json_object("""
        'code', coalesce(c.coupon_code, upper(q.code)), 'name', q.name, 'reduction', k.reduction::text,
        'refused', nullif(k.refused, ''), 'minimum', q.minimum::text""")
    + " FROM coupon q WHERE q.id = c.coupon_id) END"
)

# What a cart looks like, for a row that is named c and what _items() says of it.
_JSON = json_object(
    """
    'id', c.id, 'status', c.status, 'ready', c.status = 'open' AND x.ready AND coalesce(k.refused, '') = '',
    'currency', %(currency)s::text, 'total', coalesce(x.total - coalesce(k.reduction, 0), 0.00)::text,
    'ceiling', coalesce(x.total - coalesce(k.reduction, 0) + x.allowance, 0.00)::text,
    'vat_total', coalesce(w.total, 0.00)::text, 'min_age', x.min_age,
    'created_at', rfc3339(c.created_at), 'expires_at', rfc3339(c.expires_at),
    'purchase', (SELECT id FROM purchase WHERE cart_id = c.id)""",
    items="x.items",
    coupon=_COUPON,
    vat="w.rates",
)

_ITEM = json_object(
    """
    'id', i.id, 'offer', CASE WHEN i.best_before IS NULL THEN 'regular' ELSE 'reduced' END, 'best_before', i.best_before,
    'quantity', i.quantity::text, 'list_price', o.price::text, 'unit_price', y.unit_price::text, 'discount', y.discount,
    'label_price', i.label_price::text, 'total', y.total::text, 'min_age', o.min_age, 'substitute', i.substitute,
    'available', y.available::text, 'problems', z.problems""",
    product=json_object("'code', o.code, 'name', o.name, 'unit', o.unit"),
    deposit="CASE WHEN y.deposit > 0 THEN "
    + json_object(
        "'code', o.deposit_code, 'name', o.deposit_name, 'amount', o.deposit_amount::text, 'total', y.deposit::text"
    )
    + " ELSE 'null' END",
)


# What keeps a line, i, from being bought: a withdrawn product alone, as nothing else matters then.
_PROBLEMS = """
    CASE WHEN NOT o.active THEN '{withdrawn}'
        WHEN sold_in(o.unit, i.quantity) AND i.wanted <= y.available THEN '{}'
        ELSE array_remove(ARRAY[
            CASE WHEN NOT sold_in(o.unit, i.quantity) THEN 'not_whole' END,
            CASE WHEN i.best_before IS NOT NULL AND r.available IS NULL THEN 'not_reduced'
                WHEN i.wanted > y.available THEN 'out_of_stock' END], NULL)
    END::text[]"""

# What the coupon of a cart, c, takes off its items, x, and the VAT in what is left.
_EFFECTS = f"""
        LEFT JOIN LATERAL (
            SELECT e.refused, e.reduction, ARRAY(
                       SELECT g.total - coalesce(g.share, 0)
                       FROM unnest(x.goods, e.shares) WITH ORDINALITY AS g (total, share, place) ORDER BY g.place) AS goods
            FROM coupon_effect(c.coupon_id, c.coupon_code, c.customer_id, x.products, x.goods) e
            WHERE c.coupon_id IS NOT NULL
        ) k ON true
        CROSS JOIN LATERAL (
            SELECT sum(v.vat) AS total, {json_array(VAT, "v.rate")} AS rates
            FROM vat_by_rate(coalesce(k.goods, x.goods) || x.deposits, x.rates) v
        ) w"""


def _items(rows: str) -> str:
    """Return the join that sums up a cart's `rows` of cart_item, at today's prices.

    A withdrawn product is for sale no more, whatever is left of it, and no part of any sum. What there is of a product
    has to do for all its lines. OFFSET 0 has a total, and what is available, worked out once, and not wherever it is named.
    """
    return f"""
        CROSS JOIN LATERAL (
            SELECT sum(y.total) FILTER (WHERE o.active) + coalesce(sum(y.deposit) FILTER (WHERE o.active), 0) AS total,
                   array_agg(o.product_id) FILTER (WHERE o.active) AS products,
                   array_agg(y.total) FILTER (WHERE o.active) AS goods,
                   array_agg(y.deposit) FILTER (WHERE o.active AND y.deposit > 0) AS deposits,
                   array_agg(o.vat_rate) FILTER (WHERE o.active)
                       || array_agg(o.deposit_vat_rate) FILTER (WHERE o.active AND y.deposit > 0) AS rates,
                   max(o.min_age) FILTER (WHERE o.active) AS min_age,
                   coalesce(sum(weight_allowance(o.unit, i.quantity, y.unit_price, i.label_price, g.weight_tolerance))
                       FILTER (WHERE o.active AND o.unit <> 'piece'), 0.00) AS allowance,
                   coalesce(bool_and(z.problems = '{{}}'), false) AS ready,
                   {json_array(_ITEM, "i.added_at, i.id")} AS items
            FROM (
                SELECT *, sum(quantity) OVER (PARTITION BY product_id, best_before) AS wanted FROM {rows} g
            ) i
            JOIN offer o ON o.product_id = i.product_id
            JOIN sellable a ON a.product_id = i.product_id
            LEFT JOIN shop g ON true
            CROSS JOIN LATERAL reduced_offer(i.product_id, i.best_before) r
            CROSS JOIN LATERAL (
                SELECT t.*, round(i.quantity * o.deposit_amount, 2) AS deposit,
                       CASE WHEN NOT o.active THEN 0.000 WHEN i.best_before IS NULL THEN a.available
                           ELSE coalesce(r.available, 0.000) END AS available
                FROM line_charge(
                    o.discount_set, o.unit, o.price, o.unit_price, o.discount_rate, o.discount_terms,
                    r.unit_price, r.rate,
                    i.quantity, i.label_price) t
                OFFSET 0
            ) y
            CROSS JOIN LATERAL (SELECT {_PROBLEMS} AS problems OFFSET 0) z
        ) x
        {_EFFECTS}"""


_OF_CART = "(SELECT * FROM cart_item WHERE cart_id = c.id)"

READ = Statement(f"SELECT {_JSON} FROM cart c {_items(_OF_CART)} WHERE {OWN}", read=True)

# The open ones of a customer's, and those checked out of late: few, so they are put in order.
PAGE = Statement(
    f"""
    SELECT {_JSON}, c.created_at, c.id::text
    FROM (
        SELECT * FROM cart c
        WHERE c.customer_id = %(customer)s AND (c.status <> 'open' OR c.expires_at > now())
            AND (%(behind_at)s::timestamptz IS NULL OR (c.created_at, c.id) < (%(behind_at)s, %(behind_id)s::uuid))
        ORDER BY c.created_at DESC, c.id DESC LIMIT %(limit)s
    ) c {_items(_OF_CART)}
    ORDER BY c.created_at DESC, c.id DESC
    """,
    read=True,
)

# This, and what follows: the cart and its items are those that the function saw behind the lock.
OPEN = Statement(
    f"""
    SELECT opened.made, c.id::text, {_JSON}
    FROM open_cart_of(%(customer)s, %(days)s) opened
    CROSS JOIN LATERAL (SELECT (opened.cart).*) c
    {_items("unnest(opened.items)")}
    """,
    read=False,
)

CLAIM = Statement(
    f"""
    SELECT claimed.outcome, {_JSON}, claimed.changes::text
    FROM claim_cart(%(cart)s::uuid, %(token_hash)s, %(customer)s, %(max_quantity)s, %(days)s, %(max_lines)s) claimed
    CROSS JOIN LATERAL (SELECT (claimed.cart).*) c
    {_items("unnest(claimed.items)")}
    """,
    read=False,
)

STATE = Statement(
    f"""
    SELECT c.status, (SELECT id::text FROM purchase WHERE cart_id = c.id) FROM cart c WHERE {OWN}
    """,
    read=True,
)


def _put(what: str) -> Statement:
    """Return the statement that puts `what` into a cart: the quantity, a label's price, whether a substitute is welcome, whether it is added."""
    return Statement(
        f"""
        SELECT put.outcome, {_JSON}
        FROM (SELECT c.id FROM cart c WHERE {OWN}) mine
        CROSS JOIN LATERAL put_in_cart(
            mine.id, %(product)s, %(best_before)s, {what}, %(max_quantity)s, %(days)s, %(max_lines)s) put
        CROSS JOIN LATERAL (SELECT (put.cart).*) c
        {_items("unnest(put.items)")}
        """,
        read=False,
    )


PUT = _put("%(quantity)s, NULL, %(substitute)s, false")

# Of what a label prints nothing but the price of, there is as much as that is for today.
ADD = _put("""coalesce(%(quantity)s, (
        SELECT greatest(round(%(label_price)s / o.unit_price, 3), 0.001) FROM offer o WHERE o.code = %(product)s)),
    %(label_price)s, %(substitute)s, true""")

WELCOME = Statement(
    f"""
    WITH held AS (
        SELECT c.id, c.status FROM cart c WHERE {OWN} FOR NO KEY UPDATE
    )
    UPDATE cart_item i SET substitute = %(substitute)s FROM held
    WHERE held.status = 'open' AND i.cart_id = held.id AND i.id = %(line)s
    """,
    read=False,
)

REMOVE = Statement(
    f"""
    WITH held AS (
        SELECT c.id, c.status FROM cart c WHERE {OWN} FOR UPDATE
    )
    DELETE FROM cart_item i USING held, product p
    WHERE held.status = 'open' AND i.cart_id = held.id
        AND p.code = %(product)s AND p.id = i.product_id
    """,
    read=False,
)

REMOVE_LINE = Statement(
    f"""
    WITH held AS (
        SELECT c.id, c.status FROM cart c WHERE {OWN} FOR UPDATE
    )
    DELETE FROM cart_item i USING held
    WHERE held.status = 'open' AND i.cart_id = held.id AND i.id = %(line)s
    """,
    read=False,
)

DELETE_EXPIRED = Statement(
    """
    DELETE FROM cart WHERE id IN (
        SELECT id FROM cart WHERE status = 'open' AND expires_at <= now()
        ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    """,
    read=False,
)

# In one statement with the purchases, which name them. Who pays or collects at this moment is not waited for. Arrays,
# because a join with all purchases looks cheaper where very many carts are due.
DELETE_CHECKED_OUT = Statement(
    """
    WITH old AS (
        SELECT id, cart_id FROM purchase
        WHERE cart_id IS NOT NULL
            AND placed_at < now() - greatest(make_interval(days => %(days)s), make_interval(hours => %(hours)s))
        ORDER BY placed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), freed AS (
        UPDATE purchase SET cart_id = NULL WHERE id = ANY (ARRAY(SELECT id FROM old))
    )
    DELETE FROM cart WHERE id = ANY (ARRAY(SELECT cart_id FROM old))
    """,
    read=False,
)
