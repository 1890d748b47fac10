"""What staff says of what suppliers sell."""

from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Invalid, NotFound
from app.core.web.conditional import NO_VERSION, check_version
from app.core.web.paging import Scalar
from app.inventory.articles.repository import ArticleRepository
from app.inventory.articles.schemas import NewArticle
from app.inventory.stock.lots import whole_pieces


class Articles:
    """Keeps what suppliers sell, and notes in the audit log who said so."""

    def __init__(self, manager: Manager, articles: ArticleRepository, audit: AuditTrail) -> None:
        self._manager = manager
        self._articles = articles
        self._audit = audit

    async def read(self, supplier: str, product: str) -> tuple[str, int]:
        """Return the JSON and version of what a supplier sells of a product. Raises NotFound."""
        found = await self._articles.read(supplier, product)
        if found is None:
            raise NotFound("The supplier does not sell such a product.")
        return found

    async def of_supplier(
        self, supplier: str, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, product's id) behind the key `after`. Raises NotFound."""
        return await self._articles.of_supplier(await self._supplier(supplier), limit, after)

    async def of_product(
        self, product: str, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, supplier's id) behind the key `after`. Raises NotFound."""
        product_id, _ = await self._product(product)
        return await self._articles.of_product(product_id, limit, after)

    async def put(
        self, supplier: str, product: str, article: NewArticle, expected: int | None, by: int | None
    ) -> tuple[str, int, bool]:
        """Say how a supplier sells a product; return the JSON, its version, and whether that is new.

        Raises NotFound, Invalid for a pack that splits pieces, and PreconditionFailed unless the version is `expected`
        (None: any, and none).
        """

        async def work() -> tuple[str, int, bool]:
            supplier_id, product_id, version, unit = await self._found(supplier, product)
            check_version(version or NO_VERSION, expected)
            errors = [
                *whole_pieces(unit, article.pack, "/pack"),
                *whole_pieces(unit, article.least_quantity, "/least_quantity"),
            ]
            if errors:
                raise Invalid("The body has wrong values.", errors=errors)
            await self._articles.put(supplier_id, product_id, article)
            detail = {"product": product, **article.model_dump(mode="json")}
            await self._audit.record(by, "supplier.article_put", f"supplier:{supplier}", detail)
            return *await self.read(supplier, product), version is None

        return await self._manager.transaction(work)

    async def delete(
        self, supplier: str, product: str, expected: int | None, by: int | None
    ) -> None:
        """Say that a supplier does not sell a product any more. Raises NotFound, and PreconditionFailed as put() does."""

        async def work() -> None:
            supplier_id, product_id, version, _ = await self._found(supplier, product)
            if version is None:
                raise NotFound("The supplier does not sell such a product.")
            check_version(version, expected)
            await self._articles.delete(supplier_id, product_id)
            detail = {"product": product}
            await self._audit.record(by, "supplier.article_deleted", f"supplier:{supplier}", detail)

        await self._manager.transaction(work)

    async def _found(self, supplier: str, product: str) -> tuple[int, int, int | None, str]:
        """Return the ids of both, the product locked, the version of what is sold of it, and its unit."""
        supplier_id = await self._supplier(supplier)
        product_id, unit = await self._product(product, lock=True)
        return supplier_id, product_id, await self._articles.version(supplier_id, product_id), unit

    async def _supplier(self, code: str) -> int:
        found = await self._articles.supplier(code)
        if found is None:
            raise NotFound("There is no such supplier.")
        return found

    async def _product(self, code: str, *, lock: bool = False) -> tuple[int, str]:
        found = await self._articles.product(code, lock=lock)
        if found is None:
            raise NotFound("There is no such product.")
        return found
