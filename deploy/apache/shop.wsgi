"""The shop for mod_wsgi's daemon processes: see shop.conf."""

import runpy
import sys
from pathlib import Path

import mod_wsgi

DEPLOY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(DEPLOY.parent))
_sums = runpy.run_path(str(DEPLOY / "sums.py"))
_sums["set_pool_size"](mod_wsgi.maximum_processes, mod_wsgi.threads_per_process)

from main import app  # noqa: E402 - it reads what is set above


def application(environ, start_response):
    """Serve one request, with the path as it was asked for: mod_wsgi takes //path for /path."""
    if environ["REQUEST_URI"].startswith("//"):
        environ["PATH_INFO"] = f"/{environ['PATH_INFO']}"
    return app(environ, start_response)
