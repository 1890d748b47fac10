"""What a client can ask a list of products for that little or nothing answers, and how many rows are looked at for it."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, get_args

from app.core.database import Statement
from app.core.web.paging import Scalar
from app.product.products.schemas import Sort
from tests.support.large_shop import BIG

SORTS: tuple[Sort, ...] = get_args(Sort)

SPARSE: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "nothing sold out": {"in_stock": False},
        "above all prices": {"min_price": Decimal("99999.99")},
        "below all prices": {"max_price": Decimal("0.01")},
        "between two prices": {"min_price": Decimal("2.001"), "max_price": Decimal("2.002")},
        "dear and sold out": {"min_price": Decimal("1.00"), "in_stock": False},
        "cheap, dear and sold out": {
            "min_price": Decimal("1.00"),
            "max_price": Decimal("15.00"),
            "in_stock": False,
        },
        "an unknown brand": {"brand": "none"},
        "an unknown category": {"category": "none"},
        "withdrawn and sold out": {"active": False, "in_stock": False},
        "withdrawn and dear": {"active": False, "min_price": Decimal("99999.99")},
    }
)
"""Filters, by what they say."""


def key_of(sort: Sort, wanted: Mapping[str, Any]) -> tuple[Scalar, ...]:
    """Return the sort key of a product in the middle of the list, at a price that is wanted."""
    price = wanted.get("min_price", wanted.get("max_price", Decimal("2.50")))
    keys: dict[str, tuple[Scalar, ...]] = {
        "name": ("k", 9000),
        "newest": (9000,),
        "relevance": (1500, 3, 9000),
    }
    return keys.get(sort, (price, price, 9000))


def explained(
    cursor: Any, statement: Statement, parameters: Mapping[str, Any]
) -> tuple[int, float]:
    """Execute a Statement as the app does, by its one plan; return how many rows it looked at, and the milliseconds."""
    cursor.execute(statement.prepare)
    explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)"
    cursor.execute(f"{explain} {statement.execute}", parameters)
    (((found,),),) = cursor.fetchall()
    cursor.execute(statement.deallocate)
    return looked_at(found["Plan"]), found["Execution Time"]


def looked_at(node: Mapping[str, Any]) -> int:
    """Return how many rows of tables that grow a plan has read, its InitPlans and SubPlans included."""
    rows = sum(looked_at(inner) for inner in node.get("Plans", ()))
    if node.get("Relation Name") in BIG:
        left_out = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        each = node["Actual Rows"] + sum(node.get(reason, 0) for reason in left_out)
        rows += round(each * node["Actual Loops"])
    return rows
