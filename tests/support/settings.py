"""Settings that tests start the app with."""

from collections.abc import Mapping
from typing import Any

from local.postgres import Postgres
from tests.support.database import SHOP, Database

TIME_ZONE = SHOP.time_zone


def settings_for(on: Database | Postgres, **overrides: Any) -> Any:
    """Return the app's Settings for tests on that database; sections given in `overrides` are merged in."""
    from app.core.settings import load_settings

    base = {
        "env": "test",
        "secret": "only-for-tests-only-for-tests-only-for-tests",
        # A test waits longer than a client would, so that a slow machine is no failure.
        "database": {"url": on.app_url, "owner_url": on.owner_url, "acquire_timeout": 20},
        "shop": {"time_zone": TIME_ZONE},
    }
    return load_settings(**_merged(base, overrides))


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {**base, **over}
    for name, value in over.items():
        if isinstance(value, Mapping) and isinstance(base.get(name), Mapping):
            both[name] = _merged(base[name], value)
    return both
