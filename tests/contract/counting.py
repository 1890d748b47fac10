"""A request for each operation of counts, and on what is known of lots, that succeeds."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from tests import builders
from tests.contract.world import API, Good, World

_AT = "2026-01-01T12:00:00Z"


def _scans(product: str) -> dict[str, Any]:
    """Return what a client sends that counted two of a product this moment."""
    scan = {"id": str(uuid4()), "product": product, "quantity": "2", "place": "A 1"}
    return {"sent_at": _AT, "scans": [{**scan, "counted_at": _AT}]}


def _with_count(w: World, body: Any = None, *, admin: bool = False) -> Good:
    count, _ = w.count()
    return Good(w.admin if admin else w.clerk, {"count": count}, body)


def _with_scans(w: World) -> Good:
    count, product = w.count()
    return Good(w.clerk, {"count": count}, _scans(product))


def _with_recount(w: World) -> Good:
    count, product = w.count()
    w.send(f"{API}/stock/counts/{count}/scans", w.clerk, _scans(product))
    return Good(w.clerk, {"count": count}, {"products": [product]})


def _with_corrections(w: World) -> Good:
    lot = w.lot().id
    for day in ("2999-01-01", "2999-01-02"):
        changed = w.shop.patch(
            f"{API}/stock/lots/{lot}",
            json={"expires_on": day, "reason": "misread"},
            headers=dict(w.clerk),
        )
        assert changed.status_code == 200, changed.text
    return Good(w.clerk, {"lot": lot})


def _with_ledger(w: World) -> Good:
    product = w.product()
    builders.stocked(w.on, product, 5)
    return Good(w.clerk, {"code": product.code})


def _with_changes(w: World) -> Good:
    body = {
        "expires_on": "2999-01-01",
        "unit_cost": "0.7500",
        "lot_code": "L1",
        "reason": "misread",
    }
    return Good(w.clerk, {"lot": w.lot().id}, {**body, "supplier": builders.supplier(w.on).code})


_COUNTS = f"{API}/stock/counts"
COUNTING: Mapping[str, Callable[[World], Good]] = MappingProxyType(
    {
        f"PATCH {API}/stock/lots/{{lot}}": _with_changes,
        f"GET {API}/stock/lots/{{lot}}/corrections": _with_corrections,
        f"GET {API}/stock/recalls": lambda w: Good(w.clerk),
        f"GET {API}/stock/expiring": lambda w: Good(w.clerk),
        f"GET {API}/products/{{code}}/ledger": _with_ledger,
        f"GET {_COUNTS}": lambda w: Good(w.clerk),
        f"POST {_COUNTS}": lambda w: Good(
            w.clerk, {}, {"products": [w.product().code], "note": "Monday"}, 201
        ),
        f"GET {_COUNTS}/{{count}}": _with_count,
        f"GET {_COUNTS}/{{count}}/products": _with_count,
        f"GET {_COUNTS}/{{count}}/sheet": _with_count,
        f"POST {_COUNTS}/{{count}}/scans": _with_scans,
        f"POST {_COUNTS}/{{count}}/recounts": _with_recount,
        f"POST {_COUNTS}/{{count}}/approve": lambda w: _with_count(
            w, {"uncounted": "zero", "recount": "accept"}, admin=True
        ),
        f"POST {_COUNTS}/{{count}}/cancel": lambda w: _with_count(w, {"reason": "too late"}),
    }
)
