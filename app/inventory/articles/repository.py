"""Queries about what suppliers sell."""

from collections.abc import Collection
from typing import Any

from app.core.database import Manager, Statement, json_object
from app.core.web.paging import Scalar
from app.inventory.articles.schemas import NewArticle
from app.inventory.articles.terms import Terms
from app.inventory.stock.statements import PRODUCT_JSON

_JSON = json_object(
    """
    'article_number', a.article_number, 'pack', a.pack::text, 'unit_cost', a.unit_cost::text,
    'least_quantity', a.least_quantity::text, 'preferred', a.preferred, 'version', a.version,
    'created_at', rfc3339(a.created_at), 'updated_at', rfc3339(a.updated_at)""",
    supplier=json_object("'code', s.code, 'name', s.name"),
    product=PRODUCT_JSON,
)

_FROM = """
    FROM supplier_article a JOIN supplier s ON s.id = a.supplier_id JOIN product p ON p.id = a.product_id"""

READ = Statement(
    f"SELECT {_JSON}, a.version {_FROM} WHERE s.code = %(supplier)s AND p.code = %(product)s"
)

OF_SUPPLIER = Statement(
    f"""
    SELECT {_JSON}, a.product_id {_FROM}
    WHERE a.supplier_id = %(id)s AND a.product_id > coalesce(%(after_id)s::bigint, 0)
    ORDER BY a.product_id LIMIT %(limit)s
    """,
)

OF_PRODUCT = Statement(
    f"""
    SELECT {_JSON}, a.supplier_id {_FROM}
    WHERE a.product_id = %(id)s AND a.supplier_id > coalesce(%(after_id)s::bigint, 0)
    ORDER BY a.supplier_id LIMIT %(limit)s
    """,
)

SUPPLIER = Statement("SELECT id FROM supplier WHERE code = %(code)s")

PRODUCT = Statement("SELECT id, unit FROM product WHERE code = %(code)s")

# Whoever says which supplier of a product is preferred waits for whoever does so at the same time.
LOCK_PRODUCT = Statement("SELECT id, unit FROM product WHERE code = %(code)s FOR NO KEY UPDATE")

VERSION = Statement(
    "SELECT version FROM supplier_article WHERE supplier_id = %(supplier)s AND product_id = %(product)s"
)

DISPLACE = Statement(
    """
    UPDATE supplier_article SET preferred = false
    WHERE product_id = %(product)s AND supplier_id <> %(supplier)s AND preferred
    """,
)

PUT = Statement(
    """
    INSERT INTO supplier_article (supplier_id, product_id, article_number, pack, unit_cost, least_quantity, preferred)
    VALUES (%(supplier)s, %(product)s, %(article_number)s, %(pack)s, %(unit_cost)s, %(least_quantity)s, %(preferred)s)
    ON CONFLICT ON CONSTRAINT supplier_article_product_key DO UPDATE SET
        article_number = excluded.article_number, pack = excluded.pack, unit_cost = excluded.unit_cost,
        least_quantity = excluded.least_quantity, preferred = excluded.preferred
    """,
)

DELETE = Statement(
    "DELETE FROM supplier_article WHERE supplier_id = %(supplier)s AND product_id = %(product)s"
)

TERMS = Statement(
    """
    SELECT a.product_id, a.article_number, a.pack, a.unit_cost FROM supplier_article a
    WHERE a.supplier_id = %(supplier)s AND a.product_id = ANY(%(products)s::bigint[])
    """,
)


class ArticleRepository:
    """What suppliers sell, in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, supplier: str, product: str) -> tuple[str, int] | None:
        """Return the JSON and version of what a supplier sells of a product, by their codes; None if nothing."""
        row = await self._manager.fetch_one(READ, supplier=supplier, product=product)
        return None if row is None else (row[0], row[1])

    async def supplier(self, code: str) -> int | None:
        """Return the id of a supplier, None if there is none."""
        found: int | None = await self._manager.fetch_value(SUPPLIER, code=code)
        return found

    async def product(self, code: str, *, lock: bool = False) -> tuple[int, str] | None:
        """Return (id, unit) of a product, None if there is none; locked until the transaction's end if asked."""
        row = await self._manager.fetch_one(LOCK_PRODUCT if lock else PRODUCT, code=code)
        return None if row is None else (row[0], row[1])

    async def of_supplier(
        self, supplier_id: int, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, product's id) behind the key `after`."""
        (after_id,) = after or (None,)
        return await self._manager.fetch(
            OF_SUPPLIER, id=supplier_id, limit=limit, after_id=after_id
        )

    async def of_product(
        self, product_id: int, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, supplier's id) behind the key `after`."""
        (after_id,) = after or (None,)
        return await self._manager.fetch(OF_PRODUCT, id=product_id, limit=limit, after_id=after_id)

    async def version(self, supplier_id: int, product_id: int) -> int | None:
        """Return the version of what a supplier sells of a product, None if nothing."""
        found: int | None = await self._manager.fetch_value(
            VERSION, supplier=supplier_id, product=product_id
        )
        return found

    async def put(self, supplier_id: int, product_id: int, article: NewArticle) -> None:
        """Say how a supplier sells a product, in place of what was said before; no other is preferred then, if this one is."""
        if article.preferred:
            await self._manager.run(DISPLACE, supplier=supplier_id, product=product_id)
        await self._manager.run(
            PUT, supplier=supplier_id, product=product_id, **article.model_dump()
        )

    async def delete(self, supplier_id: int, product_id: int) -> None:
        """Say that a supplier does not sell a product."""
        await self._manager.run(DELETE, supplier=supplier_id, product=product_id)

    async def terms(self, supplier_id: int, product_ids: Collection[int]) -> dict[int, Terms]:
        """Return how a supplier sells those of the products that it does, by their ids."""
        rows = await self._manager.fetch(TERMS, supplier=supplier_id, products=list(product_ids))
        return {row[0]: Terms(*row) for row in rows}
