"""Routes for orchestrators and monitoring; outside /api/v1, because they are not the shop's API."""

import asyncio
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.core.settings import Settings
from app.core.telemetry.metrics import metrics_response
from app.core.web import NotFound
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.security import public
from app.core.wiring import wired
from app.health.schemas import Health
from app.health.service import Readiness

blueprint = APIBlueprint("health", __name__, tag="Health")

_METRICS: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {
        "description": "The metrics, in Prometheus' text format.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}

_OK = b'{"status":"ok"}'


@blueprint.get("/livez")
@public
@blueprint.output(Health)
def read_liveness() -> Response:
    """Say that the process answers.

    Touches no database: a restart of this process would not bring one back.
    """
    return json_response(_OK)


@blueprint.get("/readyz")
@public
@blueprint.output(Health)
async def read_readiness() -> Response:
    """Say whether the shop can serve: the database answers, has the expected schema and is this shop's."""
    await wired(Readiness).check()
    return json_response(_OK)


@blueprint.get("/metrics")
@public
@describe(404)
@blueprint.doc(responses=_METRICS)
async def read_metrics() -> Response:
    """Read the metrics of all workers on this machine, for Prometheus.

    Served only where `http.metrics` is on.
    """
    if not wired(Settings).http.metrics:
        raise NotFound
    # In a thread: to add up the files of many workers would hold up all other requests of this one.
    return await asyncio.to_thread(metrics_response)
