"""One product, and pages of them: by name, or as the shop itself finds them."""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.core.database import Statement

_NAMED = re.compile(r"%(?:\((?P<name>\w+)\)s|%)")


@lru_cache(maxsize=1024)
def positional(statement: Statement) -> tuple[str, tuple[str, ...]]:
    """Return the shop's statement as asyncpg wants it, and its parameters in order."""
    places: dict[str, int] = {}

    def place(match: re.Match[str]) -> str:
        if match["name"] is None:
            return "%"
        return f"${places.setdefault(match['name'], len(places) + 1)}"

    return _NAMED.sub(place, statement.sql), tuple(places)


def bound(statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the SQL and its arguments in their order."""
    sql, names = positional(statement)
    return sql, [parameters[name] for name in names]


_MEMBERS = """
    'code', p.code, 'gtin', p.gtin, 'plu', p.plu, 'other_barcodes', p.other_barcodes, 'name', p.name, 'description', p.description,
    'image', CASE WHEN p.image IS NOT NULL THEN json_build_object(
        'small', '/api/v1/images/' || p.image || '/small', 'medium', '/api/v1/images/' || p.image || '/medium',
        'large', '/api/v1/images/' || p.image || '/large') END,
    'brand', (
        SELECT json_build_object('code', b.code, 'name', b.name) FROM brand b
        WHERE b.id = p.brand_id),
    'category', (
        SELECT json_build_object('code', c.code, 'name', c.name) FROM category c
        WHERE c.id = p.category_id),
    'unit', p.unit, 'price', o.unit_price::text, 'list_price', p.price::text,
    'discount', (
        SELECT json_build_object(
            'code', d.code, 'name', d.name, 'rate', d.rate::text, 'amount', d.amount::text,
            'prior_price', prior_price(p.id, p.price, d.id)::text)
        FROM discount d WHERE d.id = o.discount_id),
    'multibuys', coalesce((
        SELECT json_agg(json_build_object(
            'code', m.code, 'name', m.name, 'buy', m.buy, 'pay', m.pay, 'price', m.price::text) ORDER BY m.id)
        FROM discount_set s JOIN discount_today m ON m.id = ANY (s.discounts)
        WHERE s.id = p.discount_set AND m.buy IS NOT NULL AND p.unit = 'piece'), '[]'),
    'deposit', (
        SELECT json_build_object('code', e.code, 'name', e.name, 'amount', e.amount::text) FROM deposit e
        WHERE e.id = p.deposit_id),
    'net_quantity', p.net_quantity::text, 'net_unit', p.net_unit,
    'base_price', base_price(o.unit_price, p.unit, p.net_quantity, p.net_unit)::json,
    'allergens', p.allergens, 'diets', p.diets, 'alcohol', p.alcohol, 'min_age', p.min_age,
    'vat_rate', p.vat_rate::text, 'reorder_level', p.reorder_level::text,
    'available', a.available::text, 'in_stock', a.available > 0,
    'active', p.active, 'version', p.version,
    'created_at', rfc3339(p.created_at), 'updated_at', rfc3339(p.updated_at)"""
_PRODUCT = f"json_build_object({_MEMBERS})::text"
# Of one that is read alone.
_DETAILED = f"""json_build_object({_MEMBERS},
    'ingredients', p.ingredients, 'nutrition', p.nutrition, 'food_business', p.food_business, 'origin', p.origin,
    'storage', p.storage, 'reduced', CASE WHEN EXISTS (SELECT FROM markdown_step) THEN reduced_goods(p.id) ELSE '[]' END::json,
    'shelf_life_days', p.shelf_life_days)::text"""

# LIMIT 1 keeps the planner from merging the views into the rest, which made it read all of them.
_TODAY = """
    CROSS JOIN LATERAL (
        SELECT unit_price, discount_id FROM offer WHERE product_id = p.id LIMIT 1) o
    CROSS JOIN LATERAL (SELECT available FROM availability WHERE product_id = p.id LIMIT 1) a"""

READ_PRODUCT = f"SELECT {_DETAILED}, p.version FROM product p {_TODAY} WHERE p.code = $1"


def products_of(
    category: str | None, limit: int, after: tuple[Any, ...] | None
) -> tuple[str, list[Any]]:
    """Return the SQL for a page by name of (JSON, name, id), of a category with all below it or of all, and its arguments."""
    arguments: list[Any] = [limit]
    tree, conditions = "", ["p.active"]
    if category is not None:
        arguments.append(category)
        tree = """WITH RECURSIVE below AS (
            SELECT id FROM category WHERE code = $2
            UNION ALL
            SELECT c.id FROM category c JOIN below b ON c.parent_id = b.id)"""
        conditions.append("p.category_id = ANY (ARRAY(SELECT id FROM below))")
    if after is not None:
        arguments += after
        name, last = len(arguments) - 1, len(arguments)
        conditions.append(f"(plain_text(p.name), p.id) > (${name}::text, ${last}::bigint)")
    sql = f"""{tree}
        SELECT {_PRODUCT}, page.name, page.id
        FROM (
            SELECT p.id, plain_text(p.name) AS name FROM product p
            WHERE {" AND ".join(conditions)} ORDER BY 2, 1 LIMIT $1::bigint
        ) page
        JOIN product p ON p.id = page.id {_TODAY}
        ORDER BY page.name, page.id"""
    return sql, arguments
