"""What reports provide, and their routes."""

from flask import Flask

from app.core.database import Manager
from app.core.wiring import provide
from app.reports.sums.repository import SumRepository
from app.reports.sums.service import Sums


def wire(app: Flask, manager: Manager) -> None:
    """Give `app` sums of days that are over."""
    provide(app, Sums(SumRepository(manager)))
