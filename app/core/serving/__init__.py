"""How requests get to Flask, and answers back, under ASGI and WSGI servers: the bridge, the worker, the protocol.

Nothing is imported here: Gunicorn's master loads the worker's class through this package, and a worker that is started
after SIGHUP inherits what its master has loaded.
"""
