"""Results that no run had, for tests of the report: each figure follows from its place, so that a test can say it."""

from typing import Any

RATES = {"ours": 3000.0, "a": 600.0, "b": 900.0, "c": 2500.0, "d": 700.0}
LOADS = (
    "product",
    "list-first",
    "list-tenth",
    "search",
    "cart",
    "checkout",
    "checkout-one",
    "login",
    "mix",
)


def slot(load: str, who: str, number: int = 1, pair: int = 1, **figures: Any) -> dict[str, Any]:
    """Return a slot; `figures` replace what it would have."""
    rate = RATES[who] + 10 * number
    return {
        "load": load,
        "contestant": who,
        "connections": 32,
        "workers": 1,
        "round": number,
        "pair": pair,
        "rps": rate,
        "requests": int(rate * 2.5),
        "seconds": 2.5,
        "p50_ms": 32_000 / rate,
        "p99_ms": 64_000 / rate,
        "max_ms": 96_000 / rate,
        "errors": 0,
        "server_cpu_us": 250.0,
        "postgres_cpu_us": 100.0,
        "rss_mb": 88.0,
        **figures,
    }


def rounds(count: int = 5) -> list[dict[str, Any]]:
    """Return a whole run: each peer behind a slot of ours, in each round, under each load."""
    found = []
    for load in LOADS:
        places = [(1, 1), (32, 1), *([(128, 2)] if load in {"product", "checkout"} else [])]
        for connections, workers in places:
            for number in range(1, count + 1):
                for pair, peer in enumerate("abcd", 1):
                    where = {"connections": connections, "workers": workers}
                    found += [slot(load, who, number, pair, **where) for who in ("ours", peer)]
    return found


def scale() -> list[dict[str, Any]]:
    """Return a cost that grows by 1 % with each size."""
    found = []
    for by, loads in (
        ("products", ("product", "list-first", "list-tenth", "search")),
        ("purchases", ("checkout",)),
    ):
        for load in loads:
            for step, size in enumerate((1_000, 10_000, 100_000, 1_000_000)):
                one = {"server_cpu_us": 200.0, "postgres_cpu_us": 100.0 + 3 * step, "p50_ms": 0.5}
                found.append(
                    {"load": load, "by": by, by: size, "errors": 0, **one, "slots": [one] * 3}
                )
    return found


def samples(
    count: int = 40, grows: float = 0.0, name: str = "worker_rss_mb_1"
) -> list[dict[str, Any]]:
    """Return a soak's samples, of which one figure grows by so much from sample to sample."""
    flat = {
        "master_rss_mb": 40.0,
        "worker_rss_mb_1": 90.0,
        "worker_rss_mb_2": 91.0,
        "descriptors": 60,
        "connections": 20,
    }
    return [
        {"seconds": 10 * step, **flat, name: flat[name] + grows * step} for step in range(count)
    ]


def soak(**figures: Any) -> dict[str, Any]:
    """Return a soak in which nothing grew."""
    names = ("worker_rss_mb_1", "worker_rss_mb_2", "descriptors", "connections")
    return {
        "minutes": 20,
        "workers": 2,
        "connections": 8,
        "requests": 1_200_000,
        "rps": 1000.0,
        "errors": 0,
        "replaced": 0,
        "samples": samples(),
        "growth": dict.fromkeys(names, 0.0),
        "verify": {"clean": True, "said": "all is consistent."},
        **figures,
    }


def results(**parts: Any) -> dict[str, Any]:
    """Return a whole document of results; `parts` replace those that it would have."""
    one = {"rps": 6000.0, "mean_ms": 1.6, "server_cpu_us": 20.0, "postgres_cpu_us": 90.0}
    limit = {"load": "product", "ours": 32, "connections": 10, "errors": 0, **one}
    runs = [{"seconds": 1.2 + step / 100, "rss_mb": 84.0} for step in range(5)]
    return {
        "machine": {"cpu": "Imaginary 9000", "cores": 2, "memory_gb": 24, "kernel": "6.1"},
        "versions": {"python": "3.11.2", "flask": "3.1.3", "postgresql": "18.6", "wrk": "4.1.0"},
        "settings": {"rounds": 5, "postgresql": {"fsync": "on", "max_wal_size": "256MB"}},
        "rounds": rounds(),
        "limits": [{**limit, "what": "PostgreSQL, one product, prepared", "slots": [one] * 3}],
        "scale": scale(),
        "start": {who: {"runs": runs} for who in RATES},
        "soak": soak(),
        "took": {"bench": 2900.4},
        **parts,
    }
