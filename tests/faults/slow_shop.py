"""The shop with views that wait for each other: for tests of what many waiting requests do to the others."""

import asyncio

from app.core.web.security import public
from app.factory import create_app, create_asgi_app

app = create_app()
waiting = 0
released = asyncio.Event()


@app.get("/wait")
@public
async def wait() -> dict[str, bool]:
    """Wait, as for a slow database, until all are released."""
    global waiting  # noqa: PLW0603 - there is one worker
    waiting += 1
    await released.wait()
    return {"waited": True}


@app.get("/waiting")
@public
async def read_waiting() -> dict[str, int]:
    """Return how many have come to wait."""
    return {"waiting": waiting}


@app.get("/release")
@public
async def release() -> dict[str, int]:
    """Let all that wait go on."""
    released.set()
    return {"waiting": waiting}


asgi_app = create_asgi_app(app)
