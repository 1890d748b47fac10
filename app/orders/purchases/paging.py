"""The SQL that selects a page of purchases: which, in which order, and how many are looked at for them.

A page is read from an index in its order, from where the page before ended. What a contact is called, or whether a purchase
was collected, no such index tells: that is looked up on the way, and a page looks at so many purchases. It may end there,
before it is full: the last row then has `stops`.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import literal
from app.orders.purchases.schemas import ListedStatus
from app.orders.purchases.shape import collect_by

MOST_LOOKED_AT = 5000
"""At how many purchases a page looks. It is in the API's description too."""

# What is asked of the purchases in a list, named q, each only where it is asked: a plan for all of them would be one for none.
_INDEXED = {
    "customer": "q.customer_id = %(customer)s",
    "since": "q.placed_at >= %(since)s",
    "until": "q.placed_at < %(until)s",
    "slot": "q.slot_start = %(slot)s",
    "number": "q.invoice_number = %(number)s",
}
# There are indexes of contacts, but in no order that a list has.
_CONTACTS = {
    "name": "plain_text(q.contact_name) LIKE plain_text(%(name)s)",
    "phone": """(q.invoice_number = %(number)s
        OR regexp_replace(q.contact_phone, '[^0-9]', '', 'g') LIKE %(phone)s)""",
}
# Too short for those; and what time makes of a purchase, which no index tells.
_PARTS = {"part": "plain_text(q.contact_name) LIKE plain_text(%(part)s)"}
_PAID_AT = "(SELECT max(y.at) FROM payment y WHERE y.purchase_id = q.id AND y.kind = 'payment')"
_TIMED = {
    "overdue": "q.pay_by < now() AND q.paid < q.total",
    "abandoned": f"q.paid >= q.total AND {collect_by('q', _PAID_AT)} < now()",
}
# What was placed later is not abandoned, whatever else: the queue's index knows that much.
_ABANDONED_BEFORE = "q.placed_at < now() - make_interval(days => %(days_to_collect)s)"
# Few purchases, found from the lots that have expired, and not by looking through the queue.
_SHORT = """
    SELECT q.* FROM (SELECT purchase_id, bool_or(movable < quantity) AS lacks FROM expired_promise GROUP BY purchase_id) e
    CROSS JOIN LATERAL (
        SELECT * FROM purchase p WHERE p.id = e.purchase_id AND (e.lacks OR p.picked_at IS NOT NULL) LIMIT 1) q"""

# What waits is told apart by how far its picking is.
_WAITING = {
    "waiting": "q.status = 'placed'",
    "placed": "q.status = 'placed' AND q.picking_since IS NULL",
    "picking": "q.status = 'placed' AND q.picking_since IS NOT NULL AND q.picked_at IS NULL",
    "ready": "q.status = 'placed' AND q.picked_at IS NOT NULL",
}

FILTERS = (*_INDEXED, *_CONTACTS, *_PARTS, *_TIMED, "short")
"""The names of what can be asked of purchases, beside their status."""


def page_of(
    asked: frozenset[str], status: ListedStatus | None, order: str, limit: str
) -> tuple[str, str]:
    """Return the SQL for the rows (id, hit, stops) of a page, and what stands in front of it.

    `asked` are names of FILTERS, and `behind` for a later page; `order` is ASC or DESC.
    """
    ordered = f"ORDER BY q.placed_at {order}, q.id {order} LIMIT"
    contacts = _those(asked, _CONTACTS)
    indexed = _indexed(asked, order)
    # Not a parameter: the till's queue, and what was cancelled, have indexes of their own.
    state = [] if status is None else [_WAITING.get(status, f"q.status = {literal(status)}")]
    timed = _those(asked, _TIMED)
    unindexed = contacts + _those(asked, _PARTS) + timed
    if "short" in asked:
        every = _where([*indexed, *unindexed, *state])
        found = f"SELECT q.id, true AS hit, false AS stops FROM ({_SHORT}) q {every}"
        return f"{found} {ordered} {limit}", ""
    (unindexed if status == "collected" else indexed).extend(state)
    if not unindexed:
        return (
            f"SELECT q.id, true AS hit, false AS stops FROM purchase q {_where(indexed)} {ordered} {limit}",
            "",
        )
    hit = " AND ".join(unindexed)
    walked = f"""
        SELECT q.id, {hit} AS hit, q.place = {MOST_LOOKED_AT} AS stops
        FROM (
            SELECT q.*, row_number() OVER ({ordered.removesuffix(" LIMIT")}) AS place
            FROM purchase q {_where(indexed)} {ordered} {MOST_LOOKED_AT}) q
        WHERE q.place = {MOST_LOOKED_AT} OR {hit} LIMIT {limit}"""
    if not contacts:
        return walked, ""
    # Those of a contact, unless they are very many: then the next one is never far.
    few = f"(SELECT count(*) <= {MOST_LOOKED_AT} FROM few)"
    found = f"""
        (SELECT q.id, true AS hit, false AS stops FROM few q
        {_where([few, *indexed, *state, *timed])} {ordered} {limit})"""
    before = f"""
        WITH few AS MATERIALIZED (
            SELECT * FROM purchase q {_where(contacts)} LIMIT {MOST_LOOKED_AT + 1})"""
    return f"{found} UNION ALL SELECT * FROM ({walked}) walked WHERE NOT {few}", before


def _indexed(asked: frozenset[str], order: str) -> list[str]:
    """Return the conditions that indexes tell."""
    indexed = _those(asked, _INDEXED)
    if "behind" in asked:
        follows = ">" if order == "ASC" else "<"
        indexed.append(f"(q.placed_at, q.id) {follows} (%(behind_at)s, %(behind_id)s::uuid)")
    if asked & _TIMED.keys():
        indexed.append("q.status = 'placed'")
    if "abandoned" in asked:
        indexed.append(_ABANDONED_BEFORE)
    return indexed


def _those(asked: frozenset[str], conditions: dict[str, str]) -> list[str]:
    return [condition for name, condition in conditions.items() if name in asked]


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
