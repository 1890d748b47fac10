"""Errors of pages, as pages: in a sentence, and with a way on."""

from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, request

from app.core.web.errors import noted_problem, problem_response
from app.pages.frame.guards import LoginNeeded
from app.pages.frame.rendering import render, see_other


def page_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose views' errors are shown as pages."""
    made = Blueprint(f"page_{name}", __name__)
    made.register_error_handler(LoginNeeded, _to_login)
    made.register_error_handler(Exception, _page)
    return made


def _to_login(_: Exception) -> Response:
    return see_other(f"/login?next={quote(request.full_path.rstrip('?'))}")


def _page(error: Exception) -> Response:
    problem = noted_problem(error)
    answer = render("error.html", problem.status, problem=problem, request_id=g.get("request_id"))
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer


def init_unknown_addresses(app: Flask) -> None:
    """Have whoever asks as a browser does be told by a page that there is nothing at an address."""
    app.register_error_handler(HTTPStatus.NOT_FOUND, _unknown)


def _unknown(error: Exception) -> Response:
    is_browser = "text/html" in request.headers.get("Accept", "")
    return _page(error) if is_browser else problem_response(error)
