"""The whole shop under a real Gunicorn, on a loopback port of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.postgres import Postgres
from tests.core.servers import Server, gunicorn
from tests.support.database import Database


@contextmanager
def shop_server(
    on: Database | Postgres,
    log_path: Path,
    *,
    workers: int = 1,
    env: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Serve the shop on that database with deploy/gunicorn.conf.py until the block ends.

    `env` are further variables, such as OGS_HTTP__MAX_CONCURRENT_REQUESTS. Waits until /readyz answers.
    """
    variables = {
        "OGS_ENV": "test",
        "OGS_DATABASE__URL": on.app_url,
        "OGS_DATABASE__OWNER_URL": on.owner_url,
        **(env or {}),
    }
    options = ["--config", "deploy/gunicorn.conf.py", "--workers", str(workers)]
    with gunicorn(
        "main:asgi_app", log_path, options=options, env=variables, ready="/readyz"
    ) as server:
        yield server
