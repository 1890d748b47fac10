"""Gunicorn 25.3's eventlet worker, for who depends on it: deploy/requirements/eventlet.txt.

Legacy: Gunicorn 26 and later have none, and eventlet's own authors advise against new uses.
"""

import runpy
from pathlib import Path

globals().update(runpy.run_path(str(Path(__file__).with_name("gunicorn-wsgi.conf.py"))))
sums = globals()["sums"]

worker_class = "eventlet"
# Requests at once in one process. More of them than connections wait for one, and after its time limit get 503.
worker_connections = 200
sums["set_pool_size"](globals()["workers"], worker_connections)
# It waits for idle connections too, so SIGTERM takes that long wherever a client keeps one.
graceful_timeout = 10
