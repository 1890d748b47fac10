"""The statements that read products; PostgreSQL makes the JSON.

What a thing belongs to is looked up by scalar subqueries, not by joins: the planner tries no orders
of those, which made a single read three times as cheap.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement
from app.product.images.statements import paths

# Written out, as this is read most. Codes, GTINs, units and
# numbers have no letters that JSON would escape.
_PRODUCT_JSON = (
    """concat('{"code":"', p.code,
    '","gtin":', coalesce('"' || p.gtin || '"', 'null'),
    ',"name":', to_json(p.name), ',"description":', to_json(p.description),
    ',"image":', coalesce("""
    + paths("p.image")
    + """, 'null'),
    ',"brand":', coalesce((
        SELECT concat('{"code":"', b.code, '","name":', to_json(b.name), '}') FROM brand b
        WHERE b.id = p.brand_id), 'null'),
    ',"category":', (
        SELECT concat('{"code":"', c.code, '","name":', to_json(c.name), '}') FROM category c
        WHERE c.id = p.category_id),
    ',"unit":"', p.unit, '","price":"', coalesce(reduced_price(p.price, today.rate), p.price),
    '","list_price":"', p.price,
    '","discount":', CASE WHEN today.rate IS NULL THEN 'null' ELSE concat(
        '{"code":"', today.code, '","name":', to_json(today.name), ',"rate":"', today.rate, '"}') END,
    ',"vat_rate":"', p.vat_rate, '","reorder_level":"', p.reorder_level,
    '","available":"', p.available, '","in_stock":', (p.available > 0)::text,
    ',"active":', p.active::text, ',"version":', p.version,
    ',"created_at":"', rfc3339(p.created_at), '","updated_at":"', rfc3339(p.updated_at), '"}')"""
)

# LIMIT 1, which is no limit, keeps the planner from merging this into the rest: it would look for
# what is available once for each time that it is named, and may read many products to find one.
_PRODUCT = """(
    SELECT p.id, p.code, p.gtin, p.name, p.description, p.image, p.brand_id, p.category_id, p.discount_id,
        p.unit, p.price, p.vat_rate, p.reorder_level, p.active, p.version, p.created_at, p.updated_at,
        (SELECT s.available FROM sellable s WHERE s.product_id = p.id) AS available
    FROM product p WHERE {condition} LIMIT 1) p"""
_TODAY = """LEFT JOIN LATERAL (
    SELECT d.code, d.name, d.rate FROM running_discount d
    WHERE d.id = p.discount_id LIMIT 1) today ON true"""


def products(page: str, keys: tuple[str, ...]) -> str:
    """Return the SQL for (JSON, *keys, hit, stops) of the products whose ids are the last keys of the rows `page`."""
    named = [f"page.{key}" for key in keys]
    product = _PRODUCT.format(condition=f"p.id = {named[-1]}")
    return f"""
        SELECT {_PRODUCT_JSON}, {", ".join(named)}, page.hit, page.stops
        FROM ({page}) page CROSS JOIN LATERAL {product} {_TODAY}"""


def _read_product(condition: str) -> Statement:
    product = _PRODUCT.format(condition=condition)
    return Statement(f"SELECT {_PRODUCT_JSON}, p.version FROM {product} {_TODAY}", read=True)


READ_PRODUCT = _read_product("p.code = %(code)s")

READ_BARCODE = _read_product("lpad(p.gtin, 14, '0') = %(gtin14)s")
CODE_BY_BARCODE = Statement(
    "SELECT code FROM product WHERE lpad(gtin, 14, '0') = %(gtin14)s AND id <> %(but)s", read=True
)
