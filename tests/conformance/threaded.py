"""The shop behind asgiref's own bridge, which serves one request at a time: what `make conformance` must find fault with."""

from asgiref.wsgi import WsgiToAsgi

from main import app

asgi_app = WsgiToAsgi(app)
