"""Gunicorn 25.3's eventlet worker, for who depends on it: deploy/requirements/eventlet.txt.

Legacy: Gunicorn 26 and later have none, and eventlet's own authors advise against new uses.
"""

import runpy
from pathlib import Path

# Green threads under another name: what holds for gevent holds here.
globals().update(runpy.run_path(str(Path(__file__).with_name("gunicorn-gevent.conf.py"))))

worker_class = "eventlet"
