"""An application whose settings are wrong."""

from app.core.settings.config import SettingsError

raise SettingsError("OGS_SECRET is too short.")
