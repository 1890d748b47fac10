"""Traces of OpenTelemetry, where an endpoint for them is set; where none is, nothing of it is loaded.

OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT turns them on; OpenTelemetry's other variables hold too.
"""

import os
from typing import TYPE_CHECKING

from flask import Flask

from app.core.settings.config import SettingsError

if TYPE_CHECKING:
    from app.core.telemetry.spans import Spans

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def wanted() -> bool:
    """Say whether the environment asks for traces."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    if os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return False
    return any(os.environ.get(name, "").strip() for name in _ENDPOINTS)


class Tracing:
    """Traces the requests of `app`, if that is wanted; else it does nothing.

    Make it after init_logging(): the first hook of a request is the one that was added last. Raises
    SettingsError.
    """

    def __init__(self, app: Flask, version: str) -> None:
        self._spans: Spans | None = None
        if not wanted():
            return
        from app.core.telemetry import spans  # noqa: PLC0415 - it imports OpenTelemetry

        try:
            self._spans = spans.Spans(version)
        except ValueError as error:
            raise SettingsError(f"OpenTelemetry's variables are wrong: {error}.") from None
        self._spans.attach(app)

    async def close(self) -> None:
        """Send the spans that this process has left, within a bound. Await it where a process ends."""
        if self._spans is not None:
            await self._spans.close()
