"""The statements that read products; PostgreSQL makes the JSON.

What a thing belongs to is looked up by scalar subqueries, not by joins: the planner tries no orders
of those, which made a single read three times as cheap.
"""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from app.core.database import Statement
from app.product.images.statements import paths

# What prior_price() says, in a tenth of its time where nothing ever changed. Of an EXISTS the planner may make a table of all
# former prices.
_PRIOR_PRICE = """CASE
        WHEN today.unchanged AND (SELECT f.id FROM former_price f WHERE f.product_id = p.id LIMIT 1) IS NULL
        THEN CASE WHEN p.created_at < today.starts_on THEN p.price END
        ELSE prior_price(p.id, p.price, today.id) END"""

# Written out, as this is read most. Codes, GTINs, units and
# numbers have no letters that JSON would escape; barcodes, allergens, diets and nutrition have no blanks but
# PostgreSQL's. <details> is what only a product that is read alone has.
_PRODUCT_JSON = (
    """concat('{"code":"', p.code,
    '","gtin":', coalesce('"' || p.gtin || '"', 'null'),
    ',"plu":', coalesce('"' || p.plu || '"', 'null'),
    ',"other_barcodes":', replace(p.other_barcodes::text, ' ', ''),
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
    ',"unit":"', p.unit, '","price":"', coalesce(today.price, p.price),
    '","list_price":"', p.price,
    '","discount":', CASE WHEN today.price IS NULL THEN 'null' ELSE concat(
        '{"code":"', today.code, '","name":', to_json(today.name), ',"rate":', coalesce('"' || today.rate || '"', 'null'),
        ',"amount":', coalesce('"' || today.amount || '"', 'null'),
        ',"prior_price":', coalesce('"' || """
    + _PRIOR_PRICE
    + """ || '"', 'null'), '}') END,
    ',"multibuys":', CASE WHEN p.discount_set = 0 THEN '[]' ELSE (
        SELECT concat('[', string_agg(concat(
            '{"code":"', m.code, '","name":', to_json(m.name), ',"buy":', m.buy, ',"pay":', coalesce(m.pay::text, 'null'),
            ',"price":', coalesce('"' || m.price || '"', 'null'), '}'), ',' ORDER BY m.id), ']')
        FROM discount_set s JOIN discount_today m ON m.id = ANY (s.discounts)
        WHERE s.id = p.discount_set AND m.buy > 0 AND p.unit = 'piece') END,
    ',"deposit":', coalesce((
        SELECT concat('{"code":"', e.code, '","name":', to_json(e.name), ',"amount":"', e.amount, '"}') FROM deposit e
        WHERE e.id = p.deposit_id), 'null'),
    ',"net_quantity":', coalesce('"' || p.net_quantity || '"', 'null'),
    ',"net_unit":', coalesce('"' || p.net_unit || '"', 'null'),
    ',"base_price":', coalesce(base_price(
        coalesce(today.price, p.price), p.unit, p.net_quantity, p.net_unit), 'null'),
    ',"allergens":', replace(p.allergens::text, ' ', ''), ',"diets":', replace(p.diets::text, ' ', ''),
    ',"alcohol":', coalesce('"' || p.alcohol || '"', 'null'), ',"min_age":', coalesce(p.min_age::text, 'null'), <details>
    ',"vat_rate":"', p.vat_rate, '","reorder_level":"', p.reorder_level,
    '","available":"', p.available, '","in_stock":', (p.available > 0)::text,
    ',"active":', p.active::text, ',"version":', p.version,
    ',"created_at":"', rfc3339(p.created_at), '","updated_at":"', rfc3339(p.updated_at), '"}')"""
)
_DETAILS = """
    ',"ingredients":', to_json(p.ingredients), ',"nutrition":', coalesce(replace(p.nutrition::text, ' ', ''), 'null'),
    ',"food_business":', to_json(p.food_business), ',"origin":', to_json(p.origin),
    ',"storage":', to_json(p.storage), ',"reduced":', p.reduced, ',"shelf_life_days":', coalesce(p.shelf_life_days::text, 'null'),"""
_IN_LISTS = _PRODUCT_JSON.replace("<details>", "")
_ALONE = _PRODUCT_JSON.replace("<details>", _DETAILS)
_COLUMNS_ALONE = (
    "p.ingredients, p.nutrition, p.food_business, p.origin, p.storage, p.shelf_life_days,"
    "CASE WHEN EXISTS (SELECT FROM markdown_step) AND EXISTS (SELECT FROM stock s WHERE s.product_id = p.id AND s.on_hand > 0"
    " AND s.expires_on <= CURRENT_DATE + (SELECT max(k.days_left) FROM markdown_step k))"
    " THEN reduced_goods(p.id) ELSE '[]' END AS reduced,"
)

# LIMIT 1, which is no limit, keeps the planner from merging this into the rest: it would look for
# what is available once for each time that it is named, and may read many products to find one.
_PRODUCT = """(
    SELECT p.id, p.code, p.gtin, p.plu, p.other_barcodes, p.name, p.description, p.image, p.brand_id, p.category_id,
        p.discount_set, p.deposit_id, p.net_quantity, p.net_unit, p.allergens, p.diets, p.alcohol, p.min_age, {columns}
        p.unit, p.price, p.vat_rate, p.reorder_level, p.active, p.version, p.created_at, p.updated_at,
        (SELECT s.available FROM sellable s WHERE s.product_id = p.id) AS available
    FROM product p WHERE {condition} LIMIT 1) p"""
# Of those that leave the same, the one that was made first.
_TODAY = """LEFT JOIN LATERAL (
    SELECT d.id, d.code, d.name, d.rate, d.amount, price_off(p.price, d.rate, d.amount) AS price, d.starts_on,
        s.discounts = ARRAY[d.id] AND d.weekdays = '[]'
            AND (SELECT v.id FROM former_discount v WHERE v.discount_id = d.id LIMIT 1) IS NULL AS unchanged
    FROM discount_set s JOIN discount_today d ON d.id = ANY (s.discounts)
    WHERE s.id = p.discount_set AND d.buy IS NULL ORDER BY price, d.id LIMIT 1) today ON true"""


def products(page: str, keys: tuple[str, ...]) -> str:
    """Return the SQL for (JSON, *keys, hit, stops) of the products whose ids are the last keys of the rows `page`."""
    named = [f"page.{key}" for key in keys]
    product = _PRODUCT.format(condition=f"p.id = {named[-1]}", columns="")
    return f"""
        SELECT {_IN_LISTS}, {", ".join(named)}, page.hit, page.stops
        FROM ({page}) page CROSS JOIN LATERAL {product} {_TODAY}"""


def _read_product(condition: str) -> Statement:
    product = _PRODUCT.format(condition=condition, columns=_COLUMNS_ALONE)
    return Statement(f"SELECT {_ALONE}, p.version FROM {product} {_TODAY}", read=True)


READ_PRODUCT = _read_product("p.code = %(code)s")

# A few of each set of discounts of which any runs today, the cheapest first.
ON_OFFER = Statement(
    products(
        """
        SELECT few.id, true AS hit, false AS stops
        FROM (SELECT DISTINCT s.id FROM discount_set s JOIN discount_today d ON d.id = ANY (s.discounts)) run
        CROSS JOIN LATERAL (
            SELECT p.price, p.id FROM product p WHERE p.active AND p.discount_set = run.id ORDER BY p.price, p.id LIMIT %(limit)s
        ) few
        ORDER BY few.price, few.id LIMIT %(limit)s""",
        ("id",),
    ),
    read=True,
)
"""Reads (JSON, id, hit, stops) of some products that cost less today, or are a multi-buy."""

_SCANNED = _PRODUCT.format(condition="p.id = scanned.product_id", columns=_COLUMNS_ALONE)
READ_SCANNED = Statement(
    f"""
    SELECT {_ALONE}, p.version, p.code, p.unit, scanned.gtin14, scanned.pieces
    FROM (
        SELECT b.product_id, b.gtin14, b.pieces FROM barcode b WHERE b.gtin14 = ANY(%(gtin14s)s::text[])
        UNION ALL
        SELECT k.id, NULL, NULL FROM product k WHERE lpad(k.plu, 5, '0') = %(plu5)s
    ) scanned CROSS JOIN LATERAL {_SCANNED} {_TODAY}
    """,
    read=True,
)
"""Reads (JSON, version, code, unit, barcode, pieces) of who has some of these barcodes; the last two are NULL of who has the PLU."""

HOLDERS = Statement(
    """
    SELECT b.gtin14, p.code FROM barcode b JOIN product p ON p.id = b.product_id
    WHERE b.gtin14 = ANY(%(gtin14s)s::text[]) AND b.product_id <> %(but)s
    UNION ALL
    SELECT NULL, p.code FROM product p WHERE lpad(p.plu, 5, '0') = %(plu5)s AND p.id <> %(but)s
    """,
    read=True,
)
"""Which other products have some of these barcodes, or, as the row without one, this PLU."""

SIGN = Statement("SELECT set_config('grocery.login', coalesce(%(by)s, ''), true)", read=False)
"""Says whose the changes of this transaction are."""
