"""Hypercorn's settings: `hypercorn -c file:deploy/hypercorn.conf.py main:asgi_app`."""

import os

bind = [f"0.0.0.0:{os.environ.get('PORT') or '8000'}"]
# One, and more by starting it again behind the gateway: of several, Hypercorn kills all others as soon as the
# first has ended, with the requests that they have under way.
workers = 1
worker_class = "uvloop"
backlog = 2048
# What SIGTERM leaves to requests under way.
graceful_timeout = 27
# Longer than a gateway keeps its idle connections (NGINX: 60 s).
keep_alive_timeout = 75
# Hypercorn closes a connection after 1,000 requests by default, and a gateway may be sending the next one.
keep_alive_max_requests = 1_000_000
include_server_header = False
# The application writes the access log.
accesslog = None
errorlog = "-"
