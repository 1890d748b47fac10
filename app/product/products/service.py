"""What everybody finds among the products, beside what staff does with them as with all of the catalogue."""

from collections.abc import Mapping
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import FieldError, Invalid
from app.core.web.paging import Scalar
from app.product.food.schemas import suiting
from app.product.kinds import Kind
from app.product.products.barcodes import labels_in
from app.product.products.listing import Wanted
from app.product.products.repository import Listed, ProductRepository
from app.product.products.schemas import ProductQuery
from app.product.repository import Locked
from app.product.scales import Scales
from app.product.service import Catalogue


class Products(Catalogue):
    """The products of the catalogue."""

    def __init__(
        self, manager: Manager, repository: ProductRepository, audit: AuditTrail, scales: Scales
    ) -> None:
        super().__init__(manager, repository, audit)
        self._products = repository
        self._scales = scales

    def _check_new(self, values: Mapping[str, Any]) -> None:
        """Raise Invalid for a barcode that would be read as a label of scales."""
        if errors := list(labels_in(values, self._scales)):
            raise Invalid("A barcode would be read as a label of scales.", errors=errors)

    async def _update(
        self, kind: Kind, code: str, locked: Locked, values: Mapping[str, Any], by: int | None
    ) -> bool:
        """Set what differs, as Catalogue does; of a list price it is kept who changed it."""
        if values.get("list_price", locked.values["list_price"]) != locked.values["list_price"]:
            await self._products.sign(by)
        return await super()._update(kind, code, locked, values, by)

    async def find(
        self, query: ProductQuery, *, limit: int, after: tuple[Scalar, ...] | None
    ) -> Listed:
        """Return up to `limit` rows of (JSON, *sort key) that `query` wants, behind `after`, and what it asks of all of them.

        They may have only a part of the words that it asks for, because none has all. Raises Invalid for an order by
        relevance to nothing.
        """
        q = query.q if query.q and query.q.strip() else None
        if query.sort == "relevance" and q is None:
            raise Invalid(
                "There is nothing to be relevant to.",
                errors=[FieldError("/query/sort", "must be something else without q")],
            )
        wanted = Wanted(
            brand=query.brand,
            category=query.category,
            min_price=query.min_price,
            max_price=query.max_price,
            allergen_free=None if query.allergen_free is None else [*query.allergen_free],
            diets=None if query.diet is None else suiting(query.diet),
            in_stock=query.in_stock,
            active=query.active,
            q=q,
            sort=query.sort or ("relevance" if q else "name"),
        )
        facets = query.facets or ()
        return await self._products.listed(wanted, facets, limit=limit, after=after)

    async def on_offer(self, limit: int) -> list[str]:
        """Return the JSON of up to so many products that cost less today than they do else, the cheapest first."""
        return await self._products.on_offer(limit)
