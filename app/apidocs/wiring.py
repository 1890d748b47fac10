"""The API's description, and its routes."""

from apiflask import APIFlask

from app.apidocs.problems import CODES, TAGS
from app.apidocs.routes import blueprint
from app.core.web.openapi import init_openapi


def wire(app: APIFlask) -> None:
    """Give `app` a description of all its routes, those too that come later."""
    app.register_blueprint(blueprint)
    init_openapi(app, CODES, TAGS)
