"""Whether a process lives and may be sent requests, and its routes."""

from flask import Flask

from app.core.database import Manager
from app.core.settings import Settings
from app.core.wiring import provide
from app.health.repository import SchemaRepository
from app.health.routes import blueprint
from app.health.service import Readiness


def wire(app: Flask, manager: Manager, version: str, settings: Settings) -> Readiness:
    """Give `app` its probes; it is ready on a database whose schema is of this `version`, or newer."""
    schema = SchemaRepository(manager)
    readiness = Readiness(schema, version, settings.shop, production=settings.production)
    provide(app, readiness)
    app.register_blueprint(blueprint)
    return readiness
