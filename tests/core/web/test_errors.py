import json

import peewee
import psycopg2
import pytest
from flask import Flask, abort

from app.core.database import sqlerrors
from app.core.web import FieldError, Invalid, Problem, errors
from app.core.web.errors import problem_body, problem_of_status
from tests.core.toy import logged, make_toy

KINDS = [
    (errors.BadRequest(), 400, "bad_request"),
    (errors.Unauthenticated(), 401, "unauthenticated"),
    (errors.Forbidden(), 403, "forbidden"),
    (errors.NotFound(), 404, "not_found"),
    (errors.Conflict(), 409, "conflict"),
    (errors.PreconditionFailed(), 412, "precondition_failed"),
    (errors.TooLarge(), 413, "too_large"),
    (errors.UnsupportedMediaType(), 415, "unsupported_media_type"),
    (errors.Invalid(), 422, "invalid"),
    (errors.TooManyRequests(retry_after=30), 429, "too_many_requests"),
    (errors.Unavailable(), 503, "unavailable"),
]
DATABASE = [
    (sqlerrors.UniqueViolation("secret"), 409, "already_exists"),
    (sqlerrors.ForeignKeyViolation("secret"), 409, "in_use"),
    (sqlerrors.CheckViolation("secret"), 422, "out_of_range"),
    (peewee.DataError("secret"), 422, "out_of_range"),
    (psycopg2.DataError("secret"), 422, "out_of_range"),
    (sqlerrors.PoolTimeout("secret"), 503, "unavailable"),
    (sqlerrors.DatabaseAway("secret"), 503, "unavailable"),
    (sqlerrors.TransactionConflict("secret"), 503, "unavailable"),
    (sqlerrors.StatementTimeout("secret"), 503, "unavailable"),
    (sqlerrors.OutcomeUnknown("secret"), 503, "outcome_unknown"),
    (psycopg2.OperationalError("secret"), 503, "unavailable"),
    (peewee.InterfaceError("secret"), 503, "unavailable"),
]
FAULTS = [ZeroDivisionError("secret"), peewee.ProgrammingError("secret"), KeyError("secret")]


def named(rows):
    return [pytest.param(*row, id=type(row[0]).__name__) for row in rows]


def answer(error: Exception):
    """What a view that raises `error` answers."""
    app = make_toy()

    @app.get("/raise")
    async def fail():
        raise error

    return app.test_client().get("/raise", headers={"X-Request-Id": "me"})


class TestProblems:
    @pytest.mark.parametrize(("error", "status", "code"), named(KINDS))
    def test_each_kind_has_its_status_and_code(self, error, status, code):
        response = answer(error)
        assert response.status_code == status
        assert response.content_type == "application/problem+json"
        assert response.json == {
            "type": "about:blank",
            "title": error.title,
            "status": status,
            "code": code,
            "request_id": "me",
        }

    def test_say_all_that_they_know(self):
        error = errors.Conflict(
            "Two are left.", code="out_of_stock", headers={"Location": "/there"}, left="2.000"
        )
        response = answer(error)
        assert response.headers["Location"] == "/there"
        assert (
            response.json.items()
            >= {
                "code": "out_of_stock",
                "detail": "Two are left.",
                "left": "2.000",
            }.items()
        )

    def test_name_the_wrong_values(self):
        response = answer(Invalid("No.", errors=[FieldError("/lines/0", "must be more")]))
        assert response.json["errors"] == [{"pointer": "/lines/0", "message": "must be more"}]

    def test_members_never_hide_the_standards(self):
        assert answer(errors.Conflict(status=200, left=1)).json["status"] == 409

    def test_challenge_who_is_unknown(self):
        assert answer(errors.Unauthenticated()).headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "error", [errors.TooManyRequests(retry_after=30), errors.Unavailable(retry_after=30)]
    )
    def test_say_when_to_come_back(self, error):
        assert answer(error).headers["Retry-After"] == "30"

    def test_a_wait_is_at_least_a_second(self):
        assert answer(errors.TooManyRequests(retry_after=0)).headers["Retry-After"] == "1"

    def test_are_not_logged_as_faults(self, capsys):
        answer(errors.Conflict())
        assert [line["event"] for line in logged(capsys)] == ["request"]


class TestDatabaseErrors:
    @pytest.mark.parametrize(("error", "status", "code"), named(DATABASE))
    def test_mean_something_to_the_client(self, error, status, code):
        response = answer(error)
        assert (response.status_code, response.json["code"]) == (status, code)
        assert "secret" not in response.text
        assert ("Retry-After" in response.headers) == (status == 503)

    def test_a_database_that_is_away_is_logged_without_a_traceback(self, capsys):
        answer(sqlerrors.DatabaseAway("connection refused"))
        (line,) = [line for line in logged(capsys) if line["event"] == "database_unavailable"]
        assert line["reason"] == "connection refused"
        assert "exception" not in line


class TestFaults:
    @pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
    def test_are_500_without_a_word_about_why(self, error):
        response = answer(error)
        assert response.status_code == 500
        assert response.json == {
            "type": "about:blank",
            "title": "Internal Server Error",
            "status": 500,
            "code": "internal_error",
            "request_id": "me",
        }

    def test_are_logged_once_with_their_traceback(self, capsys):
        answer(ZeroDivisionError("why"))
        (line,) = [line for line in logged(capsys) if line["level"] == "error"]
        assert line["request_id"] == "me"
        assert line["exception"].endswith("ZeroDivisionError: why")

    def test_of_hooks_are_500_too(self):
        app = make_toy()
        app.config["PROPAGATE_EXCEPTIONS"] = False

        @app.before_request
        def fail():
            raise ZeroDivisionError

        response = app.test_client().get("/things")
        assert (response.status_code, response.json["code"]) == (500, "internal_error")


class TestHttpErrors:
    def test_unknown_paths_are_404(self):
        response = make_toy().test_client().get("/nowhere")
        assert (response.status_code, response.json["code"]) == (404, "not_found")
        assert response.content_type == "application/problem+json"

    def test_unknown_methods_are_405_with_the_known_ones(self):
        response = make_toy().test_client().put("/things")
        assert (response.status_code, response.json["code"]) == (405, "method_not_allowed")
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}

    @pytest.mark.parametrize("status", [400, 401, 410, 418, 429, 501, 503])
    def test_aborts_are_problems(self, status):
        app = make_toy()

        @app.get("/abort")
        def stop():
            abort(status)

        response = app.test_client().get("/abort")
        assert response.status_code == response.json["status"] == status
        assert response.content_type == "application/problem+json"

    def test_nothing_else_handles_errors(self):
        handlers = make_toy().error_handler_spec[None]
        assert {kind.__name__ for kind in handlers[None]} == {"HTTPException", "Exception"}


class TestWithoutAnApplication:
    def test_a_body_can_be_made(self):
        body = json.loads(problem_body(problem_of_status(503, "Busy."), None))
        assert body == {
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "code": "unavailable",
            "detail": "Busy.",
        }

    def test_a_status_of_no_class_has_its_own_words(self):
        problem = problem_of_status(418)
        assert (problem.status, problem.title, problem.code) == (418, "I'm a Teapot", "im_a_teapot")
        assert (Problem.status, Problem.title) == (500, "Internal Server Error")

    def test_a_plain_flask_application_has_request_ids_too_or_none(self):
        app = Flask("plain")
        errors.init_errors(app)
        assert "request_id" not in app.test_client().get("/").json
