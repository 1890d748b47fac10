"""The statements that read the catalogue; PostgreSQL makes the JSON.

What a thing belongs to is looked up by scalar subqueries, not by joins: the planner tries no orders
of those, which made a single read three times as cheap.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.statement import Statement

BRAND_JSON = """json_build_object(
    'code', t.code, 'name', t.name, 'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at))::text"""

CATEGORY_JSON = """json_build_object(
    'code', t.code, 'name', t.name,
    'parent', (SELECT above.code FROM category above WHERE above.id = t.parent_id),
    'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at))::text"""

DISCOUNT_JSON = """json_build_object(
    'code', t.code, 'name', t.name, 'rate', t.rate::text,
    'starts_on', t.starts_on, 'ends_on', t.ends_on, 'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at))::text"""

PRODUCT_JSON = """json_build_object(
    'code', p.code, 'gtin', p.gtin, 'name', p.name, 'description', p.description,
    'brand', (
        SELECT json_build_object('code', b.code, 'name', b.name) FROM brand b
        WHERE b.id = p.brand_id),
    'category', (
        SELECT json_build_object('code', c.code, 'name', c.name) FROM category c
        WHERE c.id = p.category_id),
    'unit', p.unit, 'price', today.unit_price::text, 'list_price', p.price::text,
    'discount', (
        SELECT json_build_object('code', d.code, 'name', d.name, 'rate', d.rate::text)
        FROM discount d WHERE d.id = today.discount_id),
    'vat_rate', p.vat_rate::text, 'reorder_level', p.reorder_level::text,
    'available', stock.available::text, 'in_stock', stock.available > 0,
    'active', p.active, 'version', p.version,
    'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at))::text"""

# LIMIT 1 keeps the planner from merging the views into the rest, and so from trying more orders.
PRODUCT_TODAY = """
    CROSS JOIN LATERAL (
        SELECT unit_price, discount_id FROM offer WHERE product_id = p.id LIMIT 1) today
    CROSS JOIN LATERAL (
        SELECT available FROM availability WHERE product_id = p.id LIMIT 1) stock"""

READ_PRODUCT = Statement(
    f"""
    SELECT {PRODUCT_JSON}, p.version FROM product p {PRODUCT_TODAY} WHERE p.code = %(code)s
    """,
    read=True,
)

# The same number may be written in several lengths; the one that is written as asked comes first.
READ_BARCODE = Statement(
    f"""
    SELECT {PRODUCT_JSON}, p.version FROM product p {PRODUCT_TODAY}
    WHERE p.gtin IN (%(asked)s, %(gtin_8)s, %(gtin_12)s, %(gtin_13)s, %(gtin_14)s)
    ORDER BY p.gtin = %(asked)s DESC
    LIMIT 1
    """,
    read=True,
)


def read_by_code(table: str, json: str) -> Statement:
    """Return the statement that reads (JSON, version) of a row of `table` by its code."""
    return Statement(f"SELECT {json}, t.version FROM {table} t WHERE t.code = %(code)s", read=True)


def page_by_name(table: str, json: str, *, first: bool) -> Statement:
    """Return the statement for a page of (JSON, sort key, id) by name, the first or a later one."""
    behind = "" if first else "AND (plain_text(t.name), t.id) > (%(after_key)s, %(after_id)s)"
    return Statement(
        f"""
        SELECT {json}, plain_text(t.name), t.id FROM {table} t
        WHERE t.active = %(active)s {behind}
        ORDER BY plain_text(t.name), t.id
        LIMIT %(limit)s
        """,
        read=True,
    )


def lock_by_code(table: str, columns: str) -> Statement:
    """Return the statement that locks a row and reads (id, version, the `columns` of it)."""
    return Statement(
        f"SELECT t.id, t.version, {columns} FROM {table} t"
        " WHERE t.code = %(code)s FOR NO KEY UPDATE OF t",
        read=False,
    )


def id_by_code(table: str) -> Statement:
    """Return the statement that reads the id of the row of `table` with a code."""
    return Statement(f"SELECT id FROM {table} WHERE code = %(code)s", read=True)
