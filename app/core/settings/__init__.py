"""The settings: what each is called, its values, and what production refuses.

They come from the environment and, in development, from config_dev.toml, and are checked whole before anything starts.
Nothing in here needs another wing.
"""

from app.core.settings.config import DEVELOPMENT_FILE, Settings, SettingsError, load_settings
from app.core.settings.labels import ScaleLabel
from app.core.settings.sections import (
    DatabaseSettings,
    HttpSettings,
    LoggingSettings,
    SecuritySettings,
)
from app.core.settings.shop import SellerSettings, ShopSettings
from app.core.settings.stock import StockSettings

__all__ = [
    "DEVELOPMENT_FILE",
    "DatabaseSettings",
    "HttpSettings",
    "LoggingSettings",
    "ScaleLabel",
    "SecuritySettings",
    "SellerSettings",
    "Settings",
    "SettingsError",
    "ShopSettings",
    "StockSettings",
    "load_settings",
]
