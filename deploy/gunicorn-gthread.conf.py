"""Gunicorn's worker with threads: `gunicorn -c deploy/gunicorn-gthread.conf.py`. THREADS are those of one process."""

import runpy
from pathlib import Path

globals().update(runpy.run_path(str(Path(__file__).with_name("gunicorn-wsgi.conf.py"))))
sums = globals()["sums"]

worker_class = "gthread"
threads = sums["number"]("THREADS", 8)
sums["set_pool_size"](globals()["workers"], threads)
