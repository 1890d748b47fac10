"""Holds queries to what a server really says: every selector has to find series, of the right kind."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser as promql
from prometheus_client.parser import text_string_to_metric_families

# What is asked of counters only; all else of a counter is a number that a restart makes smaller.
RATES = {"rate", "irate", "increase"}
TARGET = {"job": "online-grocery", "instance": "127.0.0.1:8000"}


@dataclass(frozen=True)
class Series:
    """The name and the labels of a sample, as Prometheus would store it, and whether it only grows."""

    name: str
    labels: dict[str, str]
    counts: bool


def series_in(text: str) -> list[Series]:
    """Return what is in an answer of /metrics, with a target's labels, and the one that Prometheus adds."""
    found = [Series("up", TARGET, counts=False)]
    for family in text_string_to_metric_families(text):
        counts = family.type in {"counter", "histogram"}
        found += [Series(s.name, {**TARGET, **s.labels}, counts) for s in family.samples]
    return found


def recorded(rules: Iterable[Any]) -> list[Series]:
    """Return what recording rules make: all of ours are sums by job."""
    return [
        Series(rule["record"], {"job": TARGET["job"]}, counts=False)
        for rule in rules
        if "record" in rule
    ]


def faults(query: str, series: list[Series]) -> list[str]:
    """Say what is wrong with a query on those series. Raises ValueError for what is no PromQL."""
    return list(_faults(promql.parse(query), series, None))


def _faults(node: Any, series: list[Series], function: str | None) -> Iterator[str]:
    if isinstance(node, promql.VectorSelector):
        yield from _selector_faults(node, series, function)
    elif isinstance(node, promql.AggregateExpr):
        yield from _grouping_faults(node, series)
    elif isinstance(node, promql.Call):
        function = node.func.name
        if function == "histogram_quantile":
            yield from _quantile_faults(node.args[1])
    for part in _parts(node):
        yield from _faults(part, series, function)


def _parts(node: Any) -> list[Any]:
    match node:
        case promql.Call():
            return list(node.args)
        case promql.BinaryExpr():
            return [node.lhs, node.rhs]
        case promql.MatrixSelector():
            return [node.vector_selector]
    return [node.expr] if hasattr(node, "expr") else []


def _selector_faults(selector: Any, series: list[Series], function: str | None) -> Iterator[str]:
    found = _selected(selector, series)
    if not found:
        yield f"{selector} finds nothing"
    for one in found[:1]:
        if one.counts and function not in RATES:
            yield f"{selector} is a counter, and nothing takes its rate"
        if not one.counts and function in RATES:
            yield f"{selector} is a gauge: {function}() is for counters"


def _selected(selector: Any, series: list[Series]) -> list[Series]:
    return [
        one
        for one in series
        if one.name == selector.name
        and all(_matches(matcher, one.labels) for matcher in selector.matchers.matchers)
    ]


def _matches(matcher: Any, labels: dict[str, str]) -> bool:
    value = labels.get(matcher.name, "")
    if matcher.op == promql.MatchOp.Equal:
        return value == matcher.value
    if matcher.op == promql.MatchOp.NotEqual:
        return value != matcher.value
    matched = re.fullmatch(matcher.value, value) is not None
    return matched if matcher.op == promql.MatchOp.Re else not matched


def _grouping_faults(node: Any, series: list[Series]) -> Iterator[str]:
    labels = set(node.modifier.labels) if node.modifier else set()
    for selector in _selectors(node.expr):
        for one in _selected(selector, series)[:1]:
            if missing := labels - one.labels.keys():
                yield f"{selector} has no {', '.join(sorted(missing))}"


def _quantile_faults(argument: Any) -> Iterator[str]:
    while isinstance(argument, promql.ParenExpr):
        argument = argument.expr
    for selector in _selectors(argument):
        if not selector.name.endswith("_bucket"):
            yield f"{selector} has no buckets"
    is_sum = isinstance(argument, promql.AggregateExpr)
    if is_sum and "le" not in (argument.modifier.labels if argument.modifier else ()):
        yield f"{argument} drops the label le"


def _selectors(node: Any) -> list[Any]:
    found: list[Any] = []

    def visit(one: Any) -> bool:
        if isinstance(one, promql.VectorSelector):
            found.append(one)
        return True

    promql.walk(node, visit)
    return found
