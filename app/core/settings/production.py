"""What a real shop must not run with, as far as its settings tell."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from psycopg2.extensions import parse_dsn

from app.core.settings.sections import DatabaseSettings

MIN_SECRET = 32
# What stands in config_dev.toml, examples and tutorials; lower case, found anywhere in the value.
KNOWN_SECRETS = ("development", "changeme", "change-me", "change_me", "example", "secret")
_PASSWORDS = """
postgres postgresql password passw0rd secret changeme change-me change_me example admin root
test demo development dev ogs ogs_app ogs_owner app owner grocery shop 123456 12345678
"""
KNOWN_PASSWORDS = frozenset(_PASSWORDS.split())

# Of libpq's, those that never go on without encryption.
_ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


def faults(secret: str, database: DatabaseSettings, *, debug: bool) -> list[str]:
    """Say what is wrong, naming each setting and its variable; never with the value itself."""
    found = [*_of_secret(secret)]
    if debug:
        found.append("debug (OGS_DEBUG) is on")
    roles = {}
    for name, url in (("url", database.url), ("owner_url", database.owner_url)):
        if url is not None:
            # As libpq reads it: decoded, and with what stands behind the question mark.
            params = parse_dsn(url)
            roles[name] = params.get("user")
            setting = f"database.{name} (OGS_DATABASE__{name.upper()})"
            wrong = [
                *_of_encryption(params, trusted=database.trusted_network),
                *_of_password(params),
            ]
            found += [f"{setting} {fault}" for fault in wrong]
    if len(roles) > len(set(roles.values())):
        found.append(
            "database.url (OGS_DATABASE__URL) has the owner's role, which may change everything"
        )
    return found


def _of_secret(secret: str) -> Iterator[str]:
    if len(secret) < MIN_SECRET:
        yield f"secret (OGS_SECRET) is shorter than {MIN_SECRET} characters"
    elif len(set(secret)) < MIN_SECRET // 4 or any(k in secret.lower() for k in KNOWN_SECRETS):
        yield "secret (OGS_SECRET) is a known or a guessable one"


def _of_encryption(params: Mapping[str, str], *, trusted: bool) -> Iterator[str]:
    mode = params.get("sslmode")
    if mode is None:
        yield "does not say which sslmode"
    elif mode == "disable":
        if not (trusted or _stays_here(params)):
            yield (
                "sends everything unencrypted to another host (say sslmode=verify-full, or that nobody"
                " can listen: OGS_DATABASE__TRUSTED_NETWORK=true)"
            )
    elif mode not in _ENCRYPTED:
        yield "leaves it open whether it is encrypted: say sslmode=verify-full, verify-ca or require"


def _of_password(params: Mapping[str, str]) -> Iterator[str]:
    password = params.get("password", "").lower()
    if password and password in {*KNOWN_PASSWORDS, params.get("user", "").lower()}:
        yield "has a known password"


def _stays_here(params: Mapping[str, str]) -> bool:
    """Say whether it leads through a unix socket or to this computer's own addresses."""
    hosts = (params.get("hostaddr") or params.get("host", "")).split(",")
    return all(map(_is_here, hosts))


def _is_here(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
