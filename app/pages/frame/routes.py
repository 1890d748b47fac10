"""Styles and scripts over HTTP."""

from flask import Blueprint, Response

from app.core.web.http import Answer
from app.core.wiring import wired
from app.pages.frame.assets import Assets
from app.pages.frame.guards import open_page

blueprint = Blueprint("page_assets", __name__, url_prefix="/assets")


@blueprint.get("/<version>/<name>")
@open_page
def read_asset(version: str, name: str) -> Response:
    """Send a file, to be kept for good."""
    content, media_type = wired(Assets).read(version, name)
    headers = {
        "Content-Type": f"{media_type}; charset=utf-8",
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    return Answer([content], 200, headers)
