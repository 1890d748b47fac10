"""From a link's query to what is wanted of the catalogue. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from app.core.web.adapter import details
from app.product.facets.schemas import FACETS
from app.product.products.schemas import ProductQuery

LIMIT = 24
"""Products of a page: two, three and four of them make full rows."""

_NAMES = ("q", "category", "brand", "min_price", "max_price", "allergen_free", "diet", "in_stock")
_PAGING = ("sort", "cursor")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted; the filters that were understood, None for others; and what was not, by its name."""

    query: ProductQuery
    filters: Mapping[str, str | None]
    sort: str | None
    wrong: Mapping[str, str]

    @property
    def unfaceted(self) -> ProductQuery:
        """What a cursor is good for: with any facets, or none."""
        return self.query.model_copy(update={"facets": None})


def asked(given: Mapping[str, str]) -> Asked:
    """Return what a query's parameters ask for.

    A link may be old, or typed by hand: what is not known or wrong is left out, and a list is shown all the same.
    """
    values = {
        name: given[name].strip() for name in (*_NAMES, *_PAGING) if given.get(name, "").strip()
    }
    wrong: dict[str, str] = {}
    try:
        query = _query(values)
    except ValidationError as error:
        # Filters do not depend on each other: what is left is right.
        wrong = {
            name: values.pop(name)
            for name in dict.fromkeys(str(each["loc"][0]) for each in details(error))
        }
        query = _query(values)
    filters = {name: values.get(name) for name in _NAMES}
    return Asked(query, filters, values.get("sort"), wrong)


def _query(values: Mapping[str, str]) -> ProductQuery:
    # Nothing is as relevant as anything else.
    is_pointless = values.get("sort") == "relevance" and "q" not in values
    named = {name: values[name] for name in values if not (is_pointless and name == "sort")}
    query = ProductQuery.model_validate_strings(named)
    return query.model_copy(update={"limit": LIMIT, "facets": [*FACETS]})
