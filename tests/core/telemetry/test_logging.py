import asyncio
import io
import json
import logging
import subprocess
import sys

import pytest
import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.core.settings import LoggingSettings
from app.core.telemetry.logging import configure_logging
from app.core.telemetry.metrics import LOG_LINES_DROPPED
from app.core.web.json import json_response
from tests.core.toy import bearer, logged, make_toy

ID = "X-Request-Id"


@pytest.fixture(scope="module")
def client():
    return make_toy().test_client()


@pytest.fixture(autouse=True)
def _json_lines(client, capsys):
    configure_logging(LoggingSettings())


class TestRequestIds:
    @pytest.mark.parametrize("given", ["a", "A-1_b.c", "x" * 64])
    def test_sane_ones_are_taken(self, client, given):
        response = client.get("/nowhere", headers={ID: given})
        assert response.headers[ID] == response.json["request_id"] == given

    @pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a;b", "ż", "<script>", "a\tb"])
    def test_others_are_replaced(self, client, given):
        response = client.get("/nowhere", environ_overrides={"HTTP_X_REQUEST_ID": given})
        assert response.headers[ID] == response.json["request_id"] != given
        assert len(response.headers[ID]) == 32

    def test_each_request_has_its_own(self, client):
        assert len({client.get("/things").headers[ID] for _ in range(10)}) == 10


class TestAccessLines:
    def test_one_a_request(self, client, capsys):
        client.get("/things/a", headers={ID: "me", **bearer("clerk")})
        (line,) = logged(capsys)
        assert line.pop("duration_ms") >= 0
        assert line.pop("timestamp").endswith("Z")
        assert line == {
            "event": "request",
            "level": "info",
            "logger": "app.access",
            "method": "GET",
            "principal": "login:7",
            "request_id": "me",
            "route": "/things/<name>",
            "status": 200,
        }

    def test_strangers_have_no_key_and_unknown_paths_no_route(self, client, capsys):
        client.get("/nowhere/secret")
        (line,) = logged(capsys)
        assert "principal" not in line
        assert line["route"] is None

    def test_those_of_people_say_the_same(self, capsys):
        toy = make_toy(logs=LoggingSettings(format="console")).test_client()
        toy.get("/things/a", headers={ID: "me", **bearer("clerk")})
        (line,) = capsys.readouterr().out.splitlines()
        for said in ("request", "GET", "/things/<name>", "200", "me", "login:7"):
            assert said in line

    @pytest.mark.parametrize("form", ["json", "console"])
    def test_there_are_none_where_they_are_unimportant(self, capsys, form):
        toy = make_toy(logs=LoggingSettings(level="WARNING", format=form)).test_client()
        toy.get("/things")
        assert capsys.readouterr().out == ""

    def test_what_is_bound_to_the_request_is_in_them(self, capsys):
        app = make_toy()

        @app.before_request
        def bind():
            bind_contextvars(trace_id="abc")

        try:
            app.test_client().get("/things", headers={ID: "me"})
        finally:
            clear_contextvars()
        (line,) = logged(capsys)
        assert (line["trace_id"], line["request_id"]) == ("abc", "me")

    def test_nothing_that_was_sent_is_in_them(self, client, capsys):
        client.post(
            "/things/a?email=jan@example.com",
            json={"password": "hunter2"},
            headers=bearer("ogs_s_hunter2"),
        )
        out = capsys.readouterr().out
        assert "jan" not in out
        assert "hunter2" not in out


class TestContext:
    def test_lines_of_a_view_carry_the_requests_id(self, capsys):
        app = make_toy()

        @app.get("/log")
        async def log():
            structlog.get_logger("view").info("ours")
            logging.getLogger("library").warning("theirs %s", 1)
            return json_response("{}")

        app.test_client().get("/log", headers={ID: "me"})
        lines = logged(capsys)
        assert [line["event"] for line in lines] == ["ours", "theirs 1", "request"]
        assert {line["request_id"] for line in lines} == {"me"}

    def test_nothing_is_left_behind(self, client, capsys):
        client.get("/things")
        structlog.get_logger("later").info("later")
        assert "request_id" not in logged(capsys)[-1]

    def test_what_a_view_begins_carries_its_id(self, capsys):
        app = make_toy()

        @app.get("/begin")
        async def begin():
            async def part():
                structlog.get_logger("part").info("part")

            await asyncio.gather(asyncio.create_task(part()), asyncio.to_thread(tell))
            return json_response("{}")

        def tell():
            structlog.get_logger("thread").info("thread")

        app.test_client().get("/begin", headers={ID: "me"})
        lines = logged(capsys)
        assert {line["event"] for line in lines} == {"part", "thread", "request"}
        assert {line["request_id"] for line in lines} == {"me"}


class TestConfiguration:
    @pytest.mark.parametrize("name", ["gunicorn.error", "uvicorn.error", "asyncio", "anything"])
    def test_everybody_writes_the_same_lines(self, capsys, name):
        logging.getLogger(name).warning("Listening at %s", "http://x")
        (line,) = logged(capsys)
        assert (line["event"], line["logger"], line["level"]) == (
            "Listening at http://x",
            name,
            "warning",
        )

    @pytest.mark.parametrize("name", ["gunicorn.access", "uvicorn.access"])
    def test_servers_write_no_access_lines(self, capsys, name):
        logging.getLogger(name).info("GET /?token=secret")
        assert logged(capsys) == []

    @pytest.mark.parametrize(
        "name", ["password", "new_password", "token", "Authorization", "secret", "cookie", "email"]
    )
    def test_secrets_are_hidden_by_name(self, capsys, name):
        structlog.get_logger("a").info("event", **{name: "hunter2"})
        assert logged(capsys)[0][name] == "[hidden]"

    def test_tracebacks_show_no_variables(self, capsys):
        def fail():
            hunter2 = "hunter" + str(2)
            raise ValueError(len(hunter2))

        for form in ("json", "console"):
            configure_logging(LoggingSettings(format=form))
            try:
                fail()
            except ValueError as error:
                structlog.get_logger("a").error("oops", exc_info=error)
                logging.getLogger("b").exception("oops")
            out = capsys.readouterr().out
            assert out.count("ValueError: 7") == 2
            assert "= 'hunter2'" not in out

    def test_unimportant_lines_are_left_out(self, capsys):
        configure_logging(LoggingSettings(level="ERROR"))
        structlog.get_logger("a").warning("a")
        logging.getLogger("b").warning("b")
        assert logged(capsys) == []

    def test_what_was_used_before_follows(self, capsys):
        log = structlog.get_logger("early")
        log.info("one")
        configure_logging(LoggingSettings(level="ERROR"))
        log.info("unimportant")
        configure_logging(LoggingSettings(format="console"))
        log.info("two")
        one, two = capsys.readouterr().out.splitlines()
        assert json.loads(one)["event"] == "one"
        assert "two" in two
        assert not two.startswith("{")

    @pytest.mark.parametrize("value", ["\udcff", 2**70, {1: "\udcff"}])
    @pytest.mark.parametrize("form", ["json", "console"])
    def test_whatever_is_in_them_they_come_out(self, capsys, form, value):
        configure_logging(LoggingSettings(format=form))
        structlog.get_logger("a").info("event", what=value)
        logging.getLogger("b").error("said %s", value)
        assert capsys.readouterr().out.count("\n") == 2

    def test_what_has_no_text_at_all_is_said_to_have_none(self, capsys):
        class Nameless:
            def __str__(self) -> str:
                raise ZeroDivisionError

            __repr__ = __str__

        structlog.get_logger("a").info("event", what=Nameless())
        bind_contextvars(what=Nameless())
        try:
            assert make_toy().test_client().get("/things").status_code == 200
        finally:
            clear_contextvars()
        lines = logged(capsys)
        assert [line["logger"] for line in lines] == ["a", "app.access"]
        assert {line["event"] for line in lines} == {"log_line_failed"}
        assert {line["error"] for line in lines} == {"ZeroDivisionError"}

    @pytest.mark.parametrize("form", ["json", "console"])
    def test_a_standard_output_that_is_gone_changes_no_answer(self, monkeypatch, form):
        toy = make_toy(logs=LoggingSettings(format=form)).test_client()
        gone = io.StringIO()
        gone.close()
        for output in (gone, None):
            monkeypatch.setattr(sys, "stdout", output)
            before = LOG_LINES_DROPPED._value.get()
            assert toy.get("/things").status_code == 200
            logging.getLogger("b").error("x")
            assert LOG_LINES_DROPPED._value.get() == before + 2

    def test_what_cannot_be_json_is_text(self, capsys):
        structlog.get_logger("a").info("event", what={1: object()})
        assert "object object" in logged(capsys)[0]["what"]["1"]

    def test_only_standard_output_is_written(self):
        code = (
            "import logging; from app.core.telemetry.logging import configure_logging;"
            "from app.core.settings.sections import LoggingSettings;"
            "configure_logging(LoggingSettings()); logging.getLogger('a').error('x')"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert json.loads(ran.stdout)["event"] == "x"
        assert ran.stderr == ""
