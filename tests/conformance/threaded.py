"""Servers that `make conformance` must find fault with."""

from asgiref.wsgi import WsgiToAsgi

import main

asgi_app = WsgiToAsgi(main.app)
"""The shop behind asgiref's own bridge, which serves one request at a time."""


async def closing(scope, receive, send):
    """Serve the shop, and end each connection after its answer."""

    async def said(message):
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    await main.asgi_app(scope, receive, said)
