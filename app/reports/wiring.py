"""What reports provide, and their routes."""

from flask import Flask

from app.core.database import Manager, TurnsManager
from app.core.settings import ShopSettings
from app.core.wiring import provide
from app.reports.repository import ReportRepository
from app.reports.routes import blueprint
from app.reports.service import Reports
from app.reports.sums.repository import SumRepository
from app.reports.sums.service import Sums


def wire(app: Flask, manager: Manager, lists: TurnsManager, shop: ShopSettings) -> None:
    """Give `app` reports, and the sums that they are made of."""
    provide(app, Sums(SumRepository(manager)))
    provide(app, Reports(lists, ReportRepository(lists), shop))
    app.register_blueprint(blueprint)
