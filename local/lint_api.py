"""`make lint-api`: the API's description as two linters of OpenAPI read it, Redocly and Spectral (by Node's npx)."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from app.core.settings import Settings
from app.factory import create_app

RULES = Path(__file__).parent / "api"

REDOCLY, SPECTRAL = "@redocly/cli@2.77.0", "@stoplight/spectral-cli@6.16.3"


def description() -> bytes:
    """Return what /openapi.json says, of an app that connects to nothing."""
    settings = Settings(
        env="development",
        secret="describes and signs nothing",  # type: ignore[arg-type]  # noqa: S106 - not one
        database={"url": "postgresql://nobody@127.0.0.1/nothing"},  # type: ignore[arg-type]  # pydantic reads it
    )
    http = settings.http.model_copy(update={"docs": True})
    shop = create_app(settings.model_copy(update={"http": http}))
    text: bytes = shop.test_client().get("/openapi.json").data
    return text


def main() -> int:
    """Return 0 if neither of them finds anything."""
    npx = shutil.which("npx")
    if npx is None:
        print("The linters need Node: its npx is not found.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "openapi.json")
        file.write_bytes(description())
        commands = (
            [REDOCLY, "lint", file, "--config", RULES / "redocly.yaml", "--max-problems", "50"],
            [SPECTRAL, "lint", file, "-r", RULES / "spectral.yaml", "--fail-severity", "hint"],
        )
        quiet = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
        done = [
            subprocess.run([npx, "--yes", *map(str, command)], env=quiet, check=False).returncode
            for command in commands
        ]
    return max(done)


if __name__ == "__main__":
    sys.exit(main())
