"""What the shop says of itself, and its route."""

from flask import Flask

from app.core.settings import ShopSettings, StockSettings
from app.core.wiring import provide
from app.shop.profile import Profile
from app.shop.routes import blueprint


def wire(app: Flask, settings: ShopSettings, stock: StockSettings) -> None:
    """Give `app` its profile."""
    provide(app, Profile(settings, stock))
    app.register_blueprint(blueprint)
