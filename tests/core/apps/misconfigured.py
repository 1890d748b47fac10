"""An application whose settings are wrong."""

from app.core.settings import SettingsError

raise SettingsError("OGS_SECRET is too short.")
