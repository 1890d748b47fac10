"""Gunicorn's own ASGI worker: `gunicorn -c deploy/gunicorn-asgi.conf.py`."""

import runpy
from pathlib import Path

globals().update(runpy.run_path(str(Path(__file__).with_name("gunicorn.conf.py"))))

worker_class = "asgi"
asgi_loop = "uvloop"
# A start that fails must stop Gunicorn, not be taken for a missing feature.
asgi_lifespan = "on"
# It waits for idle connections too, so SIGTERM takes that long wherever a client keeps one.
graceful_timeout = 10
