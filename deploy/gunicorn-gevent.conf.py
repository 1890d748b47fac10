"""Gunicorn's gevent worker: `gunicorn -c deploy/gunicorn-gevent.conf.py`, with deploy/requirements/gevent.txt."""

import runpy
from pathlib import Path

globals().update(runpy.run_path(str(Path(__file__).with_name("gunicorn-wsgi.conf.py"))))
sums = globals()["sums"]

worker_class = "gevent"
# Requests at once in one process. More of them than connections wait for one, and after its time limit get 503.
worker_connections = 200
sums["set_pool_size"](globals()["workers"], worker_connections)
# It waits for idle connections too, so SIGTERM takes that long wherever a client keeps one.
graceful_timeout = 10
