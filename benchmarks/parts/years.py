"""A shop with three years behind it: what each of its lists takes with each filter, what its reports take, and its upkeep."""

import datetime as dt
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.inventory.proposals.schemas import MOST_PRODUCTS
from benchmarks.loads.ground import SETTINGS, Ground, ground
from benchmarks.loads.years import years
from benchmarks.measuring.contestants import OURS, running
from benchmarks.parts.upkeep import upkeep
from tests.builders import as_admin

PRODUCTS, PURCHASES, DAYS = 8_000, 900_000, 1_095
MOST_MS = 1_000
"""That a page or a report may take."""
TIMES = 3
"""Each is asked so often; the middle one counts."""
# A server that holds eight million lines has more memory than a laptop's, and collects statistics itself.
SERVER = {
    **SETTINGS,
    "shared_buffers": "1GB",
    "work_mem": "16MB",
    "effective_cache_size": "4GB",
    "autovacuum": "on",
}
_BEST_SELLER = """
    SELECT p.code, c.code, b.code, s.code FROM (
        SELECT product_id FROM purchase_line GROUP BY product_id ORDER BY count(*) DESC LIMIT 1) l
    JOIN product p ON p.id = l.product_id JOIN category c ON c.id = p.category_id JOIN brand b ON b.id = p.brand_id
    CROSS JOIN (SELECT code FROM supplier ORDER BY id DESC LIMIT 1) s
"""
_LATEST = """
    SELECT max(l.stock_id)::text, max(p.id::text), (SELECT max(id) FROM till_session)::text, (SELECT max(code) FROM invoice_request),
        (SELECT max(id) FROM stock_movement)::text
    FROM purchase p JOIN purchase_line n ON n.purchase_id = p.id JOIN allocation l ON l.purchase_line_id = n.id
    WHERE p.collected_at > now() - interval '3 days'
"""
# Not asked: nothing grows in them, or they are a customer's own.
_FIXED = ("/livez", "/readyz", "/metrics", "/api/v1/slots", "/api/v1/carts")
_COUNTS, _PROPOSALS = "/api/v1/stock/counts", "/api/v1/invoice-requests/proposals"

Say = Callable[[str], None]
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """What one way of asking took, in milliseconds."""

    path: str
    query: Query
    milliseconds: float

    def __str__(self) -> str:
        said = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.path}?{said}" if said else self.path


def run(folder: Path, say: Say) -> tuple[str, list[str]]:
    """Make the shop and try all of it; return tables for docs/operations.md, and what took too long or was refused."""
    with ground(PRODUCTS, 0, settings=SERVER) as lent:
        say(f"Seeding {PURCHASES:,} purchases of {DAYS:,} days.")
        years(lent.owner_url, purchases=PURCHASES, days=DAYS)
        say("Tidying up.")
        tables = [upkeep(lent, folder, say, years=DAYS / 365)]
        with running([OURS], lent, folder) as up:
            say("Asking for all lists and reports.")
            asked, refused = ask(lent, up[OURS.key].url)
    tables.append(_table(asked))
    slow = [f"{one}: {one.milliseconds:.0f} ms" for one in asked if one.milliseconds > MOST_MS]
    return "\n\n".join(tables), slow + refused


def ask(on: Ground, url: str) -> tuple[list[Asked], list[str]]:
    """Ask for each list and report in all ways; return what each took, and sentences of what was not answered.

    Filters need not go together, nor mean something alone (422); but one that is never answered is a fault.
    """
    found: list[Asked] = []
    refused: dict[tuple[str, str], str] = {}
    values = _values(on)
    with httpx.Client(base_url=url, headers=as_admin(on), timeout=60, trust_env=False) as client:
        counted = client.post(_COUNTS, json={"category": values["category"][0]}).raise_for_status()
        values[f"{_COUNTS}/"] = [counted.json()["code"]]
        spec = client.get("/openapi.json").raise_for_status().json()
        for path, place, query in ways(spec, values):
            took, answer = _timed(lambda: client.get(place, params=dict(query)))  # noqa: B023 - at once
            if answer.is_success:
                found.append(Asked(path, query, took))
            elif answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
                refused |= {(path, name): f"{path} by {name}: {answer.text}" for name, _ in query}
            else:
                refused[path, str(query)] = f"{path} {query}: {answer.text}"
        found.extend(_proposed(client, values["supplier"][0], on.codes[:MOST_PRODUCTS]))
    answered = {name for one in found for name, _ in one.query}
    return found, [said for (_, name), said in refused.items() if name not in answered]


def _timed(request: Callable[[], httpx.Response]) -> tuple[float, httpx.Response]:
    """Return the middle one of what it took, in milliseconds, and the last answer."""
    took: list[float] = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = request()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took), answer


def _proposed(client: httpx.Client, supplier: str, codes: Sequence[str]) -> Iterator[Asked]:
    """Yield what it takes to propose orders: of what one supplier sells, and of as many products as may be named."""
    asked = {
        ("supplier", supplier): {"supplier": supplier},
        ("products", f"{len(codes):,}"): {"products": codes},
    }
    for said, body in asked.items():
        took, answer = _timed(lambda: client.post(_PROPOSALS, json=body))  # noqa: B023 - at once
        answer.raise_for_status()
        yield Asked(f"POST {_PROPOSALS}", (said,), took)


def ways(
    spec: Mapping[str, Any], values: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, Query]]:
    """Yield (path, the same with something in it, query) of each GET: with nothing, with each value of each parameter, and with each pair of them.

    Raises KeyError for a parameter that has neither a list of values nor one in `values`.
    """
    for path, does in spec["paths"].items():
        place = _placed(path, values)
        if "get" not in does or place is None or path in _FIXED:
            continue
        asked = does["get"].get("parameters", [])
        queries = [each for each in asked if each["in"] == "query" and each["name"] != "cursor"]
        choices = {
            each["name"]: _choices(each, values) for each in queries if each["name"] != "limit"
        }
        least = tuple(
            (each["name"], choices[each["name"]][0]) for each in queries if each.get("required")
        )
        single = [((name, value),) for name, those in choices.items() for value in those]
        pairs = [a + b for a, b in itertools.combinations(single, 2) if a[0][0] != b[0][0]]
        whole = [(("limit", "100"),) for each in queries if each["name"] == "limit"]
        for some in ((), *whole, *single, *pairs):
            yield path, place, tuple(dict((*least, *some)).items())


def _placed(path: str, values: Mapping[str, Sequence[str]]) -> str | None:
    """Return the path with something in place of its parameters; None where the shop has none of it."""
    before, _, rest = path.partition("{")
    if not rest:
        return path
    behind = rest.partition("}")[2]
    return before + values[before][0] + behind if before in values and "{" not in behind else None


def _choices(parameter: Mapping[str, Any], values: Mapping[str, Sequence[str]]) -> Sequence[str]:
    schema = parameter["schema"]
    kinds = [schema, *schema.get("anyOf", ())]
    named = [each["enum"] for each in kinds if "enum" in each]
    if named:
        return [str(value) for value in named[0]]
    if any(each.get("type") == "boolean" for each in kinds):
        return ["true", "false"]
    return values[parameter["name"]]


def _values(on: Ground) -> dict[str, Sequence[str]]:
    """Return values for parameters by their names, and for paths by what stands before them: what sells most among them."""
    ((product, category, brand, supplier),) = on.rows(_BEST_SELLER)
    ((lot, purchase, session, request, movement),) = on.rows(_LATEST)
    return _days() | {
        "product": [product],
        "products": [product],
        "category": [category, "aisle-1"],
        "brand": [brand],
        "supplier": [supplier],
        "lot": [lot],
        "purchase": [purchase],
        "session": [session],
        "invoice_request": [request],
        "till": ["front"],
        "q": [on.names[0].split()[1], "milk", product, "Buyer 1000"],
        "min_price": ["1.00"],
        "max_price": ["5.00"],
        "allergen_free": ["milk"],
        "facets": ["brand,price"],
        "by": ["day", "product"],
        "days": ["7", "30"],
        "lot_code": ["L42"],
        "/api/v1/products/": [product],
        "/api/v1/suppliers/": [supplier],
        "/api/v1/brands/": [brand],
        "/api/v1/categories/": [category],
        "/api/v1/purchases/": [purchase],
        "/api/v1/till-sessions/": [session],
        "/api/v1/invoice-requests/": [request],
        "/api/v1/stock/lots/": [lot],
        "/api/v1/stock/movements/": [movement],
        "/api/v1/reports/": ["sales"],
    }


def _days() -> dict[str, Sequence[str]]:
    today = dt.date.today()  # noqa: DTZ011 - which of two days it is makes no difference
    month, year, past = (today - dt.timedelta(days=days) for days in (30, 365, DAYS - 1))
    moments = [f"{day}T00:00:00Z" for day in (month, year)]
    return {
        "slot": [moments[0]],
        "since": moments,
        "until": [moments[0], f"{today + dt.timedelta(days=2)}T00:00:00Z"],
        "expires_before": [str(today)],
        "from": [str(year), str(past)],
        "to": [str(today - dt.timedelta(days=1))],
        "on": [str(month), str(year), str(past)],
    }


def _table(asked: Sequence[Asked]) -> str:
    """Return the slowest way of each path, the slowest path first."""
    lines = ["| asked | ways | middle | slowest | of these |", "|---|---|---|---|---|"]
    paths = {path: list(those) for path, those in itertools.groupby(asked, lambda one: one.path)}
    slowest = {path: max(those, key=lambda one: one.milliseconds) for path, those in paths.items()}
    for path, worst in sorted(slowest.items(), key=lambda each: -each[1].milliseconds):
        middle = statistics.median(one.milliseconds for one in paths[path])
        said = str(worst).partition("?")[2] or "nothing"
        lines.append(
            f"| `{path}` | {len(paths[path])} | {middle:.0f} ms | {worst.milliseconds:.0f} ms | `{said}` |"
        )
    return "\n".join(lines)
