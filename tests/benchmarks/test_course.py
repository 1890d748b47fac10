"""The order of a comparison's slots, and what each sends; nothing is measured here."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.loads.ground import Ground
from benchmarks.loads.plans import LOADS, plan
from benchmarks.loads.seed import carts, products
from benchmarks.measuring import wrk
from benchmarks.measuring.rounds import Course, Place, Timing, every_place, order
from benchmarks.parts import quick
from tests.benchmarks.invented import slot
from tests.builders.rows import value
from tests.support.database import Cluster


class TestOrder:
    def test_a_slot_of_ours_stands_before_each_of_a_peers(self) -> None:
        assert order(["a", "b", "c", "d"]) == (
            *((1, "ours"), (1, "a"), (2, "ours"), (2, "b")),
            *((3, "ours"), (3, "c"), (4, "ours"), (4, "d")),
        )

    def test_a_full_run_has_every_load_alone_and_with_32_and_a_crowd_for_two(self) -> None:
        places = every_place()
        together = [name for name, load in LOADS.items() if not load.apart]
        for load in together:
            assert Place(load, 1, 1) in places
            assert Place(load, 32, 1) in places
        crowd = [place for place in places if place.workers == 2]
        assert crowd == [Place("product", 128, 2), Place("checkout", 128, 2)]
        assert len(places) == len(set(places)) == 2 * len(together) + 2

    def test_contestants_are_started_anew_once(self) -> None:
        workers = [place.workers for place in every_place()]
        assert workers == sorted(workers)

    def test_a_full_run_fits_into_an_hour(self) -> None:
        course = Course(every_place())
        assert course.rounds >= 5
        assert course.slots == len(every_place()) * 5 * 8
        assert course.seconds < 2750

    def test_a_quick_one_into_three_minutes(self) -> None:
        assert quick.COURSE.seconds < 150

    def test_estimates_from_what_a_slot_takes(self) -> None:
        timing = Timing(first=2, warm=1, lone=1, slot=4)
        once = Course([Place("product"), Place("cart", 1)], ["a"], rounds=1, timing=timing)
        more = Course([Place("product"), Place("cart", 1)], ["a"], rounds=2, timing=timing)
        assert more.seconds - once.seconds == pytest.approx(2 * (1 + 4 + 1 + 1), rel=0.2)


class TestQuick:
    def test_prints_medians_and_ratios_of_pairs(self) -> None:
        found = [
            slot(load, who, number, pair)
            for load in quick.LOADS
            for number in range(1, 4)
            for pair, who in order(quick.PEERS)
        ]
        lines = quick.table({"rounds": found}).splitlines()
        assert lines[0].split() == [
            *("requests/s", "ours", "(a)", "(b)", "(c)"),
            *("ours", "/", "(a)", "ours", "/", "(b)", "ours", "/", "(c)"),
        ]
        assert lines[1].split() == ["product", "3020", "620", "920", "2520", "4.87", "3.28", "1.20"]


@pytest.fixture(scope="module")
def small(cluster: Cluster, worker_id: str) -> Iterator[Ground]:
    """A ground with a small shop on the tests' own server."""
    database = cluster.clone(f"ground_{worker_id}")
    made = Ground(database, cluster.server)
    products(made.owner_url, 200)
    made.emails = ["customer-1@bench.example"]
    made.survey()
    carts(made.owner_url, made.goods, 1, 1000)
    made.sell_in_slots()
    yield made
    cluster.drop(database.name)


class TestLoads:
    @pytest.mark.parametrize("name", sorted(set(LOADS) - {"list-tenth"}))
    def test_makes_as_many_requests_as_it_is_asked_for(self, small: Ground, name: str) -> None:
        assert len(plan(LOADS[name], small, "http://nobody", 120).requests) == 120

    def test_sends_the_same_to_each_contestant(self, small: Ground) -> None:
        for name in ("product", "list-first", "search", "cart", "login"):
            first, second = (
                plan(LOADS[name], small, url, 50).requests for url in ("http://one", "http://two")
            )
            assert first == second

    @pytest.mark.parametrize(("name", "lines"), [("checkout", 3), ("checkout-one", 1)])
    def test_a_cart_is_checked_out_once(self, small: Ground, name: str, lines: int) -> None:
        asked = [plan(LOADS[name], small, "http://nobody", 20) for _ in range(2)]
        paths = [request.path for one in asked for request in one.requests]
        assert all(one.once for one in asked)
        assert len(set(paths)) == 40
        fresh = paths[-1].split("/")[-2]
        query = "SELECT count(*) FROM cart_item WHERE cart_id = %(cart)s::uuid"
        assert value(small, query, cart=fresh) == lines

    def test_a_cart_is_asked_to_hold_ten_products_at_most(self, small: Ground) -> None:
        put: dict[str, set[str]] = {}
        for request in plan(LOADS["cart"], small, "http://nobody", 5000).requests:
            _, _, cart, _, product = request.path.removeprefix("/api").split("/")[1:]
            put.setdefault(cart, set()).add(product)
        assert max(map(len, put.values())) <= 10

    def test_a_cart_already_holds_the_first_three_of_them(self, small: Ground) -> None:
        requests = plan(LOADS["cart"], small, "http://nobody", 5000).requests
        held = {
            (str(cart), code)
            for cart, code in small.rows(
                "SELECT i.cart_id, p.code FROM cart_item i JOIN product p ON p.id = i.product_id"
            )
        }
        meets = [tuple(r.path.split("/")[i] for i in (4, 6)) in held for r in requests]
        assert 0.2 < sum(meets) / len(meets) < 0.4

    def test_mix_has_every_kind_in_its_share(self, small: Ground) -> None:
        requests = plan(LOADS["mix"], small, "http://nobody", 1000).requests
        reads = [r for r in requests if r.method == "GET"]
        assert len(reads) == pytest.approx(900, abs=20)
        assert len([r for r in requests if r.method == "PUT"]) == pytest.approx(80, abs=15)
        assert len([r for r in requests if r.method == "POST"]) == pytest.approx(20, abs=8)


class TestPlan:
    def test_is_written_a_request_a_line(self, tmp_path: Path) -> None:
        asked = [wrk.Request("GET", "/a"), wrk.Request("PUT", "/b", "token", '{"quantity": "1"}')]
        wrk.Plan(asked).write(tmp_path / "plan")
        said = (tmp_path / "plan").read_text()
        assert said == 'GET\t/a\t\t\nPUT\t/b\ttoken\t{"quantity": "1"}\n'


def test_wrk_that_is_missing_is_said_in_one_sentence(monkeypatch: Any) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(wrk.WrkMissing, match=r"^wrk makes the load and is not here\. .*wrk.*\.$"):
        wrk.check_wrk()
