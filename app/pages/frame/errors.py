"""Errors of pages, as pages: in a sentence, and with a way on."""

from urllib.parse import quote

from flask import Blueprint, Response, g, request

from app.core.telemetry import note_problem
from app.core.web.errors import problem_of
from app.pages.frame.guards import LoginNeeded
from app.pages.frame.rendering import render, see_other

_FAULT = 500


def page_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose views' errors are shown as pages."""
    made = Blueprint(f"page_{name}", __name__)
    made.register_error_handler(LoginNeeded, _to_login)
    made.register_error_handler(Exception, _page)
    return made


def _to_login(_: Exception) -> Response:
    return see_other(f"/login?next={quote(request.full_path.rstrip('?'))}")


def _page(error: Exception) -> Response:
    problem = problem_of(error)
    note_problem(problem.code, error if problem.status >= _FAULT else None)
    answer = render("error.html", problem.status, problem=problem, request_id=g.get("request_id"))
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer
