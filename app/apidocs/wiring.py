"""The API's description, and its routes."""

from apiflask import APIFlask

from app.apidocs.problems import CODES, TAGS
from app.apidocs.routes import blueprint, front
from app.core.web.openapi import init_openapi


def wire(app: APIFlask, *, at_front: bool) -> None:
    """Give `app` a description of all its routes, those too that come later; it is the first page if it is `at_front`."""
    app.register_blueprint(blueprint)
    if at_front:
        app.register_blueprint(front)
    init_openapi(app, CODES, TAGS)
