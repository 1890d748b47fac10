"""Several processes that are one shop: request ids and metrics."""

import asyncio
import re
from collections import Counter

from conformance.helpers import get
from conformance.registry import NotApplicable, check
from conformance.shop import Shop
from conformance.wire import Answer, Wire

ROUTE = "/api/v1/brands"
ASKED = 80
_COUNT = re.compile(
    r'^http_request_duration_seconds_count\{(?=[^}]*method="GET")(?=[^}]*route="/api/v1/brands")'
    r'(?=[^}]*status="200")[^}]*\} ([0-9.e+]+)$',
    re.MULTILINE,
)


@check("processes")
async def processes(shop: Shop) -> None:
    """Each request has an id of its own, a sane one is kept, and /metrics adds up over all processes."""
    if shop.way.name == "nginx":
        raise NotApplicable("each api has its own metrics; the gateway shows them to nobody")
    before = await _counted(shop)
    answers = await asyncio.gather(*(_on_one(shop) for _ in range(8)))
    seen = Counter(answer.status for part in answers for answer in part)
    assert seen == {200: ASKED}, f"statuses: {dict(seen)}"
    ids = [answer.headers.get("x-request-id", "") for part in answers for answer in part]
    assert all(ids), "an answer without X-Request-Id"
    assert len(set(ids)) == ASKED, f"{len(set(ids))} ids for {ASKED} requests"
    # Asked more than once, so that every process has a turn at answering.
    for _ in range(6):
        counted = await _counted(shop) - before
        assert counted == ASKED, f"/metrics counts {counted} of {ASKED} requests"
    kept = await get(shop, ROUTE, **{"X-Request-Id": "kept.by-the_shop-1"})
    assert kept.headers["x-request-id"] == "kept.by-the_shop-1"


async def _on_one(shop: Shop) -> list[Answer]:
    async with Wire(shop.port) as wire:
        return [await wire.ask("GET", ROUTE) for _ in range(ASKED // 8)]


async def _counted(shop: Shop) -> int:
    answer = await get(shop, "/metrics")
    assert answer.status == 200, f"/metrics: {answer.status}"
    return sum(int(float(count)) for count in _COUNT.findall(answer.body.decode()))
