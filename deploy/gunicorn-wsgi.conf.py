"""What Gunicorn's WSGI workers have in common; the gunicorn-*.conf.py of each builds on it."""

import runpy
from pathlib import Path

_HERE = Path(__file__).parent
# Address, timeouts, the directory of the metrics: the same as with the default worker.
globals().update(runpy.run_path(str(_HERE / "gunicorn.conf.py")))
sums = runpy.run_path(str(_HERE / "sums.py"))

wsgi_app = "main:app"
workers = sums["number"]("WEB_CONCURRENCY", sums["cores"]())
