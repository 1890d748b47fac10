"""What a worker may need at the worst, in MiB: the sum of docs/deploy.md, "Memory"."""

from app.core.settings import HttpSettings
from app.core.web.bodies import FILE_BODY, LINES_BODY, LONG_BODIES

# Of a worker and of Gunicorn's master at rest, of a password that is hashed, and of a picture that is made anew.
WORKER, MASTER, PASSWORD, PICTURE = 80, 30, 46, 130


def worst_of_bodies(requests: int, http: HttpSettings) -> float:
    """Return what all bodies of a worker may take when so many requests are under way."""
    # A long one is there twice for a moment, when it has come whole.
    long = (LONG_BODIES + 1) * min(FILE_BODY, http.max_body_bytes)
    return (requests * LINES_BODY + http.max_pending_bytes + long) / 2**20
