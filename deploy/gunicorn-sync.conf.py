"""Gunicorn's sync worker, one request at a time in each process: `gunicorn -c deploy/gunicorn-sync.conf.py`."""

import runpy
from pathlib import Path

globals().update(runpy.run_path(str(Path(__file__).with_name("gunicorn-wsgi.conf.py"))))
sums = globals()["sums"]

worker_class = "sync"
# A process that waits for the database serves nobody else meanwhile, so there are more than cores.
workers = sums["number"]("WEB_CONCURRENCY", 2 * sums["cores"]() + 1)
sums["set_pool_size"](workers, 1)
