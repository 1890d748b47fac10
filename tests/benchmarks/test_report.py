"""The report says what the slots say, no more: medians, pairs, targets met and missed, and when a run says nothing."""

import json
import subprocess

import pytest

from benchmarks.measuring.figures import (
    LOADS,
    Spread,
    faults,
    growth,
    ratios,
    sizes,
    spread,
    steepest,
    together,
)
from benchmarks.measuring.targets import Target, failures, targets
from benchmarks.report import __main__ as report
from benchmarks.report.plot import Bars, Lines, panels
from benchmarks.report.tables import (
    NOT_MEASURED,
    limit_table,
    load_tables,
    machine_table,
    number,
    scale_tables,
    soak_table,
)
from local.environments import ROOT, VENVS
from tests.benchmarks import invented
from tests.benchmarks.invented import results, slot

PYTHON = VENVS / "benchmarks" / "bin" / "python"


def line(found: dict, begins: str, word: str = "") -> Target:
    """Return the one target whose text begins so and has that word."""
    lines = [one for one in targets(found) if one.what.startswith(begins) and word in one.what]
    (one,) = lines
    return one


class TestFigures:
    def test_a_spread_is_the_median_and_its_edges(self):
        assert spread([3.0, 1.0, 2.0, 10.0]) == Spread(2.5, 1.0, 10.0)
        assert spread([]) is None

    def test_a_ratio_is_of_two_neighbours_not_of_medians(self):
        # The computer is half as fast in the second round: the medians of each would say something else.
        found = {
            "rounds": [
                slot("product", "ours", 1, 1, rps=3000.0),
                slot("product", "a", 1, 1, rps=1000.0),
                slot("product", "ours", 2, 1, rps=1500.0),
                slot("product", "a", 2, 1, rps=500.0),
            ]
        }
        assert ratios(found, "product", "a") == Spread(3.0, 3.0, 3.0)

    def test_a_slot_that_was_paired_with_another_peer_does_not_count(self):
        found = {
            "rounds": [
                slot("product", "ours", 1, 1, rps=3000.0),
                slot("product", "a", 1, 1, rps=1000.0),
                slot("product", "ours", 1, 2, rps=9000.0),
                slot("product", "b", 1, 2, rps=1000.0),
            ]
        }
        assert ratios(found, "product", "a") == Spread(3.0, 3.0, 3.0)
        assert ratios(found, "product", "b") == Spread(9.0, 9.0, 9.0)

    def test_nothing_is_made_up_where_a_peer_has_no_slot(self):
        only_ours = {"rounds": [slot("product", "ours")]}
        assert ratios(only_ours, "product", "a") is None
        assert ratios(results(), "product", "a", connections=64) is None

    def test_the_steepest_cost_is_that_of_the_worst_size(self):
        entries = sizes(results(), "product", "products")
        entries[2]["slots"] = [{**one, "postgres_cpu_us": 400.0} for one in entries[2]["slots"]]
        found = steepest(entries)
        assert found is not None
        assert found.median == pytest.approx(2.0)
        assert steepest(entries[:1]) is None

    def test_a_computer_that_slows_down_is_no_growth(self):
        entries = sizes(results(), "product", "products")
        for entry in entries:
            entry["slots"] = [
                {name: turn * figure for name, figure in one.items()}
                for turn, one in enumerate(entry["slots"], 1)
            ]
        found = steepest(entries)
        assert found is not None
        assert found.median == found.least == found.most == pytest.approx(309 / 300)

    def test_several_slots_become_one_entry_of_their_medians(self):
        found = together([{"rps": rate, "requests": 9, "errors": 1} for rate in (1.0, 5.0, 2.0)])
        assert (found["rps"], found["errors"], len(found["slots"])) == (2.0, 3, 3)

    def test_growth_leaves_the_first_quarter_out(self):
        warming = [{"rss": figure} for figure in [50, 60, 70, 80, *[90] * 12]]
        assert growth(warming, "rss") == 0
        assert growth(invented.samples(40, grows=0.1), "worker_rss_mb_1") == pytest.approx(2.0)
        assert growth([{"rss": 1}], "rss") == 0


class TestTargets:
    def test_a_run_as_it_should_be_meets_them(self):
        assert line(results(), "product", "(a)").met is True
        assert line(results(), "RSS of an idle").met is True

    def test_each_line_has_its_own_bound(self):
        """ours 3,030, (b) 930: 3.26 times, which is enough for the product but 1.2 times (c) is not for the list."""
        assert line(results(), "product", "(b)").met is True
        assert line(results(), "list-first", "(a)").met is False
        assert line(results(), "list-first", "(c)").met is False
        assert line(results(), "search", "(c)").met is True

    def test_the_median_counts_unrounded(self):
        found = {
            "rounds": [
                slot("product", "ours", rps=3999.0),
                slot("product", "a", rps=1000.0),
            ]
        }
        assert line(found, "product", "(a)").met is False

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        assert {target.met for target in targets({})} == {None}

    def test_one_starved_request_in_one_round_is_too_many(self):
        crowded = {"connections": 128, "workers": 2, "p50_ms": 40.0, "p99_ms": 90.0}
        calm = [slot("product", "ours", n, max_ms=100.0, **crowded) for n in range(1, 5)]
        starved = slot("product", "ours", 5, max_ms=500.0, **crowded)
        assert line({"rounds": calm}, "product", "longest").met is True
        assert line({"rounds": [*calm, starved]}, "product", "longest").met is False
        assert line({"rounds": [*calm, starved]}, "product", "p99").met is True

    def test_a_cost_that_grows_is_not_flat(self):
        entries = invented.scale()
        for entry in entries:
            if entry["load"] == "search" and entry["products"] == 1_000_000:
                entry["slots"] = [{**one, "postgres_cpu_us": 300.0} for one in entry["slots"]]
        assert line(results(scale=entries), "search", "1,000,000").met is False
        assert line(results(scale=entries), "product", "1,000,000").met is True

    @pytest.mark.parametrize(
        ("name", "grown"),
        [("worker_rss_mb_2", 3.1), ("descriptors", 2.5), ("connections", 1.0)],
    )
    def test_a_soak_with_growth_fails(self, name, grown):
        soaked = invented.soak()
        assert failures(soaked) == []
        soaked["growth"][name] = grown
        assert len(failures(soaked)) == 1

    def test_a_short_soak_can_fail_but_not_pass(self):
        short, grown = invented.soak(minutes=5), invented.soak(minutes=5)
        grown["growth"]["descriptors"] = 9.0
        assert line(results(soak=invented.soak()), "20 minutes", "descriptors").met is True
        assert line(results(soak=short), "5 minutes", "descriptors").met is None
        assert line(results(soak=grown), "5 minutes", "descriptors").met is False

    def test_a_soak_fails_for_wrong_answers_and_for_books_that_are_off(self):
        assert failures(invented.soak(replaced=1)) == ["1 workers were replaced while it ran"]
        assert failures(invented.soak(errors=1)) == ["1 answers were not the expected ones"]
        off = {"clean": False, "said": "lot 7: on_hand is off"}
        assert failures(invented.soak(verify=off))[-1] == "verify found: lot 7: on_hand is off"


class TestValidity:
    def test_a_run_without_errors_is_valid(self):
        assert faults(results()) == []

    @pytest.mark.parametrize("part", ["rounds", "limits", "scale"])
    def test_one_error_anywhere_makes_the_run_invalid(self, part):
        found = results()
        found[part][-1]["errors"] = 1
        assert len(faults(found)) == 1
        assert "This run is invalid" in report.page(found)

    def test_the_soak_counts_too(self):
        assert faults(results(soak=invented.soak(errors=3))) == ["3 errors in the soak"]

    def test_what_the_run_itself_found_counts_too(self):
        assert faults(results(faults=["verify found 1 row"])) == ["verify found 1 row"]


class TestTables:
    def test_each_load_has_a_line_for_each_contestant_and_setting(self):
        said = load_tables(results())
        product = said.partition("### list-first")[0]
        assert product.count("| this shop |") == 3
        assert product.count("| (c) FastAPI, asyncpg, hand-written SQL |") == 3
        assert [load for load in LOADS if f"### {load}:" not in said] == []

    def test_a_line_says_the_median_the_edges_and_the_ratio(self):
        said = load_tables(results(rounds=invented.rounds(count=3)))
        (first, *_) = [row for row in said.splitlines() if "(a) Flask" in row and "| 32 |" in row]
        assert "| 620 (610 to 630) |" in first
        assert "4.87 × (4.81 to 4.93)" in first

    def test_the_longest_wait_is_the_worst_of_all_rounds(self):
        calm, long = slot("mix", "ours", 1, max_ms=20.0), slot("mix", "ours", 2, max_ms=777.0)
        assert "| 777 |" in load_tables({"rounds": [calm, long]})

    def test_a_limit_says_how_much_of_it_is_reached(self):
        # 3,030 with 32 connections, where ten clients of pgbench have 6,000.
        assert "| product: 50 % |" in limit_table(results())
        assert "| – |" in limit_table(results(rounds=[]))

    def test_scale_has_a_table_for_products_and_one_for_purchases(self):
        said = scale_tables(results())
        assert said.count("| 1,000,000 |") == 5
        assert "| purchases |" in said

    def test_the_soak_is_told_by_quarters(self):
        said = soak_table(results())
        assert "20 minutes, 2 workers, 8 connections: 1,200,000 requests" in said
        assert "| last quarter |" in said
        assert "| RSS of worker 2, MiB |" in said

    def test_settings_in_settings_are_spelled_out(self):
        assert "| postgresql | fsync on, max_wal_size 256MB |" in machine_table(results())

    def test_figures_have_about_three_digits(self):
        figures = (None, 0.4123, 9.994, 9.996, 99.96, 1670.4)
        assert [number(one) for one in figures] == ["–", "0.41", "9.99", "10.0", "100", "1,670"]


class TestPage:
    def test_a_whole_run_leaves_nothing_open(self):
        said = report.page(results(), profile="Half of it is PostgreSQL's.")
        assert NOT_MEASURED not in said
        assert "$" not in said
        assert "Half of it is PostgreSQL's." in said
        assert "Imaginary 9000" in said
        assert "| `make bench` |" in said
        assert "| 2,900 |" in said

    def test_a_run_that_broke_off_is_still_told(self):
        said = report.page({"rounds": [slot("product", "ours")]})
        assert "### product" in said
        assert NOT_MEASURED in said
        assert "not measured" in said

    def test_the_verdict_names_what_was_missed(self):
        said = report.verdict(results())
        assert "missed 4" in said
        assert "list-first: requests/s against (a)" in said

    def test_every_command_is_one_of_make(self):
        rules = (ROOT / "Makefile").read_text()
        assert [name for name in report.COMMANDS if f"\n{name}:" not in rules] == []


class TestPlot:
    def test_a_panel_for_each_load_and_for_what_grows(self):
        shown = panels(results())
        assert [panel.title for panel in shown if isinstance(panel, Bars)] == [
            f"{load}, requests/s" for load in LOADS
        ]
        below = [panel.below for panel in shown if isinstance(panel, Lines)]
        assert below == ["products", "purchases", "minutes"]

    def test_bars_begin_with_ours_and_have_the_edges(self):
        first = panels(results())[0]
        assert isinstance(first, Bars)
        assert first.bars[0] == ("this shop", Spread(3030.0, 3010.0, 3050.0))
        assert [name for name, _ in first.bars[1:]] == ["(a)", "(b)", "(c)", "(d)"]

    def test_nothing_is_drawn_of_nothing(self):
        assert panels({}) == []

    @pytest.mark.skipif(not PYTHON.exists(), reason="make bench has not run here: no matplotlib")
    @pytest.mark.parametrize("valid", [True, False])
    def test_page_and_plot_are_written(self, tmp_path, valid):
        found = results()
        found["rounds"][0]["errors"] = 0 if valid else 1
        (tmp_path / "results.json").write_text(json.dumps(found))
        command = [PYTHON, "-m", "benchmarks.report", tmp_path / "results.json", tmp_path]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == (0 if valid else 1), done.stderr
        assert ("invalid: 1 errors" in done.stderr) is not valid
        assert (tmp_path / "performance.md").read_text().startswith("# Performance\n")
        assert "<svg" in (tmp_path / "performance.svg").read_text()
