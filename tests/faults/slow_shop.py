"""The shop with one more route, whose view waits: for tests of what many waiting requests do to the others."""

import asyncio

from app.core.security import public
from app.factory import create_app, create_asgi_app

app = create_app()


@app.get("/wait/<seconds>")
@public
async def wait(seconds: str) -> dict[str, bool]:
    """Wait, as for a slow database."""
    await asyncio.sleep(float(seconds))
    return {"waited": True}


asgi_app = create_asgi_app(app)
