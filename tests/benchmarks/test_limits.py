"""The limits ask what the shop asks; the soak looks at the books."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.loads import seed
from benchmarks.loads.ground import Ground
from benchmarks.measuring.contestants import ContestantFailed
from benchmarks.parts import limits, soak
from benchmarks.peers import nothing
from tests.builders.rows import value
from tests.support.database import Cluster

SAID = """\
transaction type: product.pgbench
number of transactions actually processed: 2000
number of failed transactions: 3 (0.150%)
latency average = 0.444 ms
tps = 2254.037774 (without initial connection time)
"""


@pytest.fixture(scope="module")
def small(cluster: Cluster, worker_id: str) -> Iterator[Ground]:
    """A ground with a small shop on the tests' own server."""
    database = cluster.clone(f"limits_{worker_id}")
    made = Ground(database, cluster.server)
    seed.products(made.owner_url, 1000)
    yield made
    cluster.drop(database.name)


class TestScripts:
    @pytest.mark.parametrize("script", limits.scripts(1000), ids=lambda script: script.load)
    @pytest.mark.parametrize("mode", limits.MODES)
    def test_pgbench_takes_them(
        self, small: Ground, tmp_path: Path, script: limits.Script, mode: str
    ) -> None:
        (tmp_path / "script").write_text(script.text)
        found = limits.pgbench(small, tmp_path / "script", mode, clients=1, seconds=1)
        assert found["rps"] > 10
        assert found["errors"] == 0
        assert found["postgres_cpu_us"] > 0

    def test_the_product_is_the_one_of_that_number(self, small: Ground) -> None:
        (product, _) = limits.scripts(1000)
        ((made, version),) = small.rows(_sql(product, number=7))
        assert made.startswith('{"code":"P0000007",')
        assert version == 1

    def test_the_page_is_full_and_one_row_longer_as_the_shop_reads_it(self, small: Ground) -> None:
        (_, page) = limits.scripts(1000)
        assert "\\set limit 21\n" in page.text
        assert len(small.rows(_sql(page, shelf=1, active="true", limit=21))) == 21


class TestFigures:
    def test_are_per_transaction(self) -> None:
        assert limits.figures(SAID, postgres=0.8, own=0.05) == {
            "rps": 2254.037774,
            "mean_ms": 0.444,
            "server_cpu_us": 25.0,
            "postgres_cpu_us": 400.0,
            "errors": 3,
        }

    def test_are_not_made_up(self) -> None:
        with pytest.raises(ContestantFailed, match="pgbench said: nonsense"):
            limits.figures("nonsense", postgres=1.0, own=1.0)


async def test_the_empty_application_starts_answers_and_ends() -> None:
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        return {}

    async def send(message: dict[str, Any]) -> None:
        said.append(message["type"])

    await nothing.app({"type": "lifespan"}, receive, send)
    await nothing.app({"type": "http"}, receive, send)
    assert said == [
        *("lifespan.startup.complete", "lifespan.shutdown.complete"),
        *("http.response.start", "http.response.body"),
    ]


def test_the_soak_ends_with_a_look_at_the_books(small: Ground, tmp_path: Path) -> None:
    assert soak.verify(small, tmp_path)["clean"] is True
    lot = value(small.database, "UPDATE stock SET on_hand = on_hand + 1 WHERE id = 1 RETURNING id")
    found = soak.verify(small, tmp_path)
    assert lot == 1
    assert found["clean"] is False
    assert "off" in found["said"]


def _sql(script: limits.Script, **values: Any) -> str:
    """Return the script's statement with these values."""
    lines = [line for line in script.text.splitlines() if not line.startswith("\\set")]
    text = "\n".join(lines)
    for name, said in values.items():
        text = text.replace(f":{name}", str(said))
    return text
