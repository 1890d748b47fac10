"""Traces of real servers, as a collector gets them."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from app.core.telemetry.traces import wanted
from local.environments import ROOT
from tests.builders import filled_cart, on_sale
from tests.core.servers import Server, gunicorn
from tests.observability.collector import Span, collecting
from tests.support.load import Answer, Connection, load

GUEST = {"contact_name": "Zofia Wiśniewska", "contact_phone": "+48 600 100 299"}
CHECKOUT = "/api/v1/carts/<uuid:cart>/checkout"
INTERNAL, SERVER, CLIENT = 1, 2, 3

# How each kind of server is asked to run the shop, with several requests at once in a process.
ASGI = ("main:asgi_app", "app.core.worker.Worker", ["--workers", "2"])
WSGI = ("main:app", "gthread", ["--workers", "2", "--threads", "4"])
SERVERS = [pytest.param(ASGI, id="asgi"), pytest.param(WSGI, id="wsgi")]


@contextmanager
def traced_shop(on: Any, log: Any, how: Any, endpoint: str, **more: str) -> Iterator[Server]:
    """Serve the shop on that database with its traces going to `endpoint`."""
    app, worker, options = how
    env = {
        "OGS_ENV": "test",
        "OGS_DATABASE__URL": on.app_url,
        "OGS_LOGGING__FORMAT": "json",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        # Only a gateway says which trace a request belongs to.
        "OGS_HTTP__GATEWAYS": "127.0.0.1",
        **more,
    }
    with gunicorn(app, log, worker=worker, options=options, env=env, ready="/readyz") as server:
        yield server


def new_parent(*, sampled: bool = True) -> str:
    """Return the header by which a client or a gateway says which trace a request belongs to."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-0{int(sampled)}"


def requests_in(server: Server) -> list[dict[str, Any]]:
    """Return the log's lines about requests."""
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == "request" and line["route"] != "/readyz"]


def root_of(span: Span, spans: list[Span]) -> Span:
    """Return the span of the request that this one is a part of."""
    by_id = {one.id: one for one in spans if one.trace == span.trace}
    while span.parent in by_id:
        span = by_id[span.parent]
    return span


class TestARequest:
    @pytest.mark.parametrize("how", SERVERS)
    async def test_is_a_part_of_its_callers_trace_with_all_that_it_did(
        self, fresh_database, tmp_path, how
    ):
        milk = on_sale(fresh_database, stock=1000)
        carts = [filled_cart(fresh_database, (milk, 1)) for _ in range(24)]
        parents = [new_parent() for _ in carts]

        async def checkout(connection: Connection, number: int) -> Answer:
            cart = carts[number]
            return await connection.request(
                "POST",
                f"/api/v1/carts/{cart.id}/checkout",
                token=cart.token,
                body=GUEST,
                traceparent=parents[number],
                X_Request_Id=f"request-{number}",
                Idempotency_Key=f"key-{number}",
            )

        with collecting() as collector:
            with traced_shop(fresh_database, tmp_path / "log", how, collector.url) as server:
                await self.search(server)
                outcome = await load(server.url, connections=8, requests=24, step=checkout)
                assert not outcome.broken
                assert set(outcome.statuses) == {201}, outcome.statuses
            # Well before the next batch was due: the processes sent what they had when they ended.
            spans = collector.until(lambda spans: sum(s.kind == SERVER for s in spans) == 25)
        (search,) = [span for span in spans if span.name == "GET /api/v1/products"]
        spans = [span for span in spans if span.trace != search.trace]
        self.check_family(spans, parents)
        self.check_attributes(spans)
        self.check_log(requests_in(server)[1:], parents)
        for cart in carts:
            assert cart.token.encode() not in collector.raw
        for secret in (b"600 100 299", b"Zofia", b"querystring", b"127.0.0.1"):
            assert secret not in collector.raw

    @staticmethod
    async def search(server: Server) -> None:
        """Ask for something by a query string."""
        with closing(Connection(server.url)) as connection:
            answer = await connection.request(
                "GET",
                "/api/v1/products?q=querystring",
                traceparent=new_parent(),
                X_Request_Id="search",
            )
        assert answer.status == 200

    @staticmethod
    def check_family(spans: list[Span], parents: list[str]) -> None:
        """Every span belongs to the one request whose trace it is in."""
        served = [span for span in spans if span.kind == SERVER]
        came = {tuple(parent.split("-")[1:3]) for parent in parents}
        assert {(span.trace, span.parent) for span in served} == came
        assert len(served) == len(parents)
        for request in served:
            family = [span for span in spans if span.trace == request.trace]
            assert all(root_of(span, family) is request for span in family)
            # The first request of a worker begins the day besides, in a transaction of its own.
            (transaction, *_) = reversed([span for span in family if span.name == "transaction"])
            assert transaction.parent == request.id
            inside = [span.name for span in family if span.parent == transaction.id]
            inside = [name for name in inside if name not in {"connect", "wait for a connection"}]
            assert inside == ["SELECT", "SELECT cart", "INSERT idempotency_key", "COMMIT"]

    @staticmethod
    def check_attributes(spans: list[Span]) -> None:
        request = next(span for span in spans if span.kind == SERVER)
        assert request.name == f"POST {CHECKOUT}"
        id_ = request.attributes.pop("http.request.header.x-request-id").values[0].string_value
        assert id_.startswith("request-")
        assert request.attributes == {
            "http.request.method": "POST",
            "http.response.status_code": 201,
            "http.route": CHECKOUT,
            "network.protocol.name": "http",
            "network.protocol.version": "1.1",
            "url.scheme": "http",
        }
        assert request.resource["service.name"] == "online-grocery"
        carts = [span for span in spans if span.name == "SELECT cart"]
        sale = next(s for s in carts if "place_basket(" in s.attributes["db.query.text"])
        assert sale.kind == CLIENT
        assert sale.attributes["db.system.name"] == "postgresql"
        assert sale.attributes["db.operation.name"] == "SELECT"
        assert "%(contact_phone)s" in sale.attributes["db.query.text"]
        assert not any(span.failed or span.events for span in spans)

    @staticmethod
    def check_log(lines: list[dict[str, Any]], parents: list[str]) -> None:
        told = {line["request_id"]: line["trace_id"] for line in lines}
        assert told == {f"request-{n}": parent.split("-")[1] for n, parent in enumerate(parents)}


class TestWhatGoesWrong:
    def test_is_in_the_trace_without_its_words(self, private_postgres, tmp_path):
        with (
            collecting() as collector,
            traced_shop(private_postgres, tmp_path / "log", ASGI, collector.url) as server,
            httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client,
        ):
            assert client.get("/api/v1/brands/unknown").status_code == 404
            private_postgres.stop("immediate")
            assert client.get("/api/v1/brands/unknown").status_code == 503
            server.stop()
            spans = collector.until(lambda spans: sum(s.kind == SERVER for s in spans) == 2)
        refused, failed = (span for span in spans if span.kind == SERVER)
        assert refused.attributes["problem.code"] == "not_found"
        assert not refused.failed
        assert failed.failed
        assert failed.attributes["problem.code"] == "unavailable"
        assert failed.attributes["error.type"].startswith("app.core.database.sqlerrors.")
        (event,) = failed.events
        assert event[0] == "exception"
        assert "in acquire" in event[1]["exception.stacktrace"]
        assert "exception.message" not in event[1]
        assert any(span.failed for span in spans if span.parent == failed.id)

    def test_gateways_decide_what_is_recorded_and_probes_are_not(self, fresh_database, tmp_path):
        parent, ignored = new_parent(), new_parent(sampled=False)
        with (
            collecting() as collector,
            traced_shop(fresh_database, tmp_path / "log", ASGI, collector.url) as server,
        ):
            for path, header in (
                ("/api/v1/brands", ignored),
                ("/livez", new_parent()),
                ("/api/v1/brands", parent),
            ):
                answer = httpx.get(
                    server.url + path, headers={"traceparent": header}, trust_env=False
                )
                assert answer.status_code == 200
            server.stop()
            spans = collector.until(bool)
            lines = requests_in(server)
        assert {span.trace for span in spans} == {parent.split("-")[1]}
        assert [line.get("trace_id") for line in lines] == [
            ignored.split("-")[1],
            None,
            parent.split("-")[1],
        ]


class TestACollector:
    @pytest.mark.parametrize("kind", ["away", "deaf"])
    def test_that_takes_nothing_costs_nothing(self, fresh_database, tmp_path, kind):
        impatient = {"OTEL_BSP_SCHEDULE_DELAY": "20", "OTEL_EXPORTER_OTLP_TIMEOUT": "0.1"}
        if kind == "deaf":  # It is still waiting for an answer when the process ends.
            impatient["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60"
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            if kind == "away":
                listener.close()
            with traced_shop(
                fresh_database, tmp_path / "log", ASGI, f"http://127.0.0.1:{port}", **impatient
            ) as server:
                self.check_requests(server, until_told=kind == "away")
                began = time.monotonic()
                assert server.stop() == 0
                assert time.monotonic() - began < 15
        told = [line for line in server.log.splitlines() if "export" in line]
        # Each of the two workers says it once.
        assert len(told) <= 2, told
        assert "Traceback" not in server.log

    @staticmethod
    def check_requests(server: Server, *, until_told: bool) -> None:
        deadline = time.monotonic() + 30
        seconds: list[float] = []
        with httpx.Client(base_url=server.url, trust_env=False) as client:
            while len(seconds) < 100 or (until_told and "Failed to export" not in server.log):
                answer = client.get("/api/v1/brands")
                assert answer.status_code == 200
                seconds.append(answer.elapsed.total_seconds())
                assert time.monotonic() < deadline, server.log
        assert sorted(seconds)[len(seconds) // 2] < 0.25


LOADED = """
import sys
import main
main.app.test_client().get("/livez")
names = {name.partition(".")[0] for name in sys.modules}
print(sorted(names & {"opentelemetry", "google", "requests"}))
"""


def start(**more: str) -> "subprocess.CompletedProcess[str]":
    """Load the shop in an interpreter of its own, with those variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    env = {
        "OGS_ENV": "test",
        "OGS_DATABASE__URL": "postgresql://nobody@/nowhere?host=/nonexistent",
        "OGS_LOGGING__LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-c", LOADED],
        env={**kept, **env, **more},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


class TestTheSwitch:
    def test_off_nothing_of_it_is_loaded(self):
        ran = start()
        assert (ran.stdout, ran.stderr) == ("[]\n", "")

    def test_on_it_is(self):
        assert "opentelemetry" in start(**ENDPOINT).stdout

    @pytest.mark.parametrize(
        ("variables", "on"),
        [
            ({}, False),
            (ENDPOINT, True),
            ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9"}, True),
            ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
            ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:9"}, False),
            ({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, False),
            ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, False),
        ],
    )
    def test_is_opentelemetrys_own(self, monkeypatch, variables, on):
        for name in [name for name in os.environ if name.startswith("OTEL_")]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert wanted() is on

    def test_wrong_variables_are_told_at_the_start(self):
        ran = start(**ENDPOINT, OTEL_BSP_SCHEDULE_DELAY="-1")
        assert ran.returncode != 0
        assert "OpenTelemetry's variables are wrong" in ran.stderr
