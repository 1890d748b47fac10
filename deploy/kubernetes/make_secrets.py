"""Makes an overlay's secrets: `python3 deploy/kubernetes/make_secrets.py single-node` (or `production`).

Writes random ones into the overlay's secrets/ folder, which git ignores and from which kustomize makes the Secrets. What is
there already is never changed: the database knows those passwords. For `production`, BACKUP_ACCESS_KEY_ID and
BACKUP_SECRET_ACCESS_KEY in the environment are the keys of the bucket for backups. Needs nothing but Python.
"""

import os
import secrets
import sys
from pathlib import Path

OVERLAYS = Path(__file__).resolve().parent / "overlays"
# Production checks that it talks to its own database: the operator's certificate is mounted there.
VERIFIED = "sslmode=verify-full&sslrootcert=/run/authority/ca.crt"

Files = dict[str, dict[str, str]]


def urls(app: str, owner: str, app_host: str, owner_host: str, options: str) -> Files:
    """Return the files of the application and of `migrate`, whose URLs are not the same behind a pooler."""
    key = secrets.token_urlsafe(48)
    return {
        "shop": {
            "OGS_SECRET": key,
            "OGS_DATABASE__URL": f"postgresql://ogs_app:{app}@{app_host}:5432/grocery?{options}",
        },
        "migrate": {
            "OGS_SECRET": key,
            "OGS_DATABASE__URL": f"postgresql://ogs_app:{app}@{owner_host}:5432/grocery?{options}",
            "OGS_DATABASE__OWNER_URL": f"postgresql://ogs_owner:{owner}@{owner_host}:5432/grocery?{options}",
        },
    }


def single_node() -> Files:
    """Return what PostgreSQL on the same machine needs; nobody listens in between, so without TLS."""
    # Hexadecimal: in a URL as it is.
    app, owner = secrets.token_hex(24), secrets.token_hex(24)
    return urls(app, owner, "db", "db", "sslmode=disable") | {
        "db": {
            "POSTGRESQL_PASSWORD": secrets.token_hex(24),
            "OWNER_PASSWORD": owner,
            "APP_PASSWORD": app,
        }
    }


def production() -> Files:
    """Return what the operator's PostgreSQL and its pooler need. Raises KeyError without the bucket's keys."""
    app, owner = secrets.token_hex(24), secrets.token_hex(24)
    return urls(app, owner, "db-pooler", "db-rw", VERIFIED) | {
        "db-app": {"username": "ogs_app", "password": app},
        "db-owner": {"username": "ogs_owner", "password": owner},
        "db-backup": {
            "ACCESS_KEY_ID": os.environ["BACKUP_ACCESS_KEY_ID"],
            "SECRET_ACCESS_KEY": os.environ["BACKUP_SECRET_ACCESS_KEY"],
        },
    }


KINDS = {
    "single-node": (single_node, OVERLAYS / "single-node" / "shop" / "secrets"),
    "production": (production, OVERLAYS / "production" / "secrets"),
}


def main(arguments: list[str]) -> str | None:
    """Write the files, and return in one sentence why that was not possible, or None."""
    if len(arguments) != 1 or arguments[0] not in KINDS:
        return f"Say for which overlay: {' or '.join(KINDS)}."
    make, folder = KINDS[arguments[0]]
    if folder.exists():
        return (
            f"{folder} is there already, and the database knows its passwords: nothing was changed."
        )
    try:
        files = make()
    except KeyError as missing:
        return f"{missing.args[0]} is not set: it is one of the two keys of the bucket for backups."
    folder.mkdir(mode=0o700)
    for name, values in files.items():
        content = "".join(f"{key}={value}\n" for key, value in values.items())
        file = folder / f"{name}.env"
        file.touch(mode=0o600)
        file.write_text(content, encoding="utf-8")
    sys.stdout.write(
        f"Made {', '.join(files)} in {folder}. Keep a copy where you keep passwords.\n"
    )
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
