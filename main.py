"""The shop for servers: `app` for WSGI, `asgi_app` for ASGI."""

from app.factory import create_app, create_asgi_app

app = create_app()
asgi_app = create_asgi_app(app)
