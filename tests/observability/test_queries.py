"""The queries of the alerts and of the dashboard, on a real scrape."""

import json
import re
import shutil
from typing import Any

import pytest
import yaml

from conformance.alerts import CASES, check_alerts
from local.environments import ROOT
from tests.observability.promql import Series, faults, recorded

FOLDER = ROOT / "deploy" / "observability"
RUNBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

RULES = [
    rule
    for group in yaml.safe_load((FOLDER / "rules.yaml").read_text())["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def dashboard_queries() -> list[tuple[str, str]]:
    """Panel and query, with Grafana's variables as Grafana would fill them in."""
    return [
        (panel["title"], re.sub(r"\$(job|instance)", ".*", query).replace("$__rate_interval", "1m"))
        for panel in PANELS
        for query in (target["expr"] for target in panel["targets"])
    ]


class TestOnARealScrape:
    def test_every_query_finds_its_series(self, series):
        all_series = [*series, *recorded(RULES)]
        queries = [(rule.get("alert") or rule["record"], rule["expr"]) for rule in RULES]
        queries += dashboard_queries()
        found = {name: wrong for name, query in queries if (wrong := faults(query, all_series))}
        assert found == {}

    def test_the_runbook_names_every_metric_and_no_other(self, scrape):
        served = set(re.findall(r"^# TYPE (\w+) ", scrape, re.MULTILINE))
        table = RUNBOOK.partition("### Metrics\n")[2].partition("\n### ")[0]
        named = set(re.findall(r"^\| `(\w+)", table, re.MULTILINE))
        assert named == served

    def test_it_counted_what_happened(self, scrape):
        lines = scrape.splitlines()
        for expected in (
            'purchases_total{event="placed"} 2.0',
            'purchases_total{event="collected"} 1.0',
            'purchases_total{event="cancelled"} 1.0',
            'purchases_value_total{currency="EUR",event="placed"} 5.0',
            'purchases_value_total{currency="EUR",event="collected"} 2.5',
            "idempotent_replays_total 2.0",
            'problems_total{code="out_of_stock"} 1.0',
            'problems_total{code="bad_credentials"} 1.0',
            'problems_total{code="too_many_requests"} 1.0',
            'problems_total{code="too_large"} 1.0',
            'http_refused_total{status="413"} 1.0',
            'database_connections{state="limit"} 20.0',
            "http_requests_in_progress 1.0",  # this one
        ):
            assert expected in lines


class TestAlerts:
    @pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
    def test_each_says_what_to_do(self, alert):
        assert alert["labels"]["severity"] in {"critical", "warning", "info"}
        assert alert["annotations"]["summary"]
        page, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md"
        assert anchor == alert["alert"].lower()

    def test_each_has_its_day(self):
        tried = set(re.findall(r"^  +alertname: (\w+)$", CASES.read_text(), re.MULTILINE))
        assert tried == {alert["alert"] for alert in ALERTS}

    @pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
    def test_each_speaks_on_its_day_and_no_other(self):
        assert check_alerts() is None

    def test_the_runbook_has_a_section_for_each_and_no_other(self):
        sections = RUNBOOK.partition("### Alerts\n")[2].partition("\n### ")[0]
        headings = re.findall(r"^#### (\w+)$", sections, re.MULTILINE)
        assert headings == [alert["alert"] for alert in ALERTS]


class TestDashboard:
    def test_panels_are_apart(self):
        ids = [panel["id"] for panel in DASHBOARD["panels"]]
        assert len(set(ids)) == len(ids)
        taken: set[tuple[int, int]] = set()
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken
            assert place["x"] + place["w"] <= 24
            taken |= cells

    def test_every_panel_asks_the_prometheus_that_is_chosen(self):
        chosen = {"type": "prometheus", "uid": "${datasource}"}
        assert "datasource" in {one["name"] for one in DASHBOARD["templating"]["list"]}
        assert all(panel["datasource"] == chosen for panel in PANELS)
        assert all(one["datasource"] == chosen for panel in PANELS for one in panel["targets"])


# What the check above is for: each is a query that somebody may write, and that would show nothing.
WRONG: list[tuple[str, str]] = [
    ("sum(rate(http_requests_total[5m]))", "finds nothing"),
    ('rate(sales_total{event="sold"}[5m])', "finds nothing"),
    ('sum(rate(sales_total{event!~"placed|.*"}[5m]))', "finds nothing"),
    ("sum(sales_total)", "is a counter"),
    ("rate(workers[5m])", "is a gauge"),
    ("sum by (route) (rate(sales_total[5m]))", "has no route"),
    ("histogram_quantile(0.9, sum(rate(time_bucket[5m])))", "drops the label le"),
    ("histogram_quantile(0.9, sum by (le) (rate(sales_total[5m])))", "has no"),
    ("workers > 0 and on () sum(sales_total) > 1", "is a counter"),
]


class TestTheCheckItself:
    series: Any = (
        Series("sales_total", {"event": "placed"}, counts=True),
        Series("workers", {}, counts=False),
        Series("time_bucket", {"le": "1.0"}, counts=True),
    )

    @pytest.mark.parametrize(("query", "fault"), WRONG)
    def test_finds_fault_with(self, query, fault):
        assert any(fault in found for found in faults(query, list(self.series)))

    @pytest.mark.parametrize(
        "query",
        [
            'sum by (event) (rate(sales_total{event=~"pl.*"}[5m])) > 0',
            "histogram_quantile(0.9, sum by (le) (rate(time_bucket[5m])))",
            "max(workers) - (increase(sales_total[1h]) or vector(0))",
        ],
    )
    def test_passes(self, query):
        assert faults(query, list(self.series)) == []
