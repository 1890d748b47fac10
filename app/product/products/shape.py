"""What a list of products can be asked for, and what it asks of each product, as SQL about `p`."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.product.products.schemas import Sort

FILTERS = ("brand", "category", "min_price", "max_price", "allergen_free", "diets", "in_stock")

QUERY = "(SELECT query FROM sought)"
NAMED = "(SELECT named FROM sought)::bigint[]"
"""What a search finds: by its words, and what it names by code, barcode or whole name."""

_LOOKED_UP = {
    "allergen_free": "(SELECT declared_free(f.allergens, %(allergen_free)s::text[]) FROM product f WHERE f.id = p.id)",
    "diets": "(SELECT f.diets ?| %(diets)s::text[] FROM product f WHERE f.id = p.id)",
    "in_stock": "((SELECT s.available FROM sellable s WHERE s.product_id = p.id) > 0) = %(in_stock)s",
}
"""What is asked of each product by its id, the dearest last."""

TODAY = """LEFT JOIN LATERAL (
    SELECT max(d.rate) AS rate, max(d.amount) AS amount FROM discount_set s JOIN discount_today d ON d.id = ANY (s.discounts)
    WHERE s.id = p.discount_set) today ON true"""
PRICE_TODAY = "coalesce(price_off(p.price, today.rate, today.amount), p.price)"

_FALLING = frozenset({"-price", "newest", "relevance"})

_CASTS = {"name": ("text", "bigint"), "newest": ("bigint",), "relevance": ("int", "int", "bigint")}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on; all else are its parameters."""

    filters: frozenset[str]
    searched: bool
    sort: Sort
    paged: bool

    @property
    def by_price(self) -> bool:
        """Whether today's prices make the order."""
        return self.sort in {"price", "-price"}

    @property
    def direction(self) -> str:
        """The order's, of all parts of the key."""
        return "DESC" if self.sort in _FALLING else "ASC"

    @property
    def casts(self) -> tuple[str, ...]:
        """The types of the parts of the key."""
        return _CASTS.get(self.sort, ("numeric", "numeric", "bigint"))

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the parts of the key."""
        return tuple(f"key_{n}" for n in range(len(self.casts)))

    @property
    def order(self) -> tuple[str, ...]:
        """What the key is made of where products come in its order, or can be put in it; relevance has none such."""
        orders = {"name": ("plain_text(p.name)", "p.id"), "newest": ("p.id",)}
        return orders.get(self.sort, ("p.price", "p.id"))

    def ordered(self, *keys: str) -> str:
        """Return ORDER BY for these expressions."""
        return "ORDER BY " + ", ".join(f"{key} {self.direction}" for key in keys)

    def behind(self, *keys: str) -> str:
        """Return the condition that these expressions lie behind the key of the page before."""
        here = ", ".join(f"%(after_{n})s::{cast}" for n, cast in enumerate(self.casts))
        sign = "<" if self.direction == "DESC" else ">"
        return f"({', '.join(keys)}) {sign} ({here})"

    def prices(self) -> Iterator[str]:
        """Yield what a range of prices asks of the price of today, which TODAY tells."""
        if "min_price" in self.filters:
            yield f"{PRICE_TODAY} >= %(min_price)s"
        if "max_price" in self.filters:
            yield f"{PRICE_TODAY} <= %(max_price)s"

    def unindexed(self) -> list[str]:
        """Return what no index tells while the list is walked in its order, the dearest last."""
        found = [] if self.by_price else list(self.prices())
        if self.searched:
            found.insert(
                0,
                f"(p.search @@ {QUERY} OR p.search_with_ingredients @@ {QUERY} OR p.id = ANY ({NAMED}))",
            )
        return found + self.looked_up()

    def looked_up(self) -> list[str]:
        """Return what is asked of each product by its id, the dearest last."""
        return [text for name, text in _LOOKED_UP.items() if name in self.filters]


def named(keys: tuple[str, ...]) -> str:
    """Return these expressions as columns: the first is key_0."""
    return ", ".join(f"{key} AS key_{n}" for n, key in enumerate(keys))
