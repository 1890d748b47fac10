"""Whether a process lives and may be sent requests, and its routes."""

from flask import Flask

from app.core.database import Manager
from app.core.database.definitions import editions
from app.core.database.migrations import expected_version
from app.core.settings import Settings
from app.core.wiring import provide
from app.health.repository import SchemaRepository
from app.health.routes import blueprint
from app.health.service import Readiness


def wire(app: Flask, manager: Manager, settings: Settings) -> None:
    """Give `app` its probes; it is ready on a database with the schema that this code was written for, or a newer one."""
    readiness = Readiness(
        SchemaRepository(manager),
        expected_version(),
        editions(),
        settings.shop,
        production=settings.production,
    )
    provide(app, readiness)
    app.register_blueprint(blueprint)
